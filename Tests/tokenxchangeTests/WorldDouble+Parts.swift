import Platform
import Testing
import TokenExchange

@testable import tokenxchange

extension Terminal {
  /// No terminal anywhere.
  static let nobody = Terminal(
    isInteractive: { false }, isOutputTerminal: { false },
    start: { program, _, _ in
      Issue.record("\(program) was started")
      return false
    })
}

extension SidecarProcess {
  /// What only a sidecar may use.
  static var failing: SidecarProcess {
    SidecarProcess(
      takeSignals: { _ in Issue.record("signals were taken over") },
      wait: { _ in
        Issue.record("the process waits")
        return false
      },
      uninterrupted: { body throws(FileWriteError) in try body() },
      log: { line in Issue.record("\(line) was logged") })
  }
}

extension TimeLimit {
  /// A time limit that never comes.
  static let none = TimeLimit(set: { _, _, _ in }, lift: {})
}

extension BootClock {
  /// A clock that stands still.
  static let still = BootClock(now: { 100 }, processStart: { 100 })
}

extension Machine {
  /// A machine on which there is nothing to see.
  static var bare: Machine {
    Machine(
      status: { _ in nil }, isTerminal: { _ in false },
      readInput: { _ throws(FileReadError) in throw .missing },
      systemTrust: { _, _ in nil },
      program: {
        ProgramFacts(path: "/tokenxchange", isStatic: true, setsTrust: true, libraries: "none")
      })
  }
}
