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
    help: "The target cluster's API server, which is queried for the user and its rights.")

  static let serverCA = OptionalTextOption(
    "server-ca", placeholder: "FILE",
    help: "PEM file with the CA certificates for the API server.",
    default: .described("the system's"), group: .serverAuthority, section: .tls, completion: .file)

  static let serverCAData = OptionalTextOption(
    "server-ca-data", placeholder: "BASE64",
    help: "The same as base64-encoded PEM, as in a kubeconfig.", group: .serverAuthority,
    section: .tls, sensitivity: .secret)

  static let argoCDSecret = OptionalTextOption(
    "argocd-secret", placeholder: "FILE",
    help: "Examine the plugin of a cluster Secret of Argo CD, as YAML or JSON; - reads standard "
      + "input.",
    completion: .file, hasVariable: false)

  static let accessNamespace = ListOption(
    "namespace", placeholder: "NAME",
    help: "Show the user's rights in this namespace.",
    default: .described("the namespace of the context or Secret, else default"), hasVariable: false)

  static let can = ListOption(
    "can", placeholder: "VERB:RESOURCE",
    help: "Ask the API server whether the user may do this, such as list:deployments.apps or "
      + "get:/metrics.",
    hasVariable: false)

  /// The options that only `doctor` has.
  static let doctorOwn: [OptionDeclaration] = [
    .kubeconfig.with(
      help: "Examine the plugin of a kubeconfig; no program that it names is run."), .context,
    .argoCDSecret, .server, .serverCA, .serverCAData, .accessNamespace, .can, .reportOutput,
    .verbose.with(help: "Show every fact, and log each step to stderr; never logs secrets."),
  ]

  /// The options of `get-token`, except for the format of its output; nothing is required where a
  /// configuration or a command line is examined.
  static let doctor: [OptionDeclaration] =
    doctorOwn.without([.verbose])
    + Command.getToken.options.without([.output]).replacing(doctorOwn).replacing(
      [.issuer, .tokenURL, .clientID, .connectorID].map {
        ($0 as OptionDeclaration).with(requirement: .withoutConfiguration)
      })
}

extension OptionDeclaration.Requirement {
  /// Required if doctor examines options.
  fileprivate static var withoutConfiguration: OptionDeclaration.Requirement {
    .conditional("without a configuration") { arguments in
      let sources: [OptionDeclaration] = [.kubeconfig, .context, .argoCDSecret]
      return arguments.positional.isEmpty && !sources.contains(where: arguments.isSet)
    }
  }
}

enum ReportFormat: String, CaseIterable {
  case text, json
}
