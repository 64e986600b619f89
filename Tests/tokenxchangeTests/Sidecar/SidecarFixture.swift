import Encoding
import Foundation
import Synchronization
import TestSupport
import TokenExchange

@testable import Platform
@testable import tokenxchange

/// A sidecar with in-memory files, a clock that advances while it waits, and a Dex that issues
/// tokens.
final class SidecarFixture: Sendable {
  private struct State: Sendable {
    var lifetime = 1000.0
    var clockLead: Double?
    /// Dex's response; nil for a token.
    var outcome: WorldDouble.Outcome?
    /// Whether SIGUSR1 arrives during the next wait.
    var isSignaled = false
    var waits: [Double] = []
    var endingSignals: [Int32?] = []
  }

  static let file = "/kept/token"
  static let subjectFile = "/subject/token"

  let files = MemoryFiles()
  let key: RSAKey
  private let state = Mutex(State())
  private let double: Mutex<WorldDouble>

  init() throws {
    key = try RSAKey.dex
    double = Mutex(WorldDouble(now: Date(timeIntervalSince1970: 1_800_000_000)))
    var process = ProcessControl.failing
    process.userID = 1000
    process.signals = signals
    let world = WorldDouble(
      now: Date(timeIntervalSince1970: 1_800_000_000), process: process, fileSystem: files.files,
      respond: { request throws(TransportError) in try self.respond(request) })
    double.withLock { $0 = world }
    setSubject("system:serviceaccount:a:b")
  }

  private var current: WorldDouble { double.withLock { $0 } }

  func setSubject(_ name: String, lifetime: Double = 1e6) {
    files[Self.subjectFile] = jwt(subject: name, lifetime: lifetime)
  }

  /// A token with the given lifetime in seconds.
  ///
  /// If `clockLead` is set, Dex's clock is ahead by this time, and the token has an iat claim.
  func jwt(
    subject: String = "s", audience: String = "client", lifetime: Double, clockLead: Double? = nil
  ) -> String {
    let now = current.now.timeIntervalSince1970 + (clockLead ?? 0)
    var claims = JSONObject([
      ("iss", "https://issuer"), ("sub", .string(subject)), ("aud", .string(audience)),
      ("exp", .integer(Int(now + lifetime))),
    ])
    if clockLead != nil { claims["iat"] = .integer(Int(now)) }
    return JWT.sign(.object(claims), with: key)
  }

  /// The content of the sidecar's token file.
  var written: String? { files[Self.file] }
  var requests: [HTTPRequest] { current.requests.withLock { $0 } }
  var errors: [String] { current.stderr.split(separator: "\n").map(String.init) }
  var waits: [Double] { state.withLock { $0.waits } }
  var endingSignals: [Int32?] { state.withLock { $0.endingSignals } }
  var uptime: Double { current.uptime }

  /// Sets the wall clock forward or back.
  func setClock(by seconds: Double) { current.setClock(by: seconds) }

  /// Sends SIGUSR1 during the next wait.
  func signal() { state.withLock { $0.isSignaled = true } }

  /// Makes Dex return a response.
  func respond(_ status: Int, _ body: String, headers: [String: String] = [:]) {
    let response = HTTPResponse(status: status, headers: headers, body: Array(body.utf8))
    state.withLock { $0.outcome = .success(response) }
  }

  /// Makes Dex refuse connections.
  func stopDex() { state.withLock { $0.outcome = .failure(TransportError.connectionRefused) } }

  /// Makes Dex issue tokens.
  func startDex(lifetime: Double = 1000, clockLead: Double? = nil) {
    state.withLock { ($0.outcome, $0.lifetime, $0.clockLead) = (nil, lifetime, clockLead) }
  }

  func world(variables: [String: String] = [:]) -> World {
    var world = current.world
    world.variables = variables
    return world
  }

  private var signals: Signals {
    Signals(
      endProcess: { code in self.state.withLock { $0.endingSignals.append(code) } },
      wait: { seconds in
        self.current.pass(seconds)
        return self.state.withLock { state in
          state.waits.append(seconds)
          defer { state.isSignaled = false }
          return state.isSignaled
        }
      },
      uninterrupted: { body throws(FileWriteError) in try body() })
  }

  private func respond(_ request: HTTPRequest) throws(TransportError) -> HTTPResponse {
    let state = state.withLock { $0 }
    if let outcome = state.outcome { return try outcome.get() }
    let token = jwt(lifetime: state.lifetime, clockLead: state.clockLead)
    let body = "{\"access_token\":\"\(token)\",\"token_type\":\"bearer\"}"
    return HTTPResponse(status: 200, headers: [:], body: Array(body.utf8))
  }
}

extension SidecarFixture {
  static let flags = [
    "sidecar", "--token-url", "https://dex.example/token", "--client-id", "client",
    "--connector-id", "c", "--token-file", subjectFile, "--write", file,
  ]

  func sidecar(
    _ more: [String] = [], flags: [String] = flags, variables: [String: String] = [:]
  ) throws -> Sidecar {
    let world = world(variables: variables)
    let parsed = try ArgumentParser(arguments: flags + more, variables: variables).parse()
    let configuration = try SidecarConfiguration.read(parsed, world: world)
    world.warn(configuration.warnings)
    var sidecar = Sidecar(configuration, world: world, log: world.log(for: parsed))
    try sidecar.prepare()
    return sidecar
  }
}

extension Sidecar {
  /// Runs for a number of seconds.
  mutating func run(_ fixture: SidecarFixture, for seconds: Double) {
    let end = fixture.uptime + seconds
    while fixture.uptime < end { step() }
  }
}
