import Glibc
import Platform
import TokenExchange

extension Command {
  /// The answer to "Unauthorized".
  static let doctor = Command(
    name: "doctor",
    summary: "walk the chain from subject token to API server, name the broken link",
    details: """
      Takes get-token's flags and variables, looks at each link as far as it can, and says what was
      seen and what to do. With --server the API server itself tells user and groups. Shows no
      token and no secret. Exits with the code of the first failure.
      """,
    example: "tokenxchange doctor --issuer=https://dex.example.com/dex "
      + "--client-id=target-cluster --connector-id=cluster-a "
      + "--server=https://cluster-b.example.com:6443",
    options: OptionDeclaration.doctor
  ) { arguments, world throws(Problem) in
    let format = try arguments[.reportOutput]
    let report = Doctor.examine(arguments, in: world)
    let wantsColour =
      world.terminal.isTerminal(STDOUT_FILENO) && (world.variables["NO_COLOR"] ?? "").isEmpty
      && world.variables["TERM"] != "dumb"
    try world.writeOutput(format == .json ? report.json : report.text(isColoured: wantsColour))
    return report.exitCode
  }
}

/// The walk itself.
enum Doctor {
  /// The links of the chain, in its order.
  static let steps: [@Sendable (inout DoctorContext) -> DoctorStep] = [
    settings, execInfo, subjectToken, connection, discovery, exchange, result, userName, apiServer,
    program,
  ]

  /// Looks at every link.
  static func examine(_ arguments: ParsedArguments, in world: World) -> DoctorReport {
    let log = world.log(for: arguments)
    var examination = DoctorContext(arguments, world: world, log: log)
    world.network.observe { [network = examination.network] in network.add($0) }
    var report = DoctorReport(time: world.now(), steps: [])
    defer { world.process.timeLimit.lift() }
    for step in steps {
      // A step makes two requests at most, each within --timeout.
      world.limitTime(2 * (examination.settings?.timeout ?? 10))
      var found = step(&examination)
      examination.redact(&found)
      log("\(found.name): \(found.status.rawValue): \(found.line)")
      report.steps.append(found)
    }
    return report
  }

  /// What to do about a warning.
  static func remedy(for warning: Warning) -> String {
    switch warning {
    case .certificatesNotVerified:
      "remove it; if Dex has a private CA, pass that with --certificate-authority"
    case .tokenOverHTTP: "remove it, and use https for Dex"
    case .secretInArguments: "pass it by --client-secret-file or TOKENXCHANGE_CLIENT_SECRET"
    default: "see tokenxchange help get-token"
    }
  }
}
