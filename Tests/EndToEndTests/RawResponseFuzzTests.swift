import Foundation
import StandIns
import TestSupport
import Testing

/// Damaged responses, byte by byte, for the built binary; `make fuzz` runs many more.
struct RawResponseFuzzTests {
  /// The number of inputs; the program runs once for each.
  static let inputs =
    ProcessInfo.processInfo.environment["FUZZ_RESPONSES"].flatMap { Int($0) } ?? 80
  /// The first seed; the same seed always produces the same input.
  static let first = ProcessInfo.processInfo.environment["FUZZ_FIRST"].flatMap { UInt64($0) } ?? 1

  @Test("no damaged response is accepted, or makes the program crash or hang")
  func survives() async throws {
    let plugin = try Plugin()
    let server = try LoopbackServer { request in
      let number = request.path.split(separator: "/").first.flatMap { UInt64($0) } ?? 0
      return LoopbackResponse(body: RawResponse(number: number).bytes, delivery: .verbatim)
    }
    defer { server.stop() }
    var codes: [String: Int] = [:]
    let begin = ContinuousClock.now
    try await withThrowingTaskGroup(of: String.self) { group in
      for offset in 0..<Self.inputs {
        if offset >= 4, let code = try await group.next() { codes[code, default: 0] += 1 }
        group.addTask {
          let number = Self.first + UInt64(offset)
          let result = try await plugin.run(
            plugin.flags + ["--token-url", "\(server.url)/\(number)/token", "--timeout=20s"])
          Self.check(result, number)
          return "\(result.ending)"
        }
      }
      for try await code in group { codes[code, default: 0] += 1 }
    }
    let seconds = (ContinuousClock.now - begin) / .seconds(1)
    print("\(Self.inputs) responses in \(Int(seconds)) s:", codes.sorted { $0.key < $1.key })
  }

  private static func check(_ result: ProcessResult, _ number: UInt64) {
    let input = Comment(
      rawValue: "FUZZ_FIRST=\(number): "
        + String(decoding: RawResponse(number: number).bytes.prefix(2000), as: UTF8.self)
        .debugDescription + "\n\(result.errors)")
    #expect([.exit(4), .exit(5), .exit(6)].contains(result.ending), input)
    #expect(result.output == "", input)
    #expect(result.duration < 30, input)
    let lines = result.errors.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.count == 3 && lines.last == "", input)
    #expect(lines.first?.hasPrefix("tokenxchange: ") == true, input)
    #expect(lines.dropFirst().first?.hasPrefix("hint: ") == true, input)
    #expect(result.errors.utf8.allSatisfy { $0 == 0x0A || $0 >= 0x20 && $0 != 0x7F }, input)
  }
}

/// A response generated from a seed: a valid response, damaged in a few places.
struct RawResponse {
  private(set) var bytes: [UInt8]

  init(number: UInt64) {
    var random = SplitMix(state: number)
    bytes = Array((Self.seeds.randomElement(using: &random) ?? "").utf8)
    for _ in 0..<Int.random(in: 0...3, using: &random) { damage(using: &random) }
    if Int.random(in: 0..<3, using: &random) == 0 {
      bytes = Array(bytes.prefix(Int.random(in: 0...bytes.count, using: &random)))
    }
  }

  /// It contains no token, so even an undamaged response is not accepted.
  private static let body = #"{"access_token":"","token_type":"bearer","expires_in":60}"#
  private static let length = "Content-Length: \(body.utf8.count)\r\n"
  private static let chunks =
    "Transfer-Encoding: chunked\r\n\r\n9\r\n\(body.prefix(9))\r\n"
    + "\(String(body.utf8.count - 9, radix: 16));x=y\r\n\(body.dropFirst(9))\r\n0\r\n"

  /// One example of each kind of response that the parser handles differently.
  private static let seeds = [
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\(length)\r\n\(body)",
    "HTTP/1.1 200 OK\r\nDate: Sat, 28 Nov 2026 12:00:00 GMT\r\n\(chunks)\r\n",
    "HTTP/1.1 200 OK\r\n\(chunks)X: y\r\nHTTP/1.1 200 OK: z\r\n\r\n",
    "HTTP/1.0 200 OK\r\n\r\n\(body)",
    "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\nLink: </x>\r\n\r\n"
      + "HTTP/1.1 200 OK\r\n\(length)\r\n\(body)",
    "HTTP/1.1 204 No Content\r\n\r\n",
    "HTTP/1.1 302 Found\r\nLocation: https://elsewhere.example/a?b#c\r\n\(length)\r\n\(body)",
    "HTTP/1.1 304 Not Modified\r\nETag: \"x\"\r\n\r\n",
    "HTTP/1.1 400 Bad Request\r\n\(length)\r\n"
      + #"{"error":"invalid_grant","error_description":"no"}            "#,
    "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"x\", Digest nonce=\"y\"\r\n"
      + "\(length)\r\n\(body)",
    "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 0\r\n\(length)\r\n\(body)",
  ]

  /// Fragments that a parser may mishandle.
  private static let pieces = [
    "\r", "\n", "\r\n", "\r\n\r\n", "\0", " ", "\t", ":", ",", ";", "\"", "%", "-1", "0",
    "9223372036854775807", "9223372036854775808", "99999999999999999999", "ffffffffffffffff",
    "HTTP/1.1 ", "HTTP/1.1 100 x\r\n\r\n", "HTTP/1.1 101 x\r\n\r\n", "HTTP/2 200\r\n",
    "HTTP/1.1 1000 x\r\n", "HTTP/1.1 099 x\r\n", "\r\nX", "\rX: y\r\n", "\r\n folded",
    "\r\nContent-Length: 9223372036854775807\r\n", "\r\nContent-Length: 3\r\n",
    "\r\nTransfer-Encoding: gzip, chunked\r\n", "\r\nContent-Encoding: br\r\n",
    "\r\nConnection: upgrade\r\nUpgrade: h2c\r\n", "\r\nLocation: //[\r\n",
    "\r\nLocation: ///%zz?%#%\r\n", "\r\nWWW-Authenticate: Basic realm=\"\r\n",
    "\r\nSet-Cookie: a=b\r\n", "\u{E9}", "\u{1B}[2J", "\u{202E}",
  ]

  private mutating func damage(using random: inout SplitMix) {
    guard !bytes.isEmpty else { return }
    let place = Int.random(in: 0..<bytes.count, using: &random)
    let count = min(Int.random(in: 1...20, using: &random), bytes.count - place)
    switch Int.random(in: 0..<6, using: &random) {
    case 0: bytes[place] = UInt8.random(in: .min ... .max, using: &random)
    case 1: bytes.removeSubrange(place..<(place + count))
    case 2: bytes.insert(contentsOf: bytes[place..<(place + count)], at: place)
    case 3:
      let other = Array((Self.seeds.randomElement(using: &random) ?? "").utf8)
      bytes.insert(contentsOf: other, at: place)
    case 4:
      let piece = Array((Self.pieces.randomElement(using: &random) ?? "").utf8)
      bytes.replaceSubrange(place..<(place + count), with: piece)
    default:
      let piece = Array((Self.pieces.randomElement(using: &random) ?? "").utf8)
      bytes.insert(contentsOf: piece, at: place)
    }
  }
}

/// A random number generator with the same sequence in every run.
struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
