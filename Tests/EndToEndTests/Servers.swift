import TestSupport

/// A TLS front for a port that does not parse HTTP: socat.
struct TLSRelay: Sendable {
  static var isAvailable: Bool { TestBinary.find("socat") != nil }
  private let socat: ServerProgram
  var port: Int { socat.port }

  init(to upstream: Int, certificate: TestCertificates.Pair) throws {
    socat = try ServerProgram("socat") { port, _ in
      [
        "openssl-listen:\(port),bind=127.0.0.1,reuseaddr,fork,verify=0,"
          + "cert=\(certificate.certificate),key=\(certificate.key)", "tcp:127.0.0.1:\(upstream)",
      ]
    }
  }
}

/// A real forward proxy: tinyproxy.
struct ForwardProxy: Sendable {
  static var isAvailable: Bool { TestBinary.find("tinyproxy") != nil }
  private let tinyproxy: ServerProgram
  var port: Int { tinyproxy.port }
  var url: String { "http://127.0.0.1:\(port)" }

  /// With `login`, such as `user password`, it rejects all other credentials.
  init(login: String? = nil) throws {
    tinyproxy = try ServerProgram("tinyproxy") { port, directory in
      let configuration = try directory.write(
        """
        Port \(port)
        Listen 127.0.0.1
        LogLevel Connect
        MaxClients 20
        \(login.map { "BasicAuth \($0)" } ?? "")

        """, to: "tinyproxy.conf")
      return ["-d", "-c", configuration]
    }
  }

  /// The requests that it received, such as `CONNECT 0.0.0.0:443`.
  var requests: [String] {
    tinyproxy.log.matches(of: /Request \(file descriptor \d+\): (\S+ \S+)/).map { String($0.1) }
  }
}
