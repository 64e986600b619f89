/// TLS on loopback in front of a port, byte for byte: socat, which does not parse HTTP.
public final class TLSRelay: Sendable {
  /// Whether socat is installed.
  public static var isAvailable: Bool { TestBinary.find("socat") != nil }

  private let socat: ServerProgram

  /// Starts it.
  public init(to upstream: Int, certificate: TestCertificates.Pair) throws {
    socat = try ServerProgram("socat") { port, _ in
      [
        "openssl-listen:\(port),bind=127.0.0.1,reuseaddr,fork,verify=0,"
          + "cert=\(certificate.certificate),key=\(certificate.key)",
        "tcp:127.0.0.1:\(upstream)",
      ]
    }
  }

  /// The TLS port.
  public var port: Int { socat.port }
}
