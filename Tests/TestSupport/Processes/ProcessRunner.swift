import Glibc

/// A program to run with exactly these arguments, variables and input; it inherits nothing.
///
/// Foundation's `Process` leaks descriptors into children that are started at the same time.
public struct ProcessRunner: Sendable {
  /// An error while starting a program.
  public struct Failure: Error, CustomStringConvertible {
    /// The program.
    public var path: String
    /// The error number.
    public var code: Int32
    /// The error message.
    public var description: String { "\(path): \(String(cString: strerror(code)))" }
  }

  /// The program's path; without a slash it is looked up in this process's PATH.
  public var path: String
  /// The arguments, without the program's name.
  public var arguments: [String]
  /// The complete environment.
  public var environment: [String: String]
  /// The content of stdin; nil is `/dev/null`.
  public var stdin: [UInt8]?
  /// The working directory; nil for the current one.
  public var directory: String?
  /// Seconds after which it is killed.
  public var timeout: Double

  /// Describes a program.
  public init(
    _ path: String, _ arguments: [String] = [], environment: [String: String] = [:],
    stdin: [UInt8]? = nil, directory: String? = nil, timeout: Double = 60
  ) {
    self.path = path
    self.arguments = arguments
    self.environment = environment
    self.stdin = stdin
    self.directory = directory
    self.timeout = timeout
  }

  /// Runs it and waits; this blocks the thread.
  public func run() throws -> ProcessResult { try start().waitUntilExit() }

  /// Runs it and waits without blocking a thread of Swift's pool.
  public func result() async throws -> ProcessResult { try await start().result }

  /// Starts it in the background.
  public func start() throws -> RunningProcess {
    let input = try Pipe()
    let output = try Pipe()
    let errors = try Pipe()
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
    if let directory { _ = SpawnActions.shared.changeDirectory(&actions, directory) }
    // Other descriptors, such as server sockets, must not leak into the child.
    _ = SpawnActions.shared.closeFrom(&actions, 3)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    var all = sigset_t()
    sigemptyset(&none)
    sigfillset(&all)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setsigdefault(&attributes, &all)
    posix_spawnattr_setflags(
      &attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
    var words: [UnsafeMutablePointer<CChar>?] = ([path] + arguments).map { strdup($0) } + [nil]
    var variables: [UnsafeMutablePointer<CChar>?] =
      environment.sorted { $0.key < $1.key }.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { for word in words + variables { free(word) } }
    var pid: pid_t = 0
    // Started before the child, because a new thread may be delayed.
    let begin = ContinuousClock.now
    let code = posix_spawnp(&pid, path, &actions, &attributes, &words, &variables)
    close(input.reader)
    close(output.writer)
    close(errors.writer)
    guard code == 0 else {
      close(input.writer)
      close(output.reader)
      close(errors.reader)
      throw Failure(path: path, code: code)
    }
    return RunningProcess(
      pid: pid, input: input.writer, output: output.reader, errors: errors.reader,
      stdin: stdin ?? [], timeout: timeout, since: begin
    ) { [path, arguments] in KnownSecrets.findings(in: $0, path: path, arguments: arguments) }
  }

  private struct Pipe {
    var reader: Int32
    var writer: Int32

    init() throws {
      var ends: [Int32] = [-1, -1]
      guard pipe(&ends) == 0 else { throw Failure(path: "pipe", code: errno) }
      reader = ends[0]
      writer = ends[1]
      for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    }
  }
}
