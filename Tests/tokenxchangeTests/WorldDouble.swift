import FoundationEssentials
import Platform
import Synchronization
import Testing
import TokenExchange

@testable import tokenxchange

/// A world of values: what is not given fails the test that touches it.
final class WorldDouble: Sendable {
  /// What a request brings.
  typealias Outcome = Result<HTTPResponse, TransportError>

  let output = Mutex("")
  let errors = Mutex("")
  let requests = Mutex<[HTTPRequest]>([])
  let written = Mutex<[String: [UInt8]]>([:])
  let variables: [String: String]
  let files: [String: Result<[UInt8], FileReadError>]
  let now: Date
  /// Why standard output cannot be written, if it cannot.
  let outputError: OutputError?
  let terminal: Terminal
  let process: ProcessControl
  /// What the cache may use, beyond reading.
  let cache: Files
  private let outcomes: Mutex<[Outcome]>
  private let slept = Mutex(0.0)

  static let tokenPath = "/tokens/token"

  init(
    variables: [String: String] = [:], files: [String: Result<[UInt8], FileReadError>] = [:],
    outcomes: [Outcome] = [], now: Date = Date(timeIntervalSince1970: 1_795_223_258),
    outputError: OutputError? = nil,
    terminal: Terminal = .none, process: ProcessControl = .failing, cache: Files = .failing
  ) {
    self.outputError = outputError
    self.variables = variables
    self.files = files
    self.now = now
    self.terminal = terminal
    self.process = process
    self.cache = cache
    self.outcomes = Mutex(outcomes)
  }

  /// The world to run in.
  var world: World {
    var terminal = terminal
    terminal.writeOutput = { text throws(OutputError) in
      if let outputError = self.outputError { throw outputError }
      self.output.withLock { $0 += text }
    }
    terminal.writeError = { line in self.errors.withLock { $0 += line + "\n" } }
    return World(
      variables: variables, random: { 0.5 },
      clock: SystemClock(
        now: { self.now }, uptime: { 100 + self.slept.withLock { $0 } }, boot: { 100 },
        processStart: { 100 }, sleep: { seconds in self.slept.withLock { $0 += seconds } }),
      files: allFiles,
      network: Network(
        send: { request, _ throws(TransportError) in try self.send(request) },
        observe: { _ in }, systemTrust: { _, _ in nil }),
      process: process, terminal: terminal)
  }

  private func send(_ request: HTTPRequest) throws(TransportError) -> HTTPResponse {
    requests.withLock { $0.append(request) }
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
    var files = cache
    files.read = { path, _ throws(FileReadError) in
      guard let file = self.files[path] else { throw .missing }
      return try file.get()
    }
    let replace = files.replace
    files.replace = { path, content, options throws(FileWriteError) in
      guard options.writesThrough else { return try replace(path, content, options) }
      self.written.withLock { $0[path] = content }
    }
    return files
  }

  /// Runs a command line.
  func run(_ arguments: [String]) -> ExitCode { tokenxchange.run(arguments, in: world) }

  var stdout: String { output.withLock { $0 } }
  var stderr: String { errors.withLock { $0 } }
}
