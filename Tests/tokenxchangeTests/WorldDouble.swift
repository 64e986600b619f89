import FoundationEssentials
import Glibc
import Synchronization
import Testing
import TokenExchange

@testable import Platform
@testable import tokenxchange

/// The world of a test; using anything that the test does not provide is a failure.
final class WorldDouble: Sendable {
  /// The result of a request.
  typealias Outcome = Result<HTTPResponse, TransportError>

  let output = Mutex("")
  let errors = Mutex("")
  let requests = Mutex<[HTTPRequest]>([])
  let written = Mutex<[String: [UInt8]]>([:])
  private let tlsPreparation = Mutex(false)
  let variables: [String: String]
  let files: [String: Result<[UInt8], FileReadError>]
  /// The reason why standard output is not writable, if any.
  let outputError: SystemError?
  let terminal: Terminal
  let process: ProcessControl
  /// The files in addition to those in `files`.
  let fileSystem: Files
  private let outcomes: Mutex<[Outcome]>
  private let respond: (@Sendable (HTTPRequest) throws(TransportError) -> HTTPResponse)?
  private let clock: Mutex<(now: Date, uptime: Double)>

  static let tokenPath = "/tokens/token"

  init(
    variables: [String: String] = [:], files: [String: Result<[UInt8], FileReadError>] = [:],
    outcomes: [Outcome] = [], now: Date = Date(timeIntervalSince1970: 1_795_223_258),
    outputError: SystemError? = nil,
    terminal: Terminal = .none, process: ProcessControl = .failing, fileSystem: Files = .failing,
    respond: (@Sendable (HTTPRequest) throws(TransportError) -> HTTPResponse)? = nil
  ) {
    self.outputError = outputError
    self.variables = variables
    self.files = files
    self.terminal = terminal
    self.process = process
    self.fileSystem = fileSystem
    self.outcomes = Mutex(outcomes)
    self.respond = respond
    clock = Mutex((now, 100))
  }

  /// The world to run in.
  var world: World {
    var terminal = terminal
    terminal.writeOutput = { text throws(SystemError) in
      if let outputError = self.outputError { throw outputError }
      self.output.withLock { $0 += text }
    }
    terminal.writeError = { line in self.errors.withLock { $0 += line + "\n" } }
    terminal.writeLog = terminal.writeError
    return World(
      variables: variables, random: { 0.5 },
      clock: SystemClock(
        now: { self.now }, uptime: { self.uptime }, boot: { 100 }, processStart: { 100 },
        sleep: { self.pass($0) }),
      files: allFiles,
      network: Network(
        send: { request, _ throws(TransportError) in try self.send(request) },
        observe: { _ in }, systemTrust: { _ in nil },
        prepareTLS: { self.tlsPreparation.withLock { $0 = true } },
        listen: { _ throws(SystemError) in throw SystemError(errno: EADDRNOTAVAIL) }),
      process: process, terminal: terminal)
  }

  private func send(_ request: HTTPRequest) throws(TransportError) -> HTTPResponse {
    requests.withLock { $0.append(request) }
    if let respond { return try respond(request) }
    let outcome = outcomes.withLock { list -> Outcome? in
      list.count > 1 ? list.removeFirst() : list.first
    }
    guard let outcome else {
      Issue.record("a request was sent: \(request.url)")
      throw TransportError.other("unexpected request")
    }
    return try outcome.get()
  }

  private var allFiles: Files {
    var files = fileSystem
    files.read = { path, limit throws(FileReadError) in
      guard let file = self.files[path] else { return try self.fileSystem.read(path, limit) }
      return try file.get()
    }
    files.replace = { path, content, options throws(FileWriteError) in
      guard options.writesThrough else {
        return try self.fileSystem.replace(path, content, options)
      }
      self.written.withLock { $0[path] = content }
    }
    return files
  }

  /// Runs a command line.
  func run(_ arguments: [String]) -> ExitCode { tokenxchange.run(arguments, in: world) }

  var now: Date { clock.withLock { $0.now } }
  var uptime: Double { clock.withLock { $0.uptime } }

  /// Advances the clocks by a number of seconds.
  func pass(_ seconds: Double) {
    clock.withLock {
      $0.now += seconds
      $0.uptime += seconds
    }
  }

  /// Sets the wall clock forward or back.
  func setClock(by seconds: Double) { clock.withLock { $0.now += seconds } }

  /// Whether TLS was initialized in advance.
  var isTLSPrepared: Bool { tlsPreparation.withLock { $0 } }

  var stdout: String { output.withLock { $0 } }
  var stderr: String { errors.withLock { $0 } }
}
