import Foundation
import Glibc

/// A program that listens on a port of 127.0.0.1, such as nginx.
public final class ServerProgram: Sendable {
  /// The program is missing or did not start.
  public struct Failure: Error, CustomStringConvertible {
    /// The error message.
    public var description: String
  }

  /// The port.
  public let port: Int
  private let directory: TemporaryDirectory
  private let process: RunningProcess

  /// Starts a program on a port, by default a free one; the arguments depend on the port and may
  /// refer to files in a temporary directory.
  public init(
    _ name: String, port: Int = 0,
    arguments: (_ port: Int, _ directory: TemporaryDirectory) throws -> [String]
  ) throws {
    guard let program = TestBinary.find(name) else {
      throw Failure(description: "\(name) is not installed")
    }
    let port = try port == 0 ? LocalSocket.freePort() : port
    let directory = try TemporaryDirectory(prefix: name)
    self.port = port
    self.directory = directory
    process = try ProcessRunner(program, try arguments(port, directory), timeout: 86_400).start()
    for _ in 0..<500 where process.isRunning {
      if LocalSocket.isOpen(port) { return }
      usleep(10_000)
    }
    stop()
    throw Failure(description: "\(name) did not start: \(log)")
  }

  /// Starts nginx with one `server` block, which depends on the port.
  public convenience init(nginxPort port: Int = 0, server: (_ port: Int) -> String) throws {
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
  public var log: String { process.outputSoFar + process.errorsSoFar }

  /// Stops the program and waits for it.
  public func stop() {
    process.send(signal: SIGTERM)
    process.waitUntilExit()
  }
}
