/// The options of `sidecar` and `check`.
extension OptionSpec {
  static let write = OptionSpec(
    name: "write", placeholder: "FILE",
    help: "The file to keep: the bare token, replaced as a whole, without a line's end.",
    completion: .file)

  static let mode = OptionSpec(
    name: "mode", placeholder: "MODE",
    help: "The file's permissions, in octal: 0640 with the pod's fsGroup lets other containers "
      + "read it.",
    defaultText: "0600")

  static let renewBefore = OptionSpec(
    name: "refresh-before", placeholder: "DURATION",
    help: "Renew this long before the token ends, if that is earlier than at 80 % of its life.")

  static let once = OptionSpec(
    name: "once", kind: .flag,
    help: "Write one token and exit, with get-token's exit codes: for an init container or cron.")

  static let checkedFile = OptionSpec(
    name: "file", placeholder: "FILE", help: "The token file.", completion: .file)

  static let minTTL = OptionSpec(
    name: "min-ttl", placeholder: "DURATION", help: "How long the token must be good for still.",
    defaultText: "0s")

  /// The options of `sidecar`, in the order of help: those of an exchange that are not about
  /// printing a credential, and its own.
  static let sidecar: [OptionSpec] =
    [.write, .mode, .renewBefore, .once]
    + OptionSpec.exchange.inserting(
      [
        .connectorID, .tokenFile, .subjectTokenType, .requestedTokenType, .subjectAudience,
        .clientAuth,
      ], after: .audience)
}
