import FoundationEssentials
import Glibc
import Testing
import TokenExchange

@testable import Platform
@testable import tokenxchange

extension Terminal {
  /// No terminal and no standard input.
  static let none = Terminal(
    isTerminal: { _ in false }, readInput: { _ throws(FileReadError) in throw .missing },
    writeOutput: { text throws(SystemError) in Issue.record("\(text) was written") },
    writeError: { line in Issue.record("\(line) was written") },
    writeLog: { line in Issue.record("\(line) was logged") }, width: { nil })

  /// Standard error is a terminal.
  static var interactive: Terminal {
    var terminal = Terminal.none
    terminal.isTerminal = { $0 == STDERR_FILENO }
    return terminal
  }
}

extension Signals {
  /// Signals; handling or waiting for one fails the test.
  static let failing = Signals(
    endProcess: { _ in Issue.record("signals were taken over") },
    wait: { _ in
      Issue.record("the process waits")
      return false
    },
    uninterrupted: { body throws(FileWriteError) in try body() })
}

extension ProcessControl {
  /// Process control; starting a process fails the test.
  static let failing = ProcessControl(
    name: "tokenxchange", id: getpid(), userID: 999,
    program: {
      ProgramFacts(path: "/tokenxchange", isStatic: true, setsTrust: true, libraries: "none")
    },
    start: { program, _, _ in
      Issue.record("\(program) was started")
      return false
    },
    run: { child throws(ChildProcessError) in
      Issue.record("\(child.path) was run")
      throw .notStarted(errno: ENOENT)
    }, isAbandoned: { false }, unsetVariable: { _ in },
    limitTime: { _, _, _ in }, liftTimeLimit: {}, signals: .failing)
}
