import CPlatform
import Glibc

/// The properties of this process, and a way to start others.
package struct ProcessControl: Sendable {
  /// The name that started this program.
  package var name: String
  /// The process ID.
  package var id: Int32
  /// The effective user.
  package var userID: UInt32
  /// How this program was built.
  package var program: @Sendable () -> ProgramFacts
  /// Starts a detached process with one argument and these variables; false if it cannot be
  /// started.
  package var start:
    @Sendable (_ program: String, _ argument: String, _ variables: [String]) -> Bool
  /// Runs the program at a path and returns its output; see ``ChildProcess``.
  package var run: @Sendable (ChildProcess) throws(ChildProcessError) -> ChildOutput
  /// Whether the parent process has ended or standard output has no reader.
  package var isAbandoned: @Sendable () -> Bool
  /// Removes a variable from the environment of this process.
  package var unsetVariable: @Sendable (String) -> Void
  /// Limits the time of the process, and replaces an earlier limit: at the limit, the text is written
  /// to stderr, and the process exits with code 4 or restarts.
  package var limitTime: @Sendable (_ seconds: Double, _ text: String, _ restarts: Bool) -> Void
  /// Removes the time limit.
  package var liftTimeLimit: @Sendable () -> Void
  /// The signals of a long-running process.
  package var signals: Signals
}

/// How this program was built, and which libraries it uses.
package struct ProgramFacts: Sendable, Equatable {
  package var path: String
  /// Whether its libraries are linked statically.
  package var isStatic: Bool
  /// Whether it can set the trusted CAs; if not, it sends nothing.
  package var setsTrust: Bool
  /// The network libraries with their versions, on one line.
  package var libraries: String
}

extension ProcessControl {
  /// This process.
  package static var live: ProcessControl {
    let parent = getppid()
    return ProcessControl(
      name: "tokenxchange", id: getpid(), userID: geteuid(),
      program: {
        ProgramFacts(
          path: PathStatus(of: "/proc/self/exe")?.realPath ?? "unknown",
          isStatic: LinkedLibraries.areStatic, setsTrust: tx_hook_effective() != 0,
          libraries: LinkedLibraries.versions)
      },
      start: { program, argument, variables in
        var lines: [UnsafeMutablePointer<CChar>?] = variables.map { strdup($0) } + [nil]
        defer { for line in lines { free(line) } }
        return tx_start_detached(program, argument, &lines) == 0
      }, run: { child throws(ChildProcessError) in try child.run() },
      isAbandoned: {
        // An orphan gets another parent.
        guard getppid() == parent else { return true }
        // A pipe without a reader reports POLLERR, a closed terminal POLLHUP.
        var output = pollfd(fd: STDOUT_FILENO, events: 0, revents: 0)
        return poll(&output, 1, 0) > 0 && output.revents & Int16(POLLERR | POLLHUP) != 0
      }, unsetVariable: { unsetenv($0) },
      limitTime: { tx_limit_time($0, $1, $2 ? 1 : 0) }, liftTimeLimit: { tx_lift_time_limit() },
      signals: .live)
  }
}
