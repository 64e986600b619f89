/// TLS on loopback in front of a plain server: nginx.
public final class TLSFront: Sendable {
  /// Whether nginx is installed.
  public static var isAvailable: Bool { TestBinary.find("nginx") != nil }

  private let nginx: ServerProgram

  /// Starts it.
  ///
  /// `protocols` is nginx's `ssl_protocols`; old ones lower OpenSSL's security level. `isPlain`
  /// disables TLS, as on a wrong port. `clients` requires a client certificate of that CA.
  public init(
    upstream: Int, certificate: TestCertificates.Pair, port: Int = 0,
    protocols: String = "TLSv1.2 TLSv1.3", isPlain: Bool = false,
    clients: TestCertificates.Pair? = nil
  ) throws {
    let isOld = protocols.contains("TLSv1.1") || protocols.hasSuffix("TLSv1")
    let verification = clients.map {
      "ssl_client_certificate \($0.certificate); ssl_verify_client on;"
    }
    nginx = try ServerProgram(nginxPort: port) { port in
      """
      listen 127.0.0.1:\(port) \(isPlain ? "" : "ssl") backlog=512;
      ssl_certificate \(certificate.certificate);
      ssl_certificate_key \(certificate.key);
      ssl_protocols \(protocols);
      \(verification ?? "")
      \(isOld ? "ssl_ciphers ALL:@SECLEVEL=0;" : "")
      client_max_body_size 64m;
      location / {
        proxy_pass http://127.0.0.1:\(upstream);
        proxy_http_version 1.1;
        proxy_set_header Host $http_host;
        proxy_set_header Connection "";
        proxy_buffering off;
        proxy_request_buffering off;
        proxy_redirect off;
      }
      """
    }
  }

  /// The TLS port.
  public var port: Int { nginx.port }

  /// `https://127.0.0.1:PORT`.
  public var url: String { "https://127.0.0.1:\(port)" }

  /// Stops nginx and waits for it.
  public func stop() { nginx.stop() }
}
