import Manifests

/// The options of the kinds of `generate` that configure clients, in addition to those of get-token.
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
    "core-install", help: "Omit argocd-server, which is not part of Argo CD's core-install.yaml.")

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

  static let providerName = OptionalTextOption(
    "provider-name", placeholder: "NAME",
    help: "The name of the provider in ClusterProfiles.",
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

  static let tokenExpiration = LifetimeOption(
    "token-expiration", placeholder: "DURATION",
    help:
      "The lifetime of the projected token, at least 10m; the kubelet renews it after 80 % of "
      + "that.",
    default: .value("1h"), section: .advanced)

  static let format = WorkloadFormatOption(
    "format", placeholder: "FORMAT",
    help: "kustomize (patches) or helm (values of the argo-helm chart).",
    default: .value("kustomize"))

  /// The options of the exec plugin, for every kind that has one.
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

/// The options of each kind.
extension OptionDeclaration {
  static let targetCluster: [OptionDeclaration] = [
    .targetServer,
    .serverCA.with(
      help: "PEM file with the CA certificates for the API server; they are embedded in the output."
    ),
    .clusterName, .tlsServerName, .proxyURL,
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
      [.expiryMargin, .expiryJitter, .cacheOn, .cacheDir, .clusterConfig] + tokenInputs
    ).replacing([.issuer, .tokenURL, .clientID, .connectorID])

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
