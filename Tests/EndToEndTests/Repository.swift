import Foundation
import TestSupport

/// The files of this repository, for tests of scripts, documents and examples.
enum Repository {
  /// Its root.
  static let root = Document.root

  /// The absolute path of a file.
  static func path(_ name: String) -> String { root.appending(path: name).path }

  /// The text of a file.
  static func text(_ name: String) throws -> String {
    try String(contentsOf: root.appending(path: name), encoding: .utf8)
  }

  /// The directory in which `make test-deps` installs `Tests/requirements.txt`.
  static let tools = path(".build/test-tools")

  /// Runs a script from the repository, with this process's variables and additional ones.
  static func run(
    _ script: String, _ arguments: [String], _ variables: [String: String] = [:],
    in directory: String? = nil
  ) async throws -> ProcessResult {
    var environment = ProcessInfo.processInfo.environment
    environment.merge(variables) { $1 }
    return try await ProcessRunner(
      path(script), arguments, environment: environment, directory: directory ?? root.path,
      timeout: 120
    ).result()
  }
}
