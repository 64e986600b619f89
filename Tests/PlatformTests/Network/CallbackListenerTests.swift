import Glibc
import TestSupport
import Testing

@testable import Platform

/// The listener of the browser flow, with misbehaving clients.
@Suite struct CallbackListenerTests {
  private let listener: CallbackListener

  init() throws { listener = try CallbackListener.start(port: 0) }

  private func send(_ text: String, pause: Double = 0) async -> String {
    let port = listener.port
    let received = try? await onThread {
      try LocalSocket.exchange(port: port, Array(text.utf8), pause: pause)
    }
    return String(decoding: received ?? [], as: UTF8.self)
  }

  /// Waits for a request on a separate thread.
  private func next(_ timeout: Double = 20) async -> CallbackRequest? {
    let listener = listener
    return await onThread { listener.next(timeout) }
  }

  private static let get = "GET /callback?code=x&state=y HTTP/1.1\r\nHost: 127.0.0.1:1\r\n"

  @Test("a request is passed on, and the response is plain text that is not cached or executed")
  func request() async throws {
    async let response = send(Self.get + "Accept: */*\r\n\r\n")
    let request = try #require(await next())
    #expect(request.method == "GET")
    #expect(request.target == "/callback?code=x&state=y")
    #expect(request.host == "127.0.0.1:1")
    request.respond(200, "Signed in, you can close this window.")
    #expect(
      await response == """
        HTTP/1.1 200 OK\r
        Content-Type: text/plain; charset=utf-8\r
        Content-Length: 38\r
        Cache-Control: no-store\r
        Content-Security-Policy: default-src 'none'; frame-ancestors 'none'\r
        Referrer-Policy: no-referrer\r
        X-Content-Type-Options: nosniff\r
        Connection: close\r
        \r
        Signed in, you can close this window.

        """)
    #expect(listener.served() == .init(requests: 1, bytes: 294))
  }

  @Test(
    "the host is taken from the only Host header",
    arguments: [
      Row("one header", "Host: a:1\r\n", "a:1"),
      Row("upper case and spaces", "HOST:  a:1 \r\n", "a:1"),
      Row("no header", "", nil), Row("two headers", "Host: a\r\nHost: b\r\n", nil),
    ] as [Row<String, String?>])
  func host(row: Row<String, String?>) async throws {
    async let response = send("GET / HTTP/1.1\r\n" + row.input + "\r\n")
    let request = try #require(await next())
    #expect(request.host == row.output)
    request.respond(404, "Not found.")
    #expect(await response.hasPrefix("HTTP/1.1 404 Not Found\r\n"))
  }

  @Test(
    "requests that are not HTTP are rejected",
    arguments: ["hello\r\n\r\n", "GET /\r\n\r\n", "GET http://x/ HTTP/1.1\r\n\r\n", "\r\n\r\n"])
  func notHTTP(text: String) async {
    async let response = send(text)
    #expect(await next(1) == nil)
    #expect(await response.hasPrefix("HTTP/1.1 400 Bad Request\r\n"))
  }

  @Test("a request of 1 MB is rejected after 16 KiB")
  func large() async {
    async let response = send("GET /" + String(repeating: "a", count: 1 << 20))
    #expect(await next(1) == nil)
    let text = await response
    // A client that is still sending may lose the response when the connection closes.
    #expect(text.isEmpty || text.hasPrefix("HTTP/1.1 431 "))
    #expect(listener.served().requests == 1)
  }

  @Test("a slow request is rejected after five seconds, and does not delay other clients")
  func slow() async throws {
    async let slow = send(Self.get, pause: 0.3)
    try await Task.sleep(for: .milliseconds(300))
    async let fast = send(Self.get + "\r\n")
    let request = try #require(await next())
    request.respond(200, "done")
    #expect(await fast.hasSuffix("\r\n\r\ndone\n"))
    #expect(await next(6) == nil)
    #expect(await slow.hasPrefix("HTTP/1.1 408 Request Timeout\r\n"))
  }

  @Test("clients that connect but send nothing do not block others")
  func idleConnections() async throws {
    async let request = next()
    let port = listener.port
    let idle = try await onThread { try (1...40).map { _ in try LocalSocket.connect(port: port) } }
    defer { for socket in idle { Glibc.close(socket) } }
    async let response = send(Self.get + "\r\n")
    try #require(await request).respond(200, "done")
    #expect(await response.hasSuffix("done\n"))
  }

  @Test("without a request, the wait ends at the deadline")
  func timeout() async {
    let start = SystemClock.seconds(CLOCK_MONOTONIC)
    #expect(await next(0.3) == nil)
    #expect(SystemClock.seconds(CLOCK_MONOTONIC) - start >= 0.3)
  }

  @Test("after the listener is closed, no connection is accepted")
  func closed() throws {
    let port = listener.port
    listener.close()
    let error = #expect(throws: SystemCallError.self) { try LocalSocket.connect(port: port) }
    #expect(error?.code == ECONNREFUSED)
  }

  @Test("a port in use is an error, and a fixed port can be reused immediately")
  func fixedPort() async throws {
    let port = listener.port
    #expect(throws: SystemError(errno: EADDRINUSE)) { try CallbackListener.start(port: port) }
    async let response = send(Self.get + "\r\n")
    try #require(await next()).respond(200, "done")
    _ = await response
    listener.close()
    let second = try CallbackListener.start(port: port)
    #expect(second.port == port)
    second.close()
  }

  @Test("the listener binds to 127.0.0.1 only")
  func address() throws {
    let port = listener.port
    let table = try FileReader.read("/proc/net/tcp", limit: 1 << 20)
    let digits = String(port, radix: 16, uppercase: true)
    let padded = String(repeating: "0", count: 4 - digits.count) + digits
    let lines = String(decoding: table, as: UTF8.self).split(separator: "\n")
      .filter { $0.contains(":\(padded) 00000000:0000 0A") }
    #expect(lines.count == 1)
    #expect(lines.first?.contains(" 0100007F:\(padded) ") == true)
  }
}
