/// The options of `generate dex`, `generate api-server` and `generate rbac`: how Dex and the target
/// cluster trust tokens, and the rights of their users.
extension OptionDeclaration {
  static let clusterIssuer = URLOption(
    "cluster-issuer", placeholder: "URL",
    help: "The issuer of the service account tokens, exactly as in their iss.",
    requirement: .required)

  static let gitHubActionsConnector = FlagOption(
    "github-actions",
    help: "The connector trusts the tokens of GitHub Actions; with --cluster-issuer, those of a "
      + "GitHub Enterprise Server: https://HOST/_services/token.")

  static let gitLabConnector = OptionalURLOption(
    "gitlab", placeholder: "URL",
    help: "The connector trusts the ID tokens of jobs of this GitLab, such as https://gitlab.com.")

  static let clusterDiscoveryURL = OptionalURLOption(
    "cluster-discovery-url", placeholder: "URL",
    help: "The base URL of that issuer's discovery document, if it is not the issuer.")

  static let clusterCAPath = OptionalTextOption(
    "cluster-ca-path", placeholder: "PATH",
    help: "The CA file of that issuer: a path in Dex's pod.")

  static let tokenLifetime = LifetimeOption(
    "token-lifetime", placeholder: "DURATION", help: "The lifetime of Dex's tokens.",
    default: .value("10m"))

  static let withLogin = FlagOption(
    "with-login", help: "Also allow people to sign in with tokenxchange login.")

  static let bundledDex = FlagOption(
    "argocd",
    help: "For the Dex that is part of Argo CD: dex.config in argocd-cm. --issuer is Argo CD's URL "
      + "followed by /api/dex.")

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

  static let direct = FlagOption(
    "direct",
    help: "The target cluster trusts the other cluster's issuer directly, without Dex.")

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

  static let callerName: [OptionDeclaration] = [
    .connectorID.with(requirement: .requiredUnless("--direct") { .direct }), .direct,
    .usernameClaim, .usernamePrefix,
  ]

  static let apiServerFormat = APIServerFormatOption(
    "format", placeholder: "FORMAT",
    help: "config (an AuthenticationConfiguration, Kubernetes 1.30 and later) or flags (--oidc-*).",
    default: .value("config"))

  static let loginConnector = ListOption(
    "login-connector", placeholder: "ID",
    help: "A connector for people, which becomes part of their usernames: dex:ID:USER. Without "
      + "--connector-id, only people are accepted.")

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
        help: "Accept only tokens with this sub: anyone can get tokens of a public CI system.",
        requirement: .optional),
      .apiServerFormat, .certificateAuthority,
    ]

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

  static let generateRBAC: [OptionDeclaration] =
    [.serviceAccount, .argoCD, .argoCDNamespace, .subject] + callerName
    + [.clusterRole, .role, .bindingNamespace, .rule, .objectName]
}
