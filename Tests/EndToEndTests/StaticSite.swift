import Foundation
import Glibc
import TestSupport

/// A directory served by nginx on loopback, like a public bucket.
final class StaticSite: Sendable {
  let directory: String
  let port: Int
  private let own: TemporaryDirectory
  private let process: RunningProcess

  struct Failure: Error { var text: String }

  init(_ directory: String) throws {
    guard let nginx = TestBinary.find("nginx") else { throw Failure(text: "no nginx") }
    self.directory = directory
    let own = try TemporaryDirectory(prefix: "static-site")
    self.own = own
    let probe = try LoopbackServer { _ in .notFound }
    let port = probe.port
    self.port = port
    probe.stop()
    let paths = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
      .map { "\($0)_temp_path \(own.path)/\($0);" }.joined(separator: "\n")
    let file = try own.write(
      """
      daemon off;
      user \(String(cString: getpwuid(geteuid()).pointee.pw_name));
      worker_processes 1;
      pid \(own.path)/nginx.pid;
      error_log \(own.path)/error.log warn;
      events { worker_connections 64; }
      http {
        access_log off;
        \(paths)
        server {
          listen 127.0.0.1:\(port);
          root \(directory);
          default_type application/json;
        }
      }

      """, to: "nginx.conf")
    process = try ProcessRunner(
      nginx, ["-p", own.path, "-e", own.path("error.log"), "-c", file], timeout: 600
    ).start()
    for _ in 0..<500 where process.isRunning {
      if (try? String(contentsOfFile: own.path("nginx.pid"), encoding: .utf8))?.isEmpty == false {
        return
      }
      usleep(10_000)
    }
    stop()
    throw Failure(text: process.errorsSoFar)
  }

  deinit { stop() }

  var url: String { "http://127.0.0.1:\(port)" }

  func stop() {
    process.send(signal: SIGTERM)
    process.waitUntilExit()
  }
}
