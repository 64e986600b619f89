extension OptionDeclaration {
  static let write = TextOption(
    "write", placeholder: "FILE",
    help: "The file to write: the bare token without a newline, replaced atomically.",
    requirement: .required, completion: .file)

  static let mode = OptionalTextOption(
    "mode", placeholder: "MODE",
    help: "The file's permissions in octal: with 0640 and the pod's fsGroup other containers can "
      + "read it.",
    default: .described("0600"))

  static let renewBefore = OptionalMarginOption(
    "refresh-before", placeholder: "DURATION",
    help: "Renew this long before the token expires, if that is earlier than 80 % of its "
      + "lifetime.",
    section: .advanced)

  static let once = FlagOption(
    "once",
    help: "Write one token and exit with get-token's exit codes, for an init container or cron.")

  static let checkedFile = TextOption(
    "file", letter: "f", placeholder: "FILE", help: "The token file.",
    requirement: .required, completion: .file, isPositional: true)

  static let minTTL = MarginOption(
    "min-ttl", placeholder: "DURATION",
    help: "The minimum remaining lifetime of the token.", default: .value("0s"))

  /// The options of `sidecar`: its own, and those of an exchange except for the output.
  static let sidecar: [OptionDeclaration] =
    [.write, .mode, .renewBefore, .once]
    + exchange.inserting(
      [
        .connectorID, .tokenFile, .tokenEnv, .gitHubActions, .subjectTokenType, .requestedTokenType,
        .subjectAudience, .clientAuth,
      ], after: .audience)
}
