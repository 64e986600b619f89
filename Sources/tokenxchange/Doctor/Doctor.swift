import Glibc
import Synchronization
import TokenExchange

extension OptionSpec {
  static let server = OptionSpec(
    name: "server", placeholder: "URL",
    help: "The target cluster's API server, to ask it whom it takes the token for.")

  static let serverCA = OptionSpec(
    name: "server-ca", placeholder: "FILE",
    help: "PEM certificates that the API server's must come from.", defaultText: "the system's",
    completion: .file)

  /// What `get-token` takes, but for the shape of its output.
  static let doctor =
    Command.getToken.options.filter { $0.name != output.name }
    .inserting([server, serverCA, reportOutput], after: .apiVersion)
}

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
    options: OptionSpec.doctor
  ) { invocation, world throws(Problem) in
    let format = try invocation.choice(.reportOutput, default: ReportFormat.text)
    let report = Doctor.examine(invocation, in: world)
    let wantsColour =
      world.machine.isTerminal(STDOUT_FILENO) && (world.variables["NO_COLOR"] ?? "").isEmpty
      && world.variables["TERM"] != "dumb"
    try world.writeOutput(format == .json ? report.json : report.text(isColoured: wantsColour))
    return report.exitCode
  }
}

/// The walk itself.
enum Doctor {
  /// The links of the chain, in its order.
  static let steps: [@Sendable (inout Examination) -> DoctorStep] = [
    settings, execInfo, subjectToken, connection, discovery, exchange, result, userName, apiServer,
    program,
  ]

  /// Looks at every link.
  static func examine(_ invocation: Invocation, in world: World) -> DoctorReport {
    let log = world.log(for: invocation)
    // What would be a warning on stderr becomes a finding.
    let overheard = Overheard()
    var quiet = world
    quiet.writeError = { overheard.add($0) }
    var examination = Examination(invocation, world: quiet, log: log)
    quiet.observeNetwork { [network = examination.network] in network.add($0) }
    var report = DoctorReport(time: world.now(), steps: [])
    defer { world.timeLimit.lift() }
    for step in steps {
      // A step makes two requests at most, each within --timeout.
      world.limitTime(2 * (examination.settings?.timeout ?? 10))
      var found = step(&examination)
      for warning in overheard.take() {
        found.warn(warning, hint: remedy(for: warning))
      }
      examination.redact(&found)
      log("\(found.name): \(found.status.rawValue): \(found.line)")
      report.steps.append(found)
    }
    return report
  }

  /// What to do about a warning of get-token's.
  private static func remedy(for warning: String) -> String {
    if warning.hasPrefix("--insecure-skip-tls-verify") {
      return "leave it out; if Dex's CA is a private one, give that by --certificate-authority"
    }
    if warning.hasPrefix("--insecure-allow-http") { return "leave it out, and reach Dex by https" }
    if warning.hasPrefix("--client-secret") {
      return "give it by --client-secret-file or TOKENXCHANGE_CLIENT_SECRET"
    }
    return "see tokenxchange help get-token"
  }

  private final class Overheard: Sendable {
    private let lines = Mutex<[String]>([])

    func add(_ line: String) { lines.withLock { $0.append(line) } }

    func take() -> [String] {
      lines.withLock { lines in
        defer { lines = [] }
        let opening = "tokenxchange: warning: "
        return lines.filter { $0.hasPrefix(opening) }.map { String($0.dropFirst(opening.count)) }
      }
    }
  }
}
