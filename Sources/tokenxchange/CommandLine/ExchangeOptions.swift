/// The options of every command that sends requests to Dex.
extension OptionDeclaration {
  static let issuer = OptionalURLOption(
    "issuer", placeholder: "URL",
    help: "Dex's issuer URL; the token endpoint is <issuer>/token. The token's iss must equal it.",
    group: .endpoint, requirement: .required)

  static let tokenURL = OptionalURLOption(
    "token-url", aliases: ["oidc-endpoint"], placeholder: "URL",
    help: "The token endpoint, if it is not <issuer>/token.", group: .endpoint,
    requirement: .required)

  static let clientID = IdentifierOption(
    "client-id", placeholder: "ID", help: "The Dex client of the target cluster.",
    requirement: .required)

  static let clientSecretFile = OptionalTextOption(
    "client-secret-file", placeholder: "FILE",
    help: "A file with the client secret, for a confidential client.", group: .clientSecret,
    completion: .file, sensitivity: .secret)

  static let clientSecret = OptionalTextOption(
    "client-secret", placeholder: "SECRET",
    help: "The client secret. Every user of the machine can read it on a command line: prefer the "
      + "file or the variable. An empty value means no secret.",
    group: .clientSecret, allowsEmpty: true, sensitivity: .secret)

  static let scopes = ListOption(
    "scopes", placeholder: "LIST",
    help: "Scopes to request, separated by commas or spaces; replaces the default.",
    default: .value("openid profile email groups federated:id"), section: .advanced)

  static let audience = ListOption(
    "audience", placeholder: "ID",
    help: "A client ID that the token must be issued for, instead of --client-id; requests the "
      + "scope audience:server:client_id:ID.")

  static let certificateAuthority = OptionalTextOption(
    "certificate-authority", placeholder: "FILE",
    help: "PEM file with the CA certificates for Dex; no other CA is trusted.",
    default: .described("the system's"), group: .authority, section: .tls, completion: .file)

  static let certificateAuthorityData = OptionalTextOption(
    "certificate-authority-data", placeholder: "BASE64",
    help: "The same as base64-encoded PEM, as in a kubeconfig.", group: .authority, section: .tls,
    sensitivity: .secret)

  static let clientCertificate: OptionalTextOption = .init(
    "client-certificate", placeholder: "FILE",
    help: "PEM file with the certificate that Dex, or a proxy in front of it, requires of clients.",
    section: .tls, requirement: .requiredWith("--client-key") { .clientKey }, completion: .file)

  static let clientKey: OptionalTextOption = .init(
    "client-key", placeholder: "FILE",
    help: "PEM file with the private key of that certificate, without a password.",
    section: .tls, requirement: .requiredWith("--client-certificate") { .clientCertificate },
    completion: .file, sensitivity: .confusable)

  static let insecureSkipTLSVerify = FlagOption(
    "insecure-skip-tls-verify",
    help: "Accept any certificate: anyone between here and Dex can read the token. Logs a warning.",
    section: .tls)

  static let insecureAllowHTTP = FlagOption(
    "insecure-allow-http",
    help: "Allow plain http, which exposes the token. Not needed for loopback.", section: .tls)

  static let timeout = TimeoutOption(
    "timeout", placeholder: "DURATION",
    help: "Limit for the whole run, including retries, such as 90s or 1m30s.",
    default: .value("10s"), section: .advanced)

  static let verbose = FlagOption(
    "verbose", letter: "v", help: "Log each step to stderr; never logs secrets.")

  static let exchange: [OptionDeclaration] = [
    .issuer, .tokenURL, .clientID, .clientSecretFile, .clientSecret, .scopes, .audience,
    .certificateAuthority, .certificateAuthorityData, .clientCertificate, .clientKey,
    .insecureSkipTLSVerify, .insecureAllowHTTP, .timeout, .verbose,
  ]
}
