import TokenExchange

/// What can be wrong with files of configuration.
extension Problem {
  static func configurationFile(
    _ path: String?, source: String, fault: FileFault, user: UInt32
  ) -> Problem {
    let (what, hint) =
      switch fault {
      case .missing: ("there is no such file", "check the path and the volume mounted there")
      case .unreadable(let reason):
        ("uid \(user) cannot read it: \(reason)", "check its mode, owner and the pod's fsGroup")
      case .notRegular(let kind): ("it is \(kind)", "name a regular file")
      case .tooLarge: ("it is larger than 1 MiB", "is this the right file?")
      case .unstable: ("it kept changing while it was read", "let its writer replace it by rename")
      }
    let name = path.map { "\(source) \($0.sanitized())" } ?? "\(source) (value not shown)"
    return Problem(.usage, "\(name): \(what)", hint: hint)
  }

  static func badSecret(_ source: String, _ what: String) -> Problem {
    Problem(
      .usage, "the client secret of \(source.sanitized()) \(what)",
      hint: "it must hold the secret and nothing else")
  }

  static func notCertificates(_ source: String, _ what: String) -> Problem {
    Problem(
      .usage, "\(source.sanitized()) \(what)",
      hint: "it must hold one or more blocks of -----BEGIN CERTIFICATE-----")
  }

  static func derCertificate(_ source: String) -> Problem {
    Problem(
      .usage, "\(source.sanitized()) is DER and not PEM",
      hint: "turn it into PEM: openssl x509 -inform DER -in FILE -out ca.crt")
  }

  /// One of several certificates in a file, counted from 1.
  static func badCertificate(_ number: Int, source: String, _ what: String) -> Problem {
    Problem(
      .usage, "certificate \(number) of \(source.sanitized()) \(what)",
      hint: "it may have been cut, wrapped or edited: openssl x509 -noout -text -in FILE reads it")
  }

  static func notBase64(_ source: String, _ what: String) -> Problem {
    Problem(
      .usage, "\(source.sanitized()) \(what)",
      hint: "it takes the base64 of the PEM on one line, as in a kubeconfig: base64 -w0 ca.crt")
  }

  /// The program cannot be copied.
  static func notInstalled(_ fault: WriteFault, user: UInt32) -> Problem {
    Problem(
      fault.isOfDisk ? .unexpected : .usage,
      "uid \(user) cannot \(fault.step.sanitized()): \(fault.reason)",
      hint: fault.hint == WriteFault.usualHint
        ? "name a folder that exists, is writable for this user and has room for 30 MB, such as "
          + "an emptyDir volume" : fault.hint)
  }

  /// A file that this program was told to write.
  static func notWritten(_ fault: WriteFault, source: String) -> Problem {
    Problem(
      fault.isOfDisk ? .unexpected : .usage,
      "\(source): cannot \(fault.step.sanitized()): \(fault.reason)", hint: fault.hint)
  }
}
