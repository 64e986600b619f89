import Foundation
import TestSupport
import Testing

/// The links and file names in all Markdown files.
struct DocumentLinkTests {
  private func exists(_ url: URL) -> Bool { FileManager.default.fileExists(atPath: url.path) }

  @Test("every relative link and anchor resolves", arguments: Document.all)
  func links(_ document: Document) throws {
    let directory = Document.root.appending(path: document.path).deletingLastPathComponent()
    for link in document.links {
      let target = directory.appending(path: link.path).standardized
      #expect(link.path.isEmpty || exists(target), "\(link.path)")
      guard let anchor = link.anchor else { continue }
      let root = Document.root.standardized.path + "/"
      let path = link.path.isEmpty ? document.path : target.path.replacing(root, with: "")
      let other = try #require(Document(path: path), "\(link.path)")
      #expect(other.anchors.contains(anchor), "\(link.path)#\(anchor)")
    }
  }

  @Test("every file in a table exists", arguments: Document.all)
  func tables(_ document: Document) {
    let directory = Document.root.appending(path: document.path).deletingLastPathComponent()
    for file in document.tabulatedFiles {
      #expect(exists(directory.appending(path: file)), "\(file)")
    }
  }

  /// The directories below `examples`.
  static let exampleDirectories: [String] = {
    let path = Document.root.appending(path: "examples").path
    let names = try? FileManager.default.contentsOfDirectory(atPath: path)
    return (names ?? []).filter { !$0.contains(".") }.sorted()
  }()

  @Test("the guide in a directory names each of its files", arguments: exampleDirectories)
  func guides(_ directory: String) throws {
    let path = "examples/" + directory
    let guide = try #require(
      Document(path: path + "/README.md") ?? Document(path: "examples/README.md"))
    let names = try FileManager.default.contentsOfDirectory(
      atPath: Document.root.appending(path: path).path)
    for name in names where name != "README.md" && name != "ca.crt" {
      #expect(guide.text.contains(name), "\(name)")
    }
  }

  @Test("the indexes of the examples and of the reference link to every page")
  func indexes() throws {
    for path in ["examples/README.md", "Sources/tokenxchange/Documentation/README.md"] {
      let index = try #require(Document(path: path))
      let directory = String(path.dropLast("README.md".count))
      let pages = Document.all.map(\.path).filter { $0.hasPrefix(directory) && $0 != path }
      let links = index.links.map { directory + $0.path }
      for page in pages { #expect(links.contains(page), "\(page)") }
    }
  }

  @Test("the README can be read in one sitting")
  func length() throws {
    let readme = try #require(Document(path: "README.md"))
    #expect(readme.text.split(separator: "\n", omittingEmptySubsequences: false).count <= 260)
  }
}
