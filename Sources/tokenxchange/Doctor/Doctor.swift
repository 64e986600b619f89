import Glibc
import Platform
import TokenExchange

extension Command {
  /// Finds out why "Unauthorized" was returned.
  static let doctor = Command(
    name: "doctor",
    summary: "check each step from the subject token to the API server, and report what is wrong",
    details: """
      Takes the options and variables of get-token, checks each step as far as it can, and reports
      what it found and what to do. With --server it also asks the API server for user and groups.
      Shows no token and no secret. Exits with the code of the first failure.
      """,
    example: "tokenxchange doctor --issuer=https://dex.example.com/dex "
      + "--client-id=target-cluster --connector-id=cluster-a "
      + "--server=https://cluster-b.example.com:6443",
    options: OptionDeclaration.doctor
  ) { arguments, world throws(CommandError) in
    let format = try arguments[.reportOutput]
    let report = Doctor.run(arguments, in: world)
    let isColored =
      world.terminal.isTerminal(STDOUT_FILENO) && (world.variables["NO_COLOR"] ?? "").isEmpty
      && world.variables["TERM"] != "dumb"
    try world.writeOutput(format == .json ? report.json : report.text(isColored: isColored))
    return report.exitCode
  }
}

/// The steps of `doctor`, each a function in its own file.
enum Doctor {
  static let steps: [@Sendable (inout DoctorContext) -> DoctorStep] = [
    settings, execInfo, subjectToken, connection, discovery, exchange, result, username, apiServer,
    program,
  ]

  /// Runs all steps; a failure does not stop the later ones.
  static func run(_ arguments: ParsedArguments, in world: World) -> DoctorReport {
    let log = world.log(for: arguments)
    var context = DoctorContext(arguments, world: world, log: log)
    world.network.observe { [network = context.network] in network.add($0) }
    var report = DoctorReport(time: world.now())
    defer { world.process.timeLimit.lift() }
    for step in steps {
      // A step sends at most two requests, each within --timeout.
      world.limitTime(2 * (context.configuration?.timeout ?? 10))
      let result = step(&context)
      let text = DoctorReport.Step(result, redact: context.redaction)
      log("\(text.name.rawValue): \(text.status.rawValue): \(text.line)")
      report.steps.append(text)
    }
    return report
  }
}
