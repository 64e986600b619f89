import Foundation
import TestSupport

/// What `make dist` writes, made from the static binary that these tests run.
struct Release {
  /// Whether the static binary and the linker's inputs, from one link, are there.
  static let isPossible = Isolation.isStatic && FileManager.default.fileExists(atPath: linked)

  /// Why tests of a release are skipped.
  static let need = "SKIPPED: needs the static binary and its list of linked files: make test"

  /// What the linker took, beside the binary.
  static var linked: String {
    URL(filePath: TestBinary.path).deletingLastPathComponent().appending(path: "linked").path
  }

  /// As the program says it.
  let version: String
  /// As Kubernetes and OCI name it.
  let architecture: String
  /// The folder that was written.
  let folder: String
  private let temporary: TemporaryDirectory

  /// What the Makefile passes to the scripts.
  var variables: [String: String] {
    [
      "VERSION": version, "ARCH": architecture, "COMMIT": Self.commit,
      "TOOLCHAIN": "swift-1.2.3-RELEASE", "SOURCE_DATE_EPOCH": "1700000000",
    ]
  }

  /// A commit that no repository has.
  static let commit = String(repeating: "c0ffee", count: 6) + "1234"

  /// The name that the files begin with.
  var name: String { "tokenxchange_\(version)_linux_\(architecture)" }

  /// One that tests share, because making it takes seconds.
  static let shared = Task { try await Release() }

  /// Runs `scripts/dist`, with some variables of its own.
  init(_ extra: [String: String] = [:]) async throws {
    let words = try await ProcessRunner(TestBinary.path, ["version"]).result().output
    version = words.split(separator: "\n")[0].split(separator: " ").last.map(String.init) ?? ""
    let machine = try ProcessRunner("uname", ["-m"]).run().output.filter { $0 != "\n" }
    architecture = ["x86_64": "amd64", "aarch64": "arm64"][machine] ?? machine
    temporary = try TemporaryDirectory(prefix: "release")
    folder = temporary.path("dist")
    let result = try await Repository.run(
      "scripts/dist", [TestBinary.path, Self.linked, folder],
      variables.merging(extra) { $1 })
    guard result.code == 0 else { throw Failure(text: result.errors) }
  }

  /// Why a script failed.
  struct Failure: Error { var text: String }

  /// A file in the folder.
  func file(_ suffix: String) -> String { "\(folder)/\(name)\(suffix)" }

  /// The SBOM.
  func sbom() throws -> JSONValue {
    try JSONValue(parsing: Data(contentsOf: URL(filePath: file(".cdx.json"))).map(\.self))
  }
}
