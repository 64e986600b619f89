import Glibc

/// A program to run with exactly these arguments, variables and input; it inherits nothing.
///
/// Foundation's `Process` leaks descriptors into children that are started at the same time.
package struct ProcessRunner: Sendable {
  /// The program's path; without a slash it is looked up in this process's PATH.
  package var path: String
  package var arguments: [String]
  /// The complete environment.
  package var environment: [String: String]
  /// The content of stdin; nil is `/dev/null`.
  private var stdin: [UInt8]?
  private var directory: String?
  /// Seconds after which it is killed.
  package var timeout: Double

  package init(
    _ path: String, _ arguments: [String] = [], environment: [String: String] = [:],
    stdin: [UInt8]? = nil, directory: String? = nil, timeout: Double = 60
  ) {
    (self.path, self.arguments, self.environment) = (path, arguments, environment)
    (self.stdin, self.directory, self.timeout) = (stdin, directory, timeout)
  }

  /// Runs it and waits; this blocks the thread.
  package func run() throws -> ProcessResult { try start().waitUntilExit() }

  /// Runs it and waits without blocking a thread of Swift's pool.
  package func result() async throws -> ProcessResult { try await start().result }

  /// Its stdout, once it ended with exit code 0; this blocks the thread.
  package func output() throws -> String {
    let result = try run()
    guard result.code == 0 else { throw TestSupportError("\(path): \(result.errors)") }
    return result.output
  }

  /// Starts it in the background.
  package func start() throws -> RunningProcess {
    let (input, output, errors) = (try Pipe(), try Pipe(), try Pipe())
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    if stdin == nil {
      posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    } else {
      posix_spawn_file_actions_adddup2(&actions, input.reader, 0)
    }
    posix_spawn_file_actions_adddup2(&actions, output.writer, 1)
    posix_spawn_file_actions_adddup2(&actions, errors.writer, 2)
    if let directory { _ = Self.changeDirectory(&actions, directory) }
    // Other descriptors, such as server sockets, must not leak into the child.
    _ = Self.closeFrom(&actions, 3)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var (none, all) = (sigset_t(), sigset_t())
    sigemptyset(&none)
    sigfillset(&all)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setsigdefault(&attributes, &all)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
    func cStrings(_ texts: [String]) -> [UnsafeMutablePointer<CChar>?] {
      texts.map { strdup($0) } + [nil]
    }
    var words = cStrings([path] + arguments)
    var variables = cStrings(environment.map { "\($0)=\($1)" }.sorted())
    defer { for word in words + variables { free(word) } }
    var pid: pid_t = 0
    // Started before the child, because a new thread may be delayed.
    let begin = ContinuousClock.now
    let code = posix_spawnp(&pid, path, &actions, &attributes, &words, &variables)
    for end in [input.reader, output.writer, errors.writer] { close(end) }
    guard code == 0 else {
      for end in [input.writer, output.reader, errors.reader] { close(end) }
      throw SystemCallError(call: path, code: code)
    }
    return RunningProcess(
      pid: pid, [input.writer, output.reader, errors.reader], stdin: stdin ?? [],
      timeout: .seconds(timeout), since: begin
    ) { [path, arguments] in KnownSecrets.findings(in: $0, path: path, arguments: arguments) }
  }

  private typealias Actions = UnsafeMutablePointer<posix_spawn_file_actions_t>
  private static let changeDirectory:
    @convention(c) @Sendable (Actions, UnsafePointer<CChar>) -> Int32 =
      cFunction("posix_spawn_file_actions_addchdir_np")
  private static let closeFrom: @convention(c) @Sendable (Actions, Int32) -> Int32 =
    cFunction("posix_spawn_file_actions_addclosefrom_np")

  private struct Pipe {
    var reader: Int32
    var writer: Int32

    init() throws {
      var ends: [Int32] = [-1, -1]
      guard pipe(&ends) == 0 else { throw SystemCallError(call: "pipe") }
      (reader, writer) = (ends[0], ends[1])
      for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    }
  }
}

package struct ProcessResult: Sendable {
  package enum Ending: Sendable, Equatable {
    case exit(Int32)
    case signal(Int32)
  }

  package internal(set) var ending: Ending
  package let stdout: [UInt8]
  package internal(set) var stderr: [UInt8]
  /// Whether it was killed after its timeout.
  package let isTimedOut: Bool
  /// Whether another process still held its stdout or stderr open half a second after its end.
  package let leftOutputOpen: Bool
  /// When it ended, measured on a separate thread, because tasks may have to wait for each other.
  package let end: ContinuousClock.Instant
  /// Seconds from start to end.
  package let duration: Double

  /// The exit code, or 128 plus the signal's number.
  package var code: Int32 {
    switch ending {
    case .exit(let code): code
    case .signal(let number): 128 + number
    }
  }

  /// stdout as text.
  package var output: String { String(decoding: stdout, as: UTF8.self) }

  /// stderr as text.
  package var errors: String { String(decoding: stderr, as: UTF8.self) }
}
