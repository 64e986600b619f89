import Foundation
import TestSupport

/// The output of `make dist` for the static binary under test.
struct Release {
  /// Whether the static binary and the list of its link inputs exist.
  static let isPossible = Isolation.isStatic && FileManager.default.fileExists(atPath: linked)

  /// The reason why release tests are skipped.
  static let need = "SKIPPED: needs the static binary and its list of linked files: make test"

  /// The list of link inputs, next to the binary.
  static var linked: String {
    URL(filePath: TestBinary.path).deletingLastPathComponent().appending(path: "linked").path
  }

  /// The version that the program prints.
  let version: String
  /// The architecture's name in Kubernetes and OCI.
  let architecture: String
  /// The output directory.
  let directory: String
  private let temporary: TemporaryDirectory

  /// The variables that the Makefile sets for the scripts.
  var variables: [String: String] {
    [
      "VERSION": version, "ARCH": architecture, "COMMIT": Self.commit,
      "TOOLCHAIN": "swift-1.2.3-RELEASE", "SOURCE_DATE_EPOCH": "1700000000",
    ]
  }

  /// A commit that does not exist in any repository.
  static let commit = String(repeating: "c0ffee", count: 6) + "1234"

  /// The prefix of the file names.
  var name: String { "tokenxchange_\(version)_linux_\(architecture)" }

  /// Shared by all tests, because its creation takes seconds.
  static let shared = Task { try await Release() }

  /// Runs `scripts/dist` with additional variables.
  init(_ extra: [String: String] = [:]) async throws {
    let words = try await ProcessRunner(TestBinary.path, ["version"]).result().output
    version = words.split(separator: "\n")[0].split(separator: " ").last.map(String.init) ?? ""
    let machine = try ProcessRunner("uname", ["-m"]).run().output.filter { $0 != "\n" }
    architecture = ["x86_64": "amd64", "aarch64": "arm64"][machine] ?? machine
    temporary = try TemporaryDirectory(prefix: "release")
    directory = temporary.path("dist")
    let result = try await Repository.run(
      "scripts/dist", [TestBinary.path, Self.linked, directory],
      variables.merging(extra) { $1 })
    guard result.code == 0 else { throw Failure(text: result.errors) }
  }

  /// The error output of a script.
  struct Failure: Error { var text: String }

  /// The path of a file in the directory.
  func file(_ suffix: String) -> String { "\(directory)/\(name)\(suffix)" }

  /// The SBOM.
  func sbom() throws -> JSONValue {
    try JSONValue(parsing: Data(contentsOf: URL(filePath: file(".cdx.json"))).map(\.self))
  }
}
