/// The options of every command that talks to Dex.
extension OptionSpec {
  static let issuer = OptionSpec(
    name: "issuer", placeholder: "URL",
    help: "Dex's issuer; the token endpoint is this and /token. The token's iss must equal it.",
    group: .endpoint)

  static let tokenURL = OptionSpec(
    name: "token-url", aliases: ["oidc-endpoint"], placeholder: "URL",
    help: "The token endpoint itself, where it is not the issuer and /token.", group: .endpoint)

  static let clientID = OptionSpec(
    name: "client-id", placeholder: "ID", help: "The Dex client of the target cluster.")

  static let clientSecretFile = OptionSpec(
    name: "client-secret-file", placeholder: "FILE",
    help: "A file with the client's secret, for a confidential client only.",
    group: .clientSecret, completion: .file)

  static let clientSecret = OptionSpec(
    name: "client-secret", placeholder: "SECRET",
    help: "The client's secret itself. As a flag every user of the machine can see it: prefer the "
      + "file or the variable. Empty: none.",
    group: .clientSecret, allowsEmpty: true)

  static let scopes = OptionSpec(
    name: "scopes", kind: .list, placeholder: "LIST",
    help: "Scopes to ask for, separated by commas or spaces; replaces the default.",
    defaultText: "openid profile email groups federated:id")

  static let audience = OptionSpec(
    name: "audience", kind: .list, placeholder: "ID",
    help: "A client ID that the token must be for, instead of --client-id; asks for the scope "
      + "audience:server:client_id:ID.")

  static let certificateAuthority = OptionSpec(
    name: "certificate-authority", placeholder: "FILE",
    help: "PEM certificates that Dex's must come from; nothing else is trusted.",
    defaultText: "the system's", group: .authority, completion: .file)

  static let certificateAuthorityData = OptionSpec(
    name: "certificate-authority-data", placeholder: "BASE64",
    help: "The same as the base64 of the PEM itself, as in a kubeconfig, where there is no file "
      + "to point at.",
    group: .authority)

  static let insecureSkipTLSVerify = OptionSpec(
    name: "insecure-skip-tls-verify", kind: .flag,
    help: "Accept any certificate: whoever is on the way can take the token. Warns each time.")

  static let insecureAllowHTTP = OptionSpec(
    name: "insecure-allow-http", kind: .flag,
    help: "Let the token go over plain http; loopback needs no flag.")

  static let timeout = OptionSpec(
    name: "timeout", placeholder: "DURATION",
    help: "For the whole run, retries included, such as 90s or 1m30s.", defaultText: "10s")

  static let verbose = OptionSpec(
    name: "verbose", kind: .flag, help: "Tell on stderr what is done; shows no secret.")

  /// All of them, in the order of help.
  static let exchange: [OptionSpec] = [
    .issuer, .tokenURL, .clientID, .clientSecretFile, .clientSecret, .scopes, .audience,
    .certificateAuthority, .certificateAuthorityData, .insecureSkipTLSVerify, .insecureAllowHTTP,
    .timeout, .verbose,
  ]
}
