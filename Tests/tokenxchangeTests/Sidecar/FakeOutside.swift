import Foundation
import Platform
import Synchronization
import TestSupport
import TokenExchange

@testable import tokenxchange

/// A world of a test's own: its files, its clock, its Dex.
final class FakeOutside: Sendable {
  struct State: Sendable {
    var now = Date(timeIntervalSince1970: 1_800_000_000)
    var uptime = 100.0
    var files: [String: [UInt8]] = [:]
    var modes: [String: UInt32] = [:]
    var errors: [String] = []
    var requests: [HTTPRequest] = []
    var waits: [Double] = []
    var life = 1000.0
    /// How far Dex's clock is ahead, if its tokens say when they were issued.
    var lead: Double?
    /// What Dex answers; nil for a token.
    var answer: Result<HTTPResponse, TransportError>?
    /// Whether SIGUSR1 comes in the next wait.
    var isAsked = false
    var writeError: FileWriteError?
    var removeError: FileWriteError?
    /// What is at a path that is not a regular file.
    var kinds: [String: FileKind] = [:]
    var takenSignals: [Int32?] = []
  }

  static let file = "/kept/token"
  static let subjectFile = "/subject/token"

  let state = Mutex(State())
  let key: RSAKey

  init() throws {
    key = try RSAKey()
    setSubject("system:serviceaccount:a:b")
  }

  func setSubject(_ name: String, life: Double = 1e6) {
    let token = jwt(subject: name, life: life)
    state.withLock { $0.files[Self.subjectFile] = Array(token.utf8) }
  }

  /// A token that ends so many seconds from now.
  func jwt(
    subject: String = "s", audience: String = "client", life: Double, lead: Double? = nil
  ) -> String {
    let now = state.withLock { $0.now.timeIntervalSince1970 }
    var claims = JSONObject([
      ("iss", "https://issuer"), ("sub", .string(subject)), ("aud", .string(audience)),
      ("exp", .integer(Int(now + (lead ?? 0) + life))),
    ])
    if let lead { claims["iat"] = .integer(Int(now + lead)) }
    return JWT.sign(.object(claims), with: key)
  }

  var kept: String? {
    state.withLock { $0.files[Self.file].map { String(decoding: $0, as: UTF8.self) } }
  }
  var requestCount: Int { state.withLock { $0.requests.count } }
  var errors: [String] { state.withLock { $0.errors } }
  var uptime: Double { state.withLock { $0.uptime } }

  func set(_ change: (inout State) -> Void) { state.withLock { change(&$0) } }

  func answer(_ status: Int, _ body: String, headers: [String: String] = [:]) {
    set {
      $0.answer = .success(HTTPResponse(status: status, headers: headers, body: Array(body.utf8)))
    }
  }

  func world(variables: [String: String] = [:]) -> World {
    var terminal = Terminal.none
    terminal.writeOutput = { _ in }
    terminal.writeError = { line in self.set { $0.errors.append(line) } }
    terminal.writeLog = terminal.writeError
    var process = ProcessControl.failing
    process.userID = 1000
    process.signals = signals
    return World(
      variables: variables, random: { 0.5 },
      clock: SystemClock(
        now: { self.state.withLock { $0.now } }, uptime: { self.state.withLock { $0.uptime } },
        boot: { 100 }, processStart: { 100 }, sleep: { self.pass($0) }),
      files: files,
      network: Network(
        send: { request, _ throws(TransportError) in try self.send(request) },
        observe: { _ in }, systemTrust: { _, _ in nil }),
      process: process, terminal: terminal)
  }

  private var files: Files {
    var files = Files.failing
    files.read = { path, _ throws(FileReadError) in
      let (content, kind) = self.state.withLock { ($0.files[path], $0.kinds[path]) }
      if let kind { throw .notRegular(kind) }
      guard let content else { throw .missing }
      return content
    }
    files.kind = { path in
      self.state.withLock { $0.kinds[path] ?? ($0.files[path] == nil ? nil : .regular) }
    }
    files.replace = { path, content, options throws(FileWriteError) in
      let (error, kind) = self.state.withLock { ($0.writeError, $0.kinds[path]) }
      if let kind { throw .notRegular(path, kind) }
      if let error { throw error }
      self.set {
        $0.files[path] = content
        $0.modes[path] = options.mode
      }
    }
    files.setMode = { path, mode in self.set { $0.modes[path] = mode } }
    files.testWriting = { _ throws(FileWriteError) in
      if let error = self.state.withLock({ $0.writeError }) { throw error }
    }
    files.removeLeftovers = { _ in }
    files.remove = { path throws(FileWriteError) in
      if let error = self.state.withLock({ $0.removeError }) { throw error }
      self.set { $0.files[path] = nil }
    }
    return files
  }

  private var signals: Signals {
    Signals(
      endProcess: { code in self.set { $0.takenSignals.append(code) } },
      wait: { seconds in
        self.set { $0.waits.append(seconds) }
        self.pass(seconds)
        return self.state.withLock { state in
          defer { state.isAsked = false }
          return state.isAsked
        }
      },
      uninterrupted: { body throws(FileWriteError) in try body() })
  }

  func pass(_ seconds: Double) {
    set {
      $0.now += seconds
      $0.uptime += seconds
    }
  }

  private func send(_ request: HTTPRequest) throws(TransportError) -> HTTPResponse {
    let (answer, life, lead) = state.withLock { state in
      state.requests.append(request)
      return (state.answer, state.life, state.lead)
    }
    if let answer { return try answer.get() }
    let body = "{\"access_token\":\"\(jwt(life: life, lead: lead))\",\"token_type\":\"bearer\"}"
    return HTTPResponse(status: 200, headers: [:], body: Array(body.utf8))
  }
}

extension FakeOutside {
  static let flags = [
    "sidecar", "--token-url", "https://dex.example/token", "--client-id", "client",
    "--connector-id", "c", "--token-file", subjectFile, "--write", file,
  ]

  func sidecar(
    _ more: [String] = [], flags: [String] = flags, variables: [String: String] = [:]
  ) throws -> Sidecar {
    let world = world(variables: variables)
    let parsed = try ArgumentParser(arguments: flags + more, variables: variables).parse()
    let settings = try SidecarConfiguration(parsed, world: world)
    world.warn(settings.warnings)
    var sidecar = Sidecar(settings, world: world, log: world.log(for: parsed))
    try sidecar.prepare()
    return sidecar
  }
}

extension Sidecar {
  /// Runs until so many seconds have passed.
  mutating func run(_ outside: FakeOutside, for seconds: Double) {
    let end = outside.uptime + seconds
    while outside.uptime < end { step() }
  }
}
