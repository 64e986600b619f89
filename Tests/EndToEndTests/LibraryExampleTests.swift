import TestSupport
import Testing

/// The example of the library uses its public interface only.
struct LibraryExampleTests {
  @Test("examples/library compiles outside the package")
  func compiles() throws {
    // Without -package-name, package declarations are not visible.
    let result = try ProcessRunner(
      "swiftc",
      [
        "-typecheck", "-swift-version", "6", "-warnings-as-errors", "-I",
        Repository.path(".build/debug/Modules"), Repository.path("examples/library/main.swift"),
      ]
    ).run()
    #expect(result.code == 0, "\(result.errors)")
  }
}
