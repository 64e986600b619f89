import FoundationEssentials
import Platform
import TokenExchange

/// Everything outside the process, as one value that tests can replace.
struct World: Sendable {
  /// The environment at the start of the process.
  var variables: [String: String]
  /// A random number from 0 to 1.
  var random: @Sendable () -> Double
  var clock: SystemClock
  var files: Files
  var network: Network
  var process: ProcessControl
  var terminal: Terminal
  /// A variable that contains a token, which is not among `variables`: other programs do not get
  /// it.
  private(set) var hiddenVariable: (name: String, value: String)?

  static func live(variables: [String: String]) -> World {
    World(
      variables: variables, random: { Double.random(in: 0...1) }, clock: .live, files: .live,
      network: .live(variables: variables), process: .live, terminal: .live)
  }

  /// Removes a variable with a token from the environment, before any other program is started.
  mutating func hideVariable(_ name: String) {
    guard let value = variables.removeValue(forKey: name) else { return }
    hiddenVariable = (name, value)
    process.unsetVariable(name)
  }

  /// The value of the variable with the token; nil if it is not set.
  func tokenVariable(_ name: String) -> String? {
    hiddenVariable.flatMap { $0.name == name ? $0.value : nil } ?? variables[name]
  }

  func now() -> Date { clock.now() }

  func uptime() -> Double { clock.uptime() }

  func sleep(_ seconds: Double) { clock.sleep(seconds) }

  /// The time on the two clocks of the cache.
  var clockReading: ClockReading { ClockReading(date: clock.now(), bootTime: clock.boot()) }

  func writeOutput(_ text: String) throws(CommandError) {
    do throws(SystemError) { try terminal.writeOutput(text) } catch { throw .output(error) }
  }

  func writeError(_ line: String) { terminal.writeError(line) }

  func warn(_ text: String) { writeError("tokenxchange: warning: " + text) }

  /// The log of each step: standard error with `--verbose`, else none.
  func log(for arguments: ParsedArguments) -> VerboseLog {
    guard arguments[.verbose] else { return .silent }
    let start = uptime()
    return VerboseLog { text in
      writeError("tokenxchange: [\(Int((uptime() - start) * 1000)) ms] \(text)")
    }
  }
}
