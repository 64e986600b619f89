extension OptionDeclaration {
  static let fromServer = OptionalURLOption(
    "from-server", placeholder: "URL",
    help: "The API server that serves the live documents; in a pod "
      + "https://kubernetes.default.svc.")

  static let fromTokenFile = OptionalTextOption(
    "token-file", placeholder: "FILE",
    help: "A token for the API server, if it does not serve its documents to anonymous users.",
    completion: .file)

  static let discoveryFile = TextOption(
    "openid-configuration", placeholder: "FILE",
    help: "The live discovery document, instead of --from-server.", completion: .file)

  static let keysFile = TextOption(
    "jwks", placeholder: "FILE", help: "The live key set, instead of --from-server.",
    completion: .file)

  static let publicURL = URLOption(
    "public-url", placeholder: "URL",
    help: "The URL of the site, which must equal the issuer exactly.",
    requirement: .requiredUnless("--check") { .checkedURL })

  static let checkedURL = OptionalURLOption(
    "check", placeholder: "URL",
    help: "Write nothing: compare what is published at this URL with the live documents.")

  static let publishIssuer: [OptionDeclaration] = [
    .fromServer, .serverCA, .fromTokenFile, .discoveryFile, .keysFile, .publicURL, .checkedURL,
    .certificateAuthority.with(
      help: "With --check: PEM file with the CA certificates for the site."),
    .timeout, .verbose,
  ]
}
