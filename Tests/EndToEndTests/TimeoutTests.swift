import Foundation
import Glibc
import TestSupport
import Testing

/// Timeout messages name the phase of the request.
struct TimeoutTests {
  @Test("a timeout while connecting is reported")
  func connectTimeout() async throws {
    let plugin = try Plugin()
    let listener = try UnresponsiveServer(queue: true)
    defer { listener.stop() }
    let result = try await plugin.run(
      plugin.flags + ["--token-url=http://127.0.0.1:\(listener.port)/token", "--timeout=1500ms"])
    plugin.expectFailure(
      result, 4, "timed out connecting to 127.0.0.1:\(listener.port) after 1.5 s",
      hint: "a NetworkPolicy, firewall or security group drops the packets, or the address is "
        + "outdated")
  }

  @Test("a timeout during the TLS handshake is reported")
  func handshakeTimeout() async throws {
    let plugin = try Plugin()
    let listener = try UnresponsiveServer(queue: false)
    defer { listener.stop() }
    let result = try await plugin.run(
      plugin.flags + [
        "--token-url=https://127.0.0.1:\(listener.port)/token", "--timeout=1500ms",
        "--insecure-skip-tls-verify",
      ])
    #expect(result.ending == .exit(4))
    #expect(
      result.errors.split(separator: "\n").dropFirst() == [
        "tokenxchange: the TLS handshake with 127.0.0.1:\(listener.port) timed out after 1.5 s",
        "hint: is that an https port? a proxy or service mesh in between may block the handshake",
      ])
  }

  @Test("waiting for a response uses no processor time")
  func idleWait() async throws {
    let plugin = try Plugin()
    let listener = try UnresponsiveServer(queue: false)
    defer { listener.stop() }
    let result = try await ProcessRunner(
      "/usr/bin/time",
      ["-f", "%U %S", TestBinary.path] + plugin.flags + [
        "--token-url=http://127.0.0.1:\(listener.port)/token", "--timeout=2s",
      ]
    ).result()
    #expect(result.errors.contains("did not respond within 2 s"), "\(result.errors)")
    let seconds = result.errors.split(separator: "\n").last?.split(separator: " ").map {
      Double($0) ?? .infinity
    }
    #expect(seconds?.count == 2)
    #expect((seconds ?? []).reduce(0, +) < 0.5)
  }

  @Test(
    "an unreachable network is reported",
    .enabled(if: Isolation.isPossible, "SKIPPED: needs root and mounts"))
  func networkUnreachable() async throws {
    let plugin = try Plugin()
    // In a new network namespace, the loopback interface is down.
    let result = try await ProcessRunner(
      "unshare",
      ["--net", TestBinary.path] + plugin.flags + ["--token-url=http://127.0.0.1:1/token"],
      environment: ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin"]
    ).result()
    plugin.expectFailure(
      result, 4, "could not reach 127.0.0.1:1: Network is unreachable",
      hint: "a NetworkPolicy or firewall rejects the connection, or no route exists, for example "
        + "to an IPv6 address from an IPv4-only pod")
  }

  /// A listening port that never accepts a connection.
  final class UnresponsiveServer {
    let port: Int
    private var sockets: [Int32] = []

    /// With a full `queue`, the kernel accepts no further connections.
    init(queue: Bool) throws {
      let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
      sockets.append(listener)
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
      var length = socklen_t(MemoryLayout<sockaddr_in>.size)
      func with(_ body: (UnsafeMutablePointer<sockaddr>) -> Int32) -> Int32 {
        withUnsafeMutablePointer(to: &address) {
          $0.withMemoryRebound(to: sockaddr.self, capacity: 1, body)
        }
      }
      try #require(with { bind(listener, $0, length) } == 0)
      try #require(listen(listener, 0) == 0)
      try #require(with { getsockname(listener, $0, &length) } == 0)
      port = Int(UInt16(bigEndian: address.sin_port))
      guard queue else { return }
      for _ in 0..<4 {
        let kind = SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue
        let client = socket(AF_INET, Int32(kind), 0)
        sockets.append(client)
        _ = with { connect(client, $0, length) }
      }
    }

    func stop() {
      for descriptor in sockets { close(descriptor) }
      sockets = []
    }
  }
}
