import Foundation
import Glibc

/// A program that listens on a port of 127.0.0.1, such as nginx.
package final class ServerProgram: Sendable {
  package let port: Int
  private let directory: TemporaryDirectory
  private let process: RunningProcess

  /// Starts a program on a port, by default a free one; the arguments depend on the port and may
  /// refer to files in a temporary directory.
  package init(
    _ name: String, port: Int = 0,
    arguments: (_ port: Int, _ directory: TemporaryDirectory) throws -> [String]
  ) throws {
    guard let program = TestBinary.find(name) else {
      throw TestSupportError("\(name) is not installed")
    }
    self.port = try port == 0 ? LocalSocket.freePort() : port
    directory = try TemporaryDirectory(prefix: name)
    process = try ProcessRunner(program, arguments(self.port, directory), timeout: 86_400).start()
    for _ in 0..<500 where process.isRunning {
      if let socket = try? LocalSocket.connect(port: self.port) {
        close(socket)
        return
      }
      usleep(10_000)
    }
    stop()
    throw TestSupportError("\(name) did not start: \(log)")
  }

  /// Starts nginx with one `server` block, which depends on the port.
  package convenience init(nginxPort port: Int = 0, server: (_ port: Int) -> String) throws {
    try self.init("nginx", port: port) { port, directory in
      let paths = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map { "\($0)_temp_path \(directory.path)/\($0);" }.joined(separator: "\n")
      let file = try directory.write(
        """
        daemon off;
        user \(String(cString: getpwuid(geteuid()).pointee.pw_name));
        worker_processes 1;
        pid \(directory.path)/nginx.pid;
        error_log stderr warn;
        events { worker_connections 2048; }
        http {
        access_log off;
        \(paths)
        server {
        \(server(port))
        }
        }

        """, to: "nginx.conf", mode: 0o644)
      return ["-p", directory.path, "-e", "stderr", "-c", file]
    }
  }

  deinit { stop() }

  /// The output so far.
  package var log: String { process.outputSoFar + process.errorsSoFar }

  /// Stops the program and waits for it.
  package func stop() {
    process.send(signal: SIGTERM)
    process.waitUntilExit()
  }
}

/// TLS in front of a plain server: nginx.
package struct TLSFront: Sendable {
  package static var isAvailable: Bool { TestBinary.find("nginx") != nil }
  private let nginx: ServerProgram
  package var port: Int { nginx.port }
  package var url: String { "https://127.0.0.1:\(port)" }
  package func stop() { nginx.stop() }

  /// Starts nginx.
  ///
  /// `protocols` is nginx's `ssl_protocols`; old ones lower OpenSSL's security level. `isPlain`
  /// disables TLS, as on a wrong port. `clients` requires a client certificate of that CA.
  package init(
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
}
