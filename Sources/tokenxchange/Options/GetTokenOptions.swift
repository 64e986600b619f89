/// The options of `get-token` beside those of every exchange.
extension OptionSpec {
  static let connectorID = OptionSpec(
    name: "connector-id", aliases: ["dex-connector"], placeholder: "ID",
    help: "The Dex connector that trusts this cluster's issuer.")

  static let tokenFile = OptionSpec(
    name: "token-file", placeholder: "FILE", help: "The subject token.",
    defaultText: defaultTokenFile, completion: .file)

  static let subjectTokenType = OptionSpec(
    name: "subject-token-type", placeholder: "TYPE",
    help: "What the subject token is: id_token, access_token or a URN. For Dex a service account "
      + "token is an id_token.",
    defaultText: "id_token", completion: .words(["id_token", "access_token"]))

  static let requestedTokenType = OptionSpec(
    name: "requested-token-type", placeholder: "TYPE",
    help: "What to ask for: id_token, access_token or a URN.", defaultText: "id_token",
    completion: .words(["id_token", "access_token"]))

  static let subjectAudience = OptionSpec(
    name: "subject-audience", placeholder: "AUDIENCE",
    help: "Refuse a subject token that is not for this audience. A check against a wrong volume "
      + "and no more: Dex checks no audience.")

  static let clientAuth = OptionSpec(
    name: "client-auth", placeholder: "METHOD",
    help: "How the client proves itself: auto, basic, post or none; auto is basic with a secret "
      + "and none without.",
    defaultText: "auto", completion: .words(["auto", "basic", "post", "none"]))

  static let expiryMargin = OptionSpec(
    name: "expiry-margin", placeholder: "DURATION",
    help: "Report the token's end this much earlier, because client-go uses it to the last second.",
    defaultText: "0s")

  static let apiVersion = OptionSpec(
    name: "api-version", placeholder: "VERSION",
    help: "The ExecCredential's version: auto, v1 or v1beta1; auto is what the client asks for in "
      + "KUBERNETES_EXEC_INFO, else v1.",
    defaultText: "auto", completion: .words(["auto", "v1", "v1beta1"]))

  static let output = OptionSpec(
    name: "output", placeholder: "FORMAT",
    help: "exec-credential, token (the bare token) or json.", defaultText: "exec-credential",
    completion: .words(["exec-credential", "token", "json"]))

  /// All of them, in the order of help.
  static let getToken: [OptionSpec] = [
    .connectorID, .tokenFile, .subjectTokenType, .requestedTokenType, .subjectAudience,
    .clientAuth, .expiryMargin, .apiVersion, .output,
  ]

  static let defaultTokenFile = "/var/run/secrets/kubernetes.io/serviceaccount/token"
}
