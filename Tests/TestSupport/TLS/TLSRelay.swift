import Glibc

/// TLS on loopback in front of a port, byte for byte: socat, which does not parse HTTP.
public final class TLSRelay: Sendable {
  /// Whether socat is installed here.
  public static var isAvailable: Bool { TestBinary.find("socat") != nil }

  /// The TLS port.
  public let port: Int
  private let process: RunningProcess

  /// Starts it.
  public init(to upstream: Int, certificate: TestCertificates.Pair) throws {
    port = try TLSFront.freePort()
    process = try ProcessRunner(
      TestBinary.find("socat") ?? "socat",
      [
        "openssl-listen:\(port),bind=127.0.0.1,reuseaddr,fork,verify=0,"
          + "cert=\(certificate.certificate),key=\(certificate.key)",
        "tcp:127.0.0.1:\(upstream)",
      ], timeout: 86_400
    ).start()
    for _ in 0..<500 where !TLSFront.isOpen(port) { usleep(10_000) }
  }

  deinit {
    process.send(signal: SIGTERM)
    process.waitUntilExit()
  }
}
