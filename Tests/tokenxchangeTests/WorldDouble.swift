import FoundationEssentials
import Synchronization
import Testing
import TokenExchange

@testable import tokenxchange

/// A world of values: what is not given fails the test that touches it.
final class WorldDouble: Sendable {
  /// What a request brings.
  typealias Outcome = Result<HTTPAnswer, TransportError>

  let output = Mutex("")
  let errors = Mutex("")
  let requests = Mutex<[HTTPRequest]>([])
  let written = Mutex<[String: [UInt8]]>([:])
  let variables: [String: String]
  let files: [String: Result<[UInt8], FileFault>]
  let now: Date
  /// Why standard output cannot be written to, if it cannot.
  let outputFault: String?
  let person: PersonSystem
  let cache: CacheSystem
  private let outcomes: Mutex<[Outcome]>
  private let slept = Mutex(0.0)

  static let tokenPath = "/tokens/token"

  init(
    variables: [String: String] = [:], files: [String: Result<[UInt8], FileFault>] = [:],
    outcomes: [Outcome] = [], now: Date = Date(timeIntervalSince1970: 1_795_223_258),
    outputFault: String? = nil,
    person: PersonSystem = .nobody, cache: CacheSystem = .live
  ) {
    self.outputFault = outputFault
    self.variables = variables
    self.files = files
    self.now = now
    self.person = person
    self.cache = cache
    self.outcomes = Mutex(outcomes)
  }

  /// The world to run in.
  var world: World {
    World(
      variables: variables, now: { self.now }, uptime: { 100 + self.slept.withLock { $0 } },
      sleep: { seconds in self.slept.withLock { $0 += seconds } },
      random: { 0.5 },
      send: { request, _ throws(TransportError) in
        self.requests.withLock { $0.append(request) }
        let outcome = self.outcomes.withLock { list -> Outcome? in
          list.count > 1 ? list.removeFirst() : list.first
        }
        guard let outcome else {
          Issue.record("a request was sent: \(request.url)")
          throw TransportError(.notSent)
        }
        return try outcome.get()
      },
      readFile: { path, _ throws(FileFault) in
        guard let file = self.files[path] else { throw .missing }
        return try file.get()
      },
      replaceFile: { path, content, _ throws(WriteFault) in
        self.written.withLock { $0[path] = content }
      },
      copyProgram: { path, _ throws(WriteFault) in
        Issue.record("the program was copied to \(path)")
      },
      writeOutput: { text throws(Problem) in
        if let outputFault = self.outputFault { throw .outputClosed(outputFault) }
        self.output.withLock { $0 += text }
      },
      writeError: { line in self.errors.withLock { $0 += line + "\n" } },
      userID: 999, cache: cache, person: person, sidecar: .failing)
  }

  /// Runs a command line.
  func run(_ arguments: [String]) -> ExitCode { tokenxchange.run(arguments, in: world) }

  var stdout: String { output.withLock { $0 } }
  var stderr: String { errors.withLock { $0 } }
}

extension PersonSystem {
  /// No terminal anywhere.
  static let nobody = PersonSystem(
    canBeAsked: { false }, seesOutput: { false },
    start: { program, _, _ in
      Issue.record("\(program) was started")
      return false
    })
}

extension SidecarWorld {
  /// What only a sidecar may touch.
  static var failing: SidecarWorld {
    SidecarWorld(
      takeSignals: { _ in Issue.record("signals were taken over") },
      wait: { _ in
        Issue.record("somebody waits")
        return false
      },
      uninterrupted: { body throws(WriteFault) in try body() },
      testWriting: { path in Issue.record("\(path) was tested") },
      removeFile: { path in Issue.record("\(path) was removed") })
  }
}

/// Tokens and answers that many tests start from.
enum Sample {
  static let base = [
    "--issuer=https://dex.example/dex", "--client-id=target-cluster",
    "--connector-id=argocd-cluster", "--token-file=/tokens/token",
  ]

  static func jwt(_ claims: String) -> String {
    [#"{"alg":"RS256"}"#, claims].map { Base64URL.encode(Array($0.utf8)) }.joined(separator: ".")
      + ".c2VjcmV0LXNpZ25hdHVyZQ"
  }

  static let subject = jwt(
    #"{"aud":["dex"],"exp":1795226858,"iss":"https://cluster-a.example","kubernetes.io":{},"#
      + #""sub":"system:serviceaccount:argocd:argocd-server"}"#)

  static let issued = issued()

  static func issued(
    issuer: String = "https://dex.example/dex", audience: String = "target-cluster",
    expiry: Int = 1_795_223_858
  ) -> String {
    jwt(#"{"iss":"\#(issuer)","aud":"\#(audience)","exp":\#(expiry),"sub":"Cg"}"#)
  }

  static func answer(
    _ status: Int, _ body: String, type: String = "application/json",
    headers: [String: String] = [:]
  ) -> WorldDouble.Outcome {
    .success(
      HTTPAnswer(
        status: status, headers: headers.merging(["content-type": type]) { old, _ in old },
        body: Array(body.utf8)))
  }

  static func token(_ token: String, more: String = "") -> WorldDouble.Outcome {
    answer(200, #"{"access_token":"\#(token)","token_type":"bearer"\#(more)}"#)
  }

  /// A world in which the exchange works, unless told otherwise.
  static func world(
    variables: [String: String] = [:], subject: Result<[UInt8], FileFault>? = nil,
    files: [String: Result<[UInt8], FileFault>] = [:], outcomes: [WorldDouble.Outcome]? = nil,
    outputFault: String? = nil
  ) -> WorldDouble {
    var files = files
    files[WorldDouble.tokenPath] = subject ?? .success(Array(Sample.subject.utf8))
    return WorldDouble(
      variables: variables, files: files, outcomes: outcomes ?? [token(issued)],
      outputFault: outputFault)
  }
}
