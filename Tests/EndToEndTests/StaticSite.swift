import TestSupport

/// A directory served by nginx on loopback, like a public bucket.
struct StaticSite: Sendable {
  let directory: String
  private let nginx: ServerProgram

  init(_ directory: String) throws {
    self.directory = directory
    nginx = try ServerProgram(nginxPort: 0) { port in
      """
      listen 127.0.0.1:\(port);
      root \(directory);
      default_type application/json;
      """
    }
  }

  var port: Int { nginx.port }
  var url: String { "http://127.0.0.1:\(port)" }

  func stop() { nginx.stop() }
}
