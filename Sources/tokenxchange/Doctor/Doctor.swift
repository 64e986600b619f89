import Glibc
import Platform
import TokenExchange

extension Command {
  /// Finds the reason for "Unauthorized" or "Forbidden".
  static let doctor = Command(
    name: "doctor",
    summary: "check each step from the token to the API server, and report what is wrong",
    details: """
      Examines a kubeconfig, a cluster Secret of Argo CD, options as get-token takes them, or the
      command line of a plugin; without any of them the current context of the default kubeconfig.
      Checks each step as far as it can, and reports what it found and what to do. Runs no program
      of a configuration, does not sign in, and shows no token and no secret. Exits with the code of
      the first failure; warnings alone exit with 0.
      """,
    example: "tokenxchange doctor --kubeconfig=kubeconfig.yaml --can=list:pods",
    arguments: ["COMMAND"], options: OptionDeclaration.doctor,
    ownOptions: OptionDeclaration.doctorOwn
  ) { arguments, world throws(CommandError) in
    let format = try DoctorPlan.format(arguments)
    let plan = try DoctorPlan(arguments, world: world)
    let report = Doctor.run(plan, log: world.log(for: arguments))
    let isColored =
      world.terminal.isTerminal(STDOUT_FILENO) && (world.variables["NO_COLOR"] ?? "").isEmpty
      && world.variables["TERM"] != "dumb"
    try world.writeOutput(
      format == .json
        ? report.json
        : report.text(
          isComplete: arguments[.verbose], width: world.terminal.width(), isColored: isColored))
    return report.exitCode
  }
}

/// The steps of `doctor`, each a function in its own file.
enum Doctor {
  /// The steps for each method, after the source.
  static func steps(
    _ method: AuthenticationMethod?
  ) -> [@Sendable (inout DoctorContext) -> DoctorStep] {
    switch method {
    case nil: [program]
    case .getToken:
      [
        settings, execInfo, subjectToken, connection, discovery, exchange, result, username,
        apiServer, access, program,
      ]
    case .tokenFile:
      [settings, execInfo, subjectToken, connection, discovery, apiServer, access, program]
    case .login:
      [
        settings, execInfo, connection, discovery, signIn, result, username, apiServer, access,
        program,
      ]
    }
  }

  /// Runs all steps; a failure does not stop the later ones.
  static func run(_ plan: DoctorPlan, log: VerboseLog) -> DoctorReport {
    let world = plan.world
    var context = DoctorContext(plan, log: log)
    world.network.observe { [network = context.network] in network.add($0) }
    var report = DoctorReport(time: world.now(), source: plan.source, method: plan.method)
    defer { world.process.liftTimeLimit() }
    func add(_ result: DoctorStep) {
      let text = DoctorReport.Step(result, redact: context.redaction)
      log("\(text.name.rawValue): \(text.status.rawValue): \(text.line)")
      report.steps.append(text)
    }
    if let step = plan.step { add(step) }
    for step in steps(plan.method) {
      // A step sends a few requests, each within --timeout.
      world.limitTime(4 * context.timeout)
      add(step(&context))
    }
    return report
  }
}
