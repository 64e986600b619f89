import Foundation
import StandIns
import TestSupport
import Testing

/// Malformed responses, byte by byte; none may crash or delay the program.
struct OddHTTPTests {
  /// A malformed response, and the resulting message or nil for a credential.
  struct Row: Sendable, CustomTestStringConvertible {
    var testDescription: String
    /// Creates the response from the correct body.
    var bytes: @Sendable (String) -> String
    var message: String?
    var hint: String

    init(
      _ name: String, _ message: String?, hint: String = "",
      _ bytes: @escaping @Sendable (String) -> String
    ) {
      testDescription = name
      self.bytes = bytes
      self.message = message
      self.hint = hint
    }
  }

  static let url = "http://DEX/dex/token"
  static let noHTTPHint =
    "check the port: it must be Dex's http or https port, not its gRPC port"
  static let wrongHint =
    "this is not a response of Dex's token endpoint: does --issuer or --token-url point to Dex?"

  static func plain(_ body: String, _ headers: String = "") -> String {
    "HTTP/1.1 200 OK\r\n\(headers)Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
  }

  static func chunked(_ body: String, trailers: String = "") -> String {
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
      + "\(String(body.utf8.count, radix: 16))\r\n\(body)\r\n0\r\n\(trailers)\r\n"
  }

  static let good = [
    Row("chunks", nil) { chunked($0) },
    Row("chunks and trailers", nil) { chunked($0, trailers: "X: y\r\nHTTP/1.1 200 OK: z\r\n") },
    Row("no length", nil) { "HTTP/1.1 200 OK\r\n\r\n\($0)" },
    Row("HTTP/1.0", nil) { "HTTP/1.0 200 OK\r\n\r\n\($0)" },
    Row("100 Continue first", nil) { "HTTP/1.1 100 Continue\r\n\r\n\(plain($0))" },
    Row("103 Early Hints first", nil) {
      "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"
        + "HTTP/1.1 103 Early Hints\r\nLink: </y>\r\n\r\n" + plain($0)
    },
    Row("line endings without CR", nil) {
      "HTTP/1.1 200 OK\nContent-Length: \($0.utf8.count)\n\n\($0)"
    },
    Row("no reason phrase", nil) { "HTTP/1.1 200\r\n\r\n\($0)" },
    Row(
      "unrelated headers",
      nil
    ) { plain($0, "WWW-Authenticate: Basic realm=x\r\nSet-Cookie: a=b\r\n") },
  ]

  static let bad = [
    Row(
      "byte order mark", "\(url) returned 200 with 5 bytes that are not complete JSON",
      hint: FaultTests.cutHint
    ) { _ in plain("\u{FEFF}{}") },
    Row(
      "not HTTP",
      "the response from DEX is not HTTP/1.1 (Received HTTP/0.9 when not allowed)",
      hint: noHTTPHint
    ) { _ in "SSH-2.0-OpenSSH_9.2\r\n" },
    Row(
      "header without a colon",
      "the response from DEX is not HTTP/1.1 (Header without colon)",
      hint: noHTTPHint
    ) { "HTTP/1.1 200 OK\r\nnonsense\r\n\r\n\($0)" },
    Row(
      "endless headers", "the response from \(url) has more than 64 KiB of headers",
      hint: wrongHint
    ) { "HTTP/1.1 200 OK\r\n\(String(repeating: "X: yyyyyyyyy\r\n", count: 80_000))\r\n\($0)" },
    Row(
      "one endless header", "the response from \(url) has more than 64 KiB of headers",
      hint: wrongHint
    ) { "HTTP/1.1 200 OK\r\nX: \(String(repeating: "y", count: 500_000))\r\n\r\n\($0)" },
    Row(
      "endless interim responses", "the response from \(url) has more than 64 KiB of headers",
      hint: wrongHint
    ) { String(repeating: "HTTP/1.1 100 Continue\r\n\r\n", count: 20_000) + plain($0) },
    Row(
      "length of 2^63 - 1", "the response from \(url) is larger than 1 MiB", hint: wrongHint
    ) { "HTTP/1.1 200 OK\r\nContent-Length: 9223372036854775807\r\nX: y\r\n\r\n\($0)" },
    Row(
      "length of 2^63", "the response from \(url) is larger than 1 MiB", hint: wrongHint
    ) { "HTTP/1.1 200 OK\r\nContent-Length: 9223372036854775808\r\nX: y\r\n\r\n\($0)" },
    Row(
      "endless body", "the response from \(url) is larger than 1 MiB", hint: wrongHint
    ) { "HTTP/1.1 200 OK\r\n\r\n\($0)" + String(repeating: " ", count: 1 << 20) },
    Row(
      "status 1000",
      "the response from DEX is not HTTP/1.1 (Unsupported response code in HTTP response)",
      hint: noHTTPHint
    ) { "HTTP/1.1 1000 OK\r\n\r\n\($0)" },
    Row(
      "compressed", "the response from \(url) is compressed, which was not requested",
      hint: "disable compression for this path in the ingress or proxy in front of Dex"
    ) { plain($0, "Content-Encoding: gzip\r\n") },
    Row(
      "not modified", "\(url) returned 304 and no OAuth error",
      hint:
        "Dex sends no such response: check the ingress, proxy or login page in front of it"
    ) { _ in "HTTP/1.1 304 Not Modified\r\n\r\n" },
    Row(
      "byte order mark", "\(url) returned 200 with 5 bytes that are not complete JSON",
      hint: FaultTests.cutHint
    ) { _ in plain("\u{FEFF}{}") },
    Row(
      "deeply nested JSON", "\(url) returned 200 with 200000 bytes that are not complete JSON",
      hint: FaultTests.cutHint
    ) { _ in plain(String(repeating: "[", count: 100_000) + String(repeating: "]", count: 100_000))
    },
    Row(
      "a million zeros", "\(url) returned 200 with 1000001 bytes that are not complete JSON",
      hint: FaultTests.cutHint
    ) { _ in plain("[" + String(repeating: "0,", count: 499_999) + "0]") },
  ]

  /// Connections closed before the response was complete, which libcurl may report as success.
  static let cut: [Row] =
    [200, 204, 302, 304, 401, 403, 404, 429, 500, 503].flatMap { status in
      [
        Row("\(status): closed inside the status line", nil) { _ in "HTTP/1.1 \(status)" },
        Row("\(status): closed inside a header", nil) { _ in "HTTP/1.1 \(status) X\r\nX" },
        Row("\(status): closed before the blank line", nil) { _ in
          "HTTP/1.1 \(status) X\r\nWWW-Authenticate: Basic\r\nLocation: /\r\n"
        },
      ]
    } + [
      Row("closed after 100 Continue", nil) { _ in "HTTP/1.1 100 Continue\r\n\r\n" },
      Row("closed inside the head after 100 Continue", nil) { _ in
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Len"
      },
      Row("closed inside a chunk", nil) { String(chunked($0).dropLast(20)) },
      Row("closed before the final chunk", nil) { String(chunked($0).dropLast(5)) },
      Row("closed inside the trailers", nil) {
        String(chunked($0, trailers: "X: y\r\n").dropLast(5))
      },
      Row("closed inside the body", nil) { String(plain($0).dropLast(1)) },
    ]

  @Test("truncated responses: exit 4 after three attempts", arguments: cut)
  func incompleteResponse(_ row: Row) async throws {
    let plugin = try Plugin()
    plugin.site.dex.inject(Self.verbatim(row).forever)
    let result = try await plugin.run(plugin.flags + ["--timeout=40s"])
    plugin.expectFailure(
      result, 4, "the connection to DEX closed before the response was complete (3 attempts)",
      hint: "Dex or a proxy in front of it closed the connection: check their logs")
    #expect(plugin.site.dex.tokenRequests == 3)
  }

  @Test(
    "connection closed inside the headers over TLS: exit 4 after three attempts",
    .enabled(if: TLSRelay.isAvailable, "socat is not installed: apt-get install socat"))
  func incompleteResponseOverTLS() async throws {
    let plugin = try Plugin()
    let certificates = try TestCertificates.shared
    let relay = try TLSRelay(to: plugin.site.dex.server.port, certificate: certificates.server)
    plugin.site.dex.inject(
      Self.verbatim(Row("", nil) { _ in "HTTP/1.1 200 OK\r\nX" }).forever)
    let result = try await plugin.run(
      plugin.flags + [
        "--token-url=https://127.0.0.1:\(relay.port)/dex/token",
        "--certificate-authority=\(certificates.authority.certificate)",
      ])
    #expect(result.ending == .exit(4))
    #expect(result.output == "")
    #expect(
      result.errors.hasPrefix(
        "tokenxchange: the connection to 127.0.0.1:\(relay.port) closed before the response was "
          + "complete (3 attempts)\nhint: "), "\(result.errors)")
    #expect(plugin.site.dex.tokenRequests == 3)
  }

  @Test(
    "with a response of 64 MiB, memory use stays below 32 MiB",
    .enabled(if: TestBinary.find("time") != nil, "time is not installed: apt-get install time"))
  func limitsMemory() async throws {
    let plugin = try Plugin()
    // Created once, because this takes seconds in a debug build on a busy machine.
    let response = "HTTP/1.1 200 OK\r\n\r\n" + String(repeating: " ", count: 64 << 20)
    plugin.site.dex.inject(Self.verbatim(Row("", nil) { _ in response }).forever)
    let result = try await ProcessRunner(
      TestBinary.find("time") ?? "time",
      ["-f", "%M", TestBinary.path] + plugin.flags + ["--timeout=60s"]
    ).result()
    #expect(result.output == "")
    let lines = result.errors.split(separator: "\n")
    #expect(
      plugin.masked(String(lines.first ?? ""))
        == "tokenxchange: the response from \(Self.url) is larger than 1 MiB")
    let kibibytes = try #require(lines.last.flatMap { Int($0) })
    // A dynamic debug build needs more memory.
    if Isolation.isStatic { #expect(kibibytes < 32 << 10) }
    Soak.report("64 MiB response: \(kibibytes) KiB")
  }

  @Test("unusual but valid responses are accepted", arguments: good)
  func unusualButValid(_ row: Row) async throws {
    let plugin = try Plugin()
    plugin.site.dex.inject(Self.verbatim(row))
    try plugin.expectCredential(try await plugin.run(plugin.flags + ["--timeout=40s"]))
  }

  @Test("invalid responses: exit 6 after one attempt", arguments: bad)
  func invalidResponse(_ row: Row) async throws {
    let plugin = try Plugin()
    plugin.site.dex.inject(Self.verbatim(row).forever)
    let result = try await plugin.run(plugin.flags + ["--timeout=40s"])
    plugin.expectFailure(result, 6, row.message ?? "", hint: row.hint)
    #expect(plugin.site.dex.tokenRequests == 1)
    #expect(result.duration < 35)
  }

  private static func verbatim(_ row: Row) -> DexFault {
    DexFault { right in
      let body = String(decoding: right().body, as: UTF8.self)
      return LoopbackResponse(body: Array(row.bytes(body).utf8), delivery: .verbatim)
    }
  }
}
