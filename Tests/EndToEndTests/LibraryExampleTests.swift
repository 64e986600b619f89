import TestSupport
import Testing

/// The library's examples use only its public interface.
struct LibraryExampleTests {
  /// Compiles a file without -package-name, so that declarations with package access are not
  /// visible.
  private func typecheck(_ file: String, _ options: [String] = []) throws {
    let result = try ProcessRunner(
      "swiftc",
      ["-typecheck", "-swift-version", "6", "-warnings-as-errors"] + options
        + ["-I", Repository.path(".build/debug/Modules"), file]
    ).run()
    #expect(result.code == 0, "\(result.errors)")
  }

  @Test("examples/library compiles outside the package")
  func compiles() throws { try typecheck(Repository.path("examples/library/main.swift")) }

  @Test("the example on the library's page compiles, and the page lists public types")
  func page() throws {
    let page = try #require(
      Document(path: "Sources/TokenExchange/TokenExchange.docc/TokenExchange.md"))
    let example = try #require(page.blocks.first { $0.language == "swift" }).text
    let types = page.text.matches(of: /(?m)^- ``(\w+)``$/).map(\.1)
    #expect(types.count > 10)
    let list = types.map { "  \($0).self,\n" }.joined()
    let directory = try TemporaryDirectory()
    let file = try directory.write(
      "\(example)\nlet types: [Any.Type] = [\n\(list)]\n", to: "page.swift")
    try typecheck(file, ["-parse-as-library"])
  }
}
