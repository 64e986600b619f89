import Foundation
import Glibc

/// TLS on loopback in front of a plain server: nginx with its own configuration.
public final class TLSFront: Sendable {
  /// nginx is missing or did not start.
  public struct Failure: Error, CustomStringConvertible {
    /// The error message.
    public var description: String
  }

  /// Whether nginx is installed here.
  public static var isAvailable: Bool { TestBinary.find("nginx") != nil }

  /// The TLS port.
  public let port: Int
  private let directory: TemporaryDirectory
  private let process: RunningProcess

  /// Starts it.
  ///
  /// `protocols` is nginx's `ssl_protocols`; old ones lower OpenSSL's security level. `isPlain`
  /// disables TLS, as on a wrong port. `clients` requires a client certificate of that CA.
  public init(
    upstream: Int, certificate: TestCertificates.Pair, port: Int = 0,
    protocols: String = "TLSv1.2 TLSv1.3", isPlain: Bool = false,
    clients: TestCertificates.Pair? = nil
  ) throws {
    guard let nginx = TestBinary.find("nginx") else {
      throw Failure(description: "nginx is not installed (apt-get install nginx-light)")
    }
    let directory = try TemporaryDirectory(prefix: "tls-front")
    self.directory = directory
    let port = try port == 0 ? Self.freePort() : port
    self.port = port
    let configuration = try directory.write(
      Self.configuration(
        directory: directory.path, port: port, upstream: upstream, certificate: certificate,
        protocols: protocols, isPlain: isPlain, clients: clients), to: "nginx.conf", mode: 0o644)
    process = try ProcessRunner(
      nginx, ["-p", directory.path, "-e", directory.path("error.log"), "-c", configuration],
      timeout: 86_400
    ).start()
    try waitUntilOpen()
  }

  deinit { stop() }

  /// `https://127.0.0.1:PORT`.
  public var url: String { "https://127.0.0.1:\(port)" }

  /// nginx's error log.
  public var log: String {
    (try? String(contentsOfFile: directory.path("error.log"), encoding: .utf8)) ?? ""
  }

  /// Stops nginx and waits for it.
  public func stop() {
    process.send(signal: SIGTERM)
    process.waitUntilExit()
  }

  private func waitUntilOpen() throws {
    for _ in 0..<500 {
      guard process.isRunning else { break }
      if Self.isOpen(port) { return }
      usleep(10_000)
    }
    let said = process.errorsSoFar + log
    stop()
    throw Failure(description: "nginx did not start: \(said)")
  }

  private static func configuration(
    directory: String, port: Int, upstream: Int, certificate: TestCertificates.Pair,
    protocols: String, isPlain: Bool, clients: TestCertificates.Pair?
  ) -> String {
    let isOld = protocols.contains("TLSv1.1") || protocols.hasSuffix("TLSv1")
    let demand = clients.map { "ssl_client_certificate \($0.certificate); ssl_verify_client on;" }
    let paths = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
      .map { "  \($0)_temp_path \(directory)/\($0);" }.joined(separator: "\n")
    return """
      daemon off;
      user \(String(cString: getpwuid(geteuid()).pointee.pw_name));
      worker_processes 1;
      pid \(directory)/nginx.pid;
      error_log \(directory)/error.log warn;
      events { worker_connections 2048; }
      http {
        access_log off;
      \(paths)
        server {
          listen 127.0.0.1:\(port) \(isPlain ? "" : "ssl") backlog=512;
          ssl_certificate \(certificate.certificate);
          ssl_certificate_key \(certificate.key);
          ssl_protocols \(protocols);
          \(demand ?? "")
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
        }
      }

      """
  }

  static func freePort() throws -> Int {
    let server = try LoopbackServer { _ in .notFound }
    defer { server.stop() }
    return server.port
  }

  static func isOpen(_ port: Int) -> Bool {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
    return withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
  }
}
