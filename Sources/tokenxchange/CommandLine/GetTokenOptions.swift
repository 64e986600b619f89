/// The options of `get-token` and `token-file`, in addition to those of every exchange.
extension OptionDeclaration {
  static let connectorID = IdentifierOption(
    "connector-id", aliases: ["dex-connector"], placeholder: "ID",
    help: "The Dex connector that trusts this cluster's issuer.", requirement: .required)

  static let tokenFile = TextOption(
    "token-file", placeholder: "FILE", help: "The subject token; - reads standard input.",
    default: .value(defaultTokenFile), group: .subjectToken, completion: .file)

  static let subjectTokenType = TokenTypeOption(
    "subject-token-type", placeholder: "TYPE",
    help:
      "The type of the subject token: id_token, access_token or a URN. For Dex a service account "
      + "token is an id_token.",
    default: .value("id_token"), section: .advanced, completion: .words(tokenTypes))

  static let requestedTokenType = TokenTypeOption(
    "requested-token-type", placeholder: "TYPE",
    help: "The type to request: id_token, access_token or a URN.", default: .value("id_token"),
    section: .advanced, completion: .words(tokenTypes))

  private static let tokenTypes = ["id_token", "access_token"]

  static let subjectAudience = OptionalIdentifierOption(
    "subject-audience", placeholder: "AUDIENCE",
    help: "Reject a subject token without this audience. This detects a wrong volume; Dex does not "
      + "check the audience.",
    section: .advanced)

  static let clientAuth = ClientAuthOption(
    "client-auth", placeholder: "METHOD",
    help: "Client authentication: auto, basic, post or none; auto is basic with a secret and none "
      + "without.",
    default: .value("auto"), section: .advanced, sensitivity: .confusable)

  static let expiryMargin = MarginOption(
    "expiry-margin", placeholder: "DURATION",
    help: "Report the expiry this much earlier, because client-go uses a token until its last "
      + "second.",
    default: .value("0s"), section: .advanced)

  static let expiryJitter = MarginOption(
    "expiry-jitter", placeholder: "DURATION",
    help:
      "Report the expiry up to this much earlier, at random and within the second half of the "
      + "token's lifetime, so that many clients do not renew at once.",
    default: .value("0s"), section: .advanced)

  static let apiVersion = APIVersionOption(
    "api-version", placeholder: "VERSION",
    help: "The version of the ExecCredential: auto, v1 or v1beta1; auto is the version that "
      + "KUBERNETES_EXEC_INFO requests, else v1.",
    default: .value("auto"), section: .advanced)

  static let output = CredentialOutputOption(
    "output", letter: "o", placeholder: "FORMAT",
    help: "exec-credential, token (the bare token) or json.", default: .value("exec-credential"))

  static let getToken: [OptionDeclaration] = [
    .connectorID, .tokenFile, .tokenEnv, .gitHubActions, .subjectTokenType, .requestedTokenType,
    .subjectAudience, .clientAuth, .expiryMargin, .expiryJitter, .apiVersion, .output,
    .clusterConfig,
  ]

  static let defaultTokenFile = "/var/run/secrets/kubernetes.io/serviceaccount/token"

  /// The token of `token-file`, also by the name that argocd-k8s-auth uses.
  static let printedTokenFile = TextOption(
    "token-file", aliases: ["file"], letter: "f", placeholder: "FILE",
    help: "The token to print.", requirement: .required, completion: .file)
}
