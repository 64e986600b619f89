import Manifests

/// The options of the kinds of `generate`, in addition to those of get-token.
extension OptionDeclaration {
  static let outputFile = OptionalTextOption(
    "output", letter: "o", placeholder: "FILE", help: "Write to this file.",
    default: .described("standard output"), completion: .file)

  static let targetServer = AnySchemeURLOption(
    "server", placeholder: "URL",
    help: "The https URL of the target cluster's API server.", requirement: .required)

  static let clusterName = OptionalTextOption(
    "cluster-name", placeholder: "NAME", help: "The name of the target cluster.",
    default: .described("its host name"))

  static let auth = PluginMethodOption(
    "auth", placeholder: "METHOD",
    help:
      "How to authenticate: get-token (a service account, through Dex), token-file (the service "
      + "account token itself), login (a person, through Dex), kubelogin (the same with "
      + "int128/kubelogin).",
    default: .value("get-token"))

  static let pluginCommand = OptionalTextOption(
    "command", placeholder: "COMMAND", help: "The program to run, a name or a path.",
    default: .described("tokenxchange"), section: .advanced)

  static let tlsServerName = OptionalTextOption(
    "tls-server-name", placeholder: "NAME",
    help: "The name in the API server's certificate, if it is not the host of --server.",
    section: .advanced)

  static let proxyURL = OptionalTextOption(
    "proxy-url", placeholder: "URL",
    help: "The proxy for requests to the API server: http, https or socks5. The plugin itself "
      + "reads HTTPS_PROXY.",
    section: .advanced)

  static let pluginAPIVersion = PluginAPIVersionOption(
    "api-version", placeholder: "VERSION",
    help: "The version of the ExecCredential: v1, or v1beta1 for older clients such as lightkube "
      + "and pykube-ng.",
    default: .value("v1"), section: .advanced)

  static let clusterResources = FlagOption(
    "cluster-resources",
    help: "With --namespaces: let Argo CD manage cluster-scoped objects too.")

  static let shard = OptionalTextOption(
    "shard", placeholder: "NUMBER",
    help: "The application controller that manages the cluster, counted from 0.",
    section: .advanced)

  static let annotation = ListOption(
    "annotation", placeholder: "NAME=VALUE", help: "An annotation of the Secret.",
    section: .advanced)

  static let clusterFormat = ClusterFormatOption(
    "format", placeholder: "FORMAT",
    help: "secret, or helm (configs.clusterCredentials of the argo-helm chart).",
    default: .value("secret"))

  static let workloadNamespace = OptionalTextOption(
    "argocd-namespace", placeholder: "NAME",
    help: "The namespace in the metadata of the workloads. The manifests of Argo CD have none.",
    default: .described("none; argocd with --helm-release"))

  static let controller = ControllerOption(
    "controller", placeholder: "KIND",
    help: "The application controller: statefulset, or deployment (dynamic cluster distribution).",
    default: .value("statefulset"))

  static let coreInstall = FlagOption(
    "core-install", help: "Leave out argocd-server, which Argo CD's core-install.yaml lacks.")

  static let helmRelease = OptionalTextOption(
    "helm-release", placeholder: "NAME",
    help: "Patch the manifests that the argo-helm chart renders for this release; they have other "
      + "names.")

  static let imagePullPolicy = PullPolicyOption(
    "image-pull-policy", placeholder: "POLICY", help: "Always, IfNotPresent or Never.",
    default: .described("the kubelet's"), section: .advanced)

  static let request = ListOption(
    "request", placeholder: "RESOURCE=QUANTITY",
    help: "A resource request of the container of tokenxchange.",
    default: .described("cpu=10m,memory=32Mi"), section: .advanced)

  static let limit = ListOption(
    "limit", placeholder: "RESOURCE=QUANTITY",
    help: "A resource limit of the container of tokenxchange.",
    default: .described("cpu=500m,memory=128Mi"), section: .advanced)

  static let bundledDex = FlagOption(
    "argocd",
    help: "For the Dex that is part of Argo CD: dex.config in argocd-cm. --issuer is Argo CD's URL "
      + "and /api/dex.")

  static let providerName = OptionalTextOption(
    "provider-name", placeholder: "NAME",
    help: "The name by which ClusterProfiles refer to the provider.",
    default: .described("tokenxchange"))

  static let project = OptionalTextOption(
    "project", placeholder: "NAME",
    help: "The only Argo CD project that may use the cluster.")

  static let namespaces = ListOption(
    "namespaces", placeholder: "LIST",
    help: "The only namespaces of the target cluster that Argo CD watches.")

  static let label = ListOption(
    "label", placeholder: "NAME=VALUE",
    help: "A label of the Secret, for the cluster generator of an ApplicationSet.")

  static let argoCDNamespace = OptionalTextOption(
    "argocd-namespace", placeholder: "NAME", help: "The namespace of Argo CD.",
    default: .value("argocd"))

  static let image = TextOption(
    "image", placeholder: "IMAGE", help: "The image of tokenxchange.",
    requirement: .required)

  static let tokenExpiration = DurationOption(
    "token-expiration", placeholder: "DURATION",
    help:
      "The lifetime of the projected token, at least 10m; the kubelet renews it after 80 % of "
      + "that.",
    default: .value("1h"), section: .advanced)

  static let format = WorkloadFormatOption(
    "format", placeholder: "FORMAT",
    help: "kustomize (patches) or helm (values of the argo-helm chart).",
    default: .value("kustomize"))

  static let serviceAccount = ListOption(
    "service-account", placeholder: "NAMESPACE/NAME",
    help: "A service account of the cluster that issues the tokens.", group: .accounts,
    requirement: .required)

  static let argoCD = FlagOption(
    "argocd", help: "The two service accounts that run Argo CD's plugins.",
    group: .accounts, requirement: .required)

  static let subject = ListOption(
    "subject", placeholder: "SUB",
    help: "The sub of another token, such as repo:org/name:ref:refs/heads/main of GitHub Actions.",
    group: .accounts, requirement: .required)

  static let gitHubActionsConnector = FlagOption(
    "github-actions",
    help: "The connector trusts the tokens of GitHub Actions. With --cluster-issuer those of a "
      + "GitHub Enterprise Server: https://HOST/_services/token.")

  static let gitLabConnector = OptionalURLOption(
    "gitlab", placeholder: "URL",
    help: "The connector trusts the ID tokens of jobs of this GitLab, such as https://gitlab.com.")

  static let clusterRole = OptionalTextOption(
    "cluster-role", placeholder: "NAME", help: "The ClusterRole to bind.",
    group: .role, requirement: .required)

  static let role = OptionalTextOption(
    "role", placeholder: "NAME", help: "The Role to bind, in each --namespace.",
    group: .role, requirement: .required)

  static let bindingNamespace = ListOption(
    "namespace", placeholder: "NAME", help: "Bind the role in this namespace only.",
    default: .described("the whole cluster"), requirement: .requiredWith("--role") { .role })

  static let rule = ListOption(
    "rule", placeholder: "VERBS:RESOURCES",
    help:
      "Create the role with this rule, such as get,list,watch:pods,deployments.apps or "
      + "get:/healthz. Without it, the role must exist.")

  static let objectName = OptionalTextOption(
    "name", placeholder: "NAME",
    help: "The name of the bindings, and of the role if it has rules.",
    default: .described("from the role, the connector and the accounts"), section: .advanced)

  static let usernameClaim = UsernameClaimOption(
    "username-claim", placeholder: "CLAIM",
    help: "The claim with the username: federated (federated_claims.user_id, requires an "
      + "AuthenticationConfiguration), sub (opaque but unique, for flags) or name (readable, not "
      + "unique).",
    default: .value("federated"))

  static let usernamePrefix = OptionalTextOption(
    "username-prefix", placeholder: "PREFIX",
    help: "The prefix that the API server adds to the names of users and groups.",
    default: .described("dex:, with --direct cluster-a:"))

  static let direct = FlagOption(
    "direct",
    help: "The target cluster trusts the other cluster's issuer directly, without Dex.")

  static let clusterIssuer = URLOption(
    "cluster-issuer", placeholder: "URL",
    help: "The issuer of the service account tokens: exactly the iss in them.",
    requirement: .required)

  static let clusterDiscoveryURL = OptionalURLOption(
    "cluster-discovery-url", placeholder: "URL",
    help: "The URL below which Dex finds that issuer's discovery document, if not the issuer.")

  static let clusterCAPath = OptionalTextOption(
    "cluster-ca-path", placeholder: "PATH",
    help: "The CA file of that issuer: a path in Dex's pod.")

  static let tokenLifetime = DurationOption(
    "token-lifetime", placeholder: "DURATION", help: "The lifetime of Dex's tokens.",
    default: .value("10m"))

  static let withLogin = FlagOption(
    "with-login", help: "Also allow people to sign in with tokenxchange login.")

  static let apiServerFormat = APIServerFormatOption(
    "format", placeholder: "FORMAT",
    help: "config (an AuthenticationConfiguration, Kubernetes 1.30 and later) or flags (--oidc-*).",
    default: .value("config"))

  static let loginConnector = ListOption(
    "login-connector", placeholder: "ID",
    help: "A connector for people; it becomes part of their usernames: dex:ID:USER. Without "
      + "--connector-id only people are accepted.")

  /// The options of an exec plugin's arguments that fit every kind that has one.
  static let plugin: [OptionDeclaration] =
    exchange.inserting(
      getToken.without([.apiVersion, .output]) + [.cacheOn, .cacheDir], after: .audience
    ).replacing([
      .issuer.with(requirement: .conditional("unless --auth=token-file") { !$0.isTokenFile }),
      .tokenURL.with(requirement: .conditional("with --auth=get-token", \.isGetToken)),
      .clientID.with(requirement: .conditional("unless --auth=token-file") { !$0.isTokenFile }),
      .connectorID.with(requirement: .conditional("with --auth=get-token", \.isGetToken)),
      .generatedClusterConfig,
    ])
}

extension ParsedArguments {
  fileprivate var isGetToken: Bool { (text(of: .auth) ?? "get-token") == "get-token" }
  fileprivate var isTokenFile: Bool { text(of: .auth) == "token-file" }
}

/// The options of each kind, in the order of help.
extension OptionDeclaration {
  static let targetCluster: [OptionDeclaration] = [
    .targetServer,
    .serverCA.with(
      help: "PEM file with the CA certificates for the API server; they are embedded in the output."
    ),
    .clusterName, .tlsServerName, .proxyURL,
  ]

  static let callerName: [OptionDeclaration] = [
    .connectorID.with(requirement: .requiredUnless("--direct") { .direct }), .direct,
    .usernameClaim, .usernamePrefix,
  ]

  static let generateKubeconfig: [OptionDeclaration] =
    targetCluster + [.auth, .pluginCommand, .pluginAPIVersion] + plugin + signIn

  /// How the users of a kubeconfig sign in.
  static let signIn: [OptionDeclaration] = [
    .flow.with(
      help: "With --auth=login: browser, device or auto. See tokenxchange help login.",
      section: .advanced),
    .listenPort.with(
      help: "With --auth=login: the port of 127.0.0.1 for the browser flow, if the client lists "
        + "redirect URIs."),
  ]

  static let generateArgoCDCluster: [OptionDeclaration] =
    targetCluster + [
      .project, .namespaces, .clusterResources, .shard, .label, .annotation, .argoCDNamespace,
      .clusterFormat, .auth, .pluginCommand, .pluginAPIVersion,
    ] + plugin.without(tokenInputs)

  static let generateArgoCDWorkload: [OptionDeclaration] = [
    .image,
    .subjectAudience.with(
      help: "The audience of the projected token. Use one that no API server accepts.",
      default: .value("dex"), section: .common),
    .tokenExpiration, .format, .controller, .coreInstall, .helmRelease, .workloadNamespace,
    .imagePullPolicy, .request, .limit,
  ]

  static let generateRBAC: [OptionDeclaration] =
    [.serviceAccount, .argoCD, .argoCDNamespace, .subject] + callerName
    + [.clusterRole, .role, .bindingNamespace, .rule, .objectName]

  static let generateDex: [OptionDeclaration] = [
    .issuer, .clientID,
    .connectorID.with(requirement: .requiredUnless("--with-login") { .withLogin }),
    .clusterIssuer.with(
      requirement: .conditional("unless --github-actions, --gitlab or --with-login") {
        !$0.isSet(.gitHubActionsConnector) && !$0.isSet(.gitLabConnector) && !$0.isSet(.withLogin)
      }),
    .gitHubActionsConnector, .gitLabConnector, .clusterDiscoveryURL, .clusterCAPath, .tokenLifetime,
    .withLogin, .bundledDex,
  ]

  static let generateAPIServer: [OptionDeclaration] =
    [
      .issuer.with(requirement: .requiredUnless("--direct") { .direct }),
      .clientID.with(requirement: .requiredUnless("--direct") { .direct }), .audience,
    ]
    + callerName.replacing([
      .connectorID.with(
        requirement: .conditional("unless --direct or --login-connector") {
          !$0.isSet(.direct) && !$0.isSet(.loginConnector)
        })
    ]) + [
      .loginConnector,
      .clusterIssuer.with(requirement: .requiredWith("--direct") { .direct }),
      .subjectAudience.with(
        help: "With --direct: the audience of the service account tokens, one that only this "
          + "cluster accepts.",
        requirement: .requiredWith("--direct") { .direct }, section: .common),
      .subject.with(
        help: "Accept only tokens of this sub, as of a public CI system, where anyone gets tokens.",
        requirement: .optional),
      .apiServerFormat, .certificateAuthority,
    ]

  static let generateSidecar: [OptionDeclaration] =
    [
      .image, .imagePullPolicy, .request, .limit, .tokenExpiration,
      .write.with(
        help: "The path of the token for the application.",
        default: .value(PodPath.outputFile), requirement: .optional),
      .mode.with(help: "The token file's permissions, in octal."),
      .renewBefore.with(
        help: "Renew at least this long before the token expires.",
        default: .described("after 80 % of its lifetime")),
    ] + targetCluster.replacing([.targetServer.with(requirement: .optional)])
    + plugin.without(
      [.expiryMargin, .expiryJitter, .cacheOn, .cacheDir, .clusterConfig] + tokenInputs)

  static let generateClusterProfileProvider: [OptionDeclaration] =
    [
      .targetServer.with(
        help: "The https URL of the API server of the cluster in the example."),
      .serverCA.with(
        help: "PEM file with the CA certificates for that API server; they are embedded in the "
          + "output."),
      .clusterName.with(help: "The name of the ClusterProfile."),
      .providerName,
      .argoCDNamespace.with(help: "The namespace of the ConfigMap and of the ClusterProfile."),
      .pluginCommand, .pluginAPIVersion,
    ]
    + plugin.without([.clusterConfig] + tokenInputs).replacing([
      .issuer, .tokenURL, .clientID, .connectorID,
    ])
}
