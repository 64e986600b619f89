/// The options of `doctor`, `inspect` and `version`, which print reports.
extension OptionDeclaration {
  /// The format of a report; `get-token` has other formats under the same name.
  static let reportOutput = ReportFormatOption(
    "output", letter: "o", placeholder: "FORMAT", help: "text or json.",
    default: .value("text"), hasVariable: false)

  static let inspectedFile = OptionalTextOption(
    "file", aliases: ["token-file"], letter: "f", placeholder: "FILE",
    help: "The token, ExecCredential or token response to inspect.",
    default: .described("standard input"), completion: .file, isPositional: true,
    hasVariable: false)

  static let server = OptionalURLOption(
    "server", placeholder: "URL",
    help: "The target cluster's API server: ask it which user it maps the token to.")

  static let serverCA = OptionalTextOption(
    "server-ca", placeholder: "FILE",
    help: "PEM file with the CA certificates for the API server.",
    default: .described("the system's"), section: .tls, completion: .file)

  /// What `get-token` takes, except for the format of its output.
  static let doctor: [OptionDeclaration] =
    Command.getToken.options.without([.output])
    .inserting([.server, .serverCA, .reportOutput], after: .apiVersion)
}

/// The format of a report.
enum ReportFormat: String, CaseIterable {
  case text, json
}
