import Foundation
import TestSupport
import Testing

/// The program's messages in the documents.
struct DocumentMessageTests {
  /// Every message and hint, with example values.
  private static let catalogue: [String] =
    ((try? MessageCatalogue.sections()) ?? []).flatMap(\.rows).flatMap { [$0.message, $0.hint] }
  private static let shapes = Set(catalogue.map(shape))

  /// A message without its values: quoted text, and words that contain a digit, dot, slash or
  /// colon.
  private static func shape(_ message: String) -> String {
    message.replacing(/"[^"]*"/, with: "#").split(separator: " ")
      .map { $0.contains(/[0-9\/=]|[.:]\w/) ? "#" : String($0) }.joined(separator: " ")
  }

  @Test("error messages in blocks exist in the program", arguments: Document.all)
  func failures(_ document: Document) {
    for block in document.blocks {
      let lines = block.text.split(separator: "\n").map(String.init)
      for (line, next) in zip(lines, lines.dropFirst()) where next.hasPrefix("hint: ") {
        for text in [line.dropFirst("tokenxchange: ".count), next.dropFirst("hint: ".count)] {
          #expect(Self.shapes.contains(Self.shape(String(text))), "\(text)")
        }
      }
    }
  }

  /// Parts of other programs' messages, and of this program's output that is not an error.
  private static let foreign = [
    "getting credentials: exec: executable", "failed with exit code",
    "exec plugin is configured to use API version", "You must be logged in to the server",
    "is forbidden: User", "failed to verify subject token", "Unable to authenticate the request",
    "no resource matches", "failed to get provider", "executable tokenxchange not found",
    "Init:0/1", "401 invalid_client: Invalid client credentials.", "dex:CjpzeXN0ZW06",
  ]

  /// The source code of messages, for notices and events that are not errors.
  private static let sources: String = {
    let directory = Document.root.appending(path: "Sources/tokenxchange/Messages")
    let names = (try? FileManager.default.contentsOfDirectory(atPath: directory.path)) ?? []
    return names.compactMap {
      try? String(contentsOf: directory.appending(path: $0), encoding: .utf8)
    }.joined()
  }()

  @Test(
    "messages in tables exist in the program, or in another known program", arguments: Document.all
  )
  func tables(_ document: Document) {
    var isTable = false
    for line in document.prose.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.contains(/^\| (what )?you see \|/) { isTable = true }
      if !line.hasPrefix("|") { isTable = false }
      guard isTable, let cell = line.split(separator: "|").first else { continue }
      for span in cell.matches(of: /`([^`]+)`/).map({ String($0.1) }) {
        let parts = span.split(separator: "…").map { $0.trimmingCharacters(in: .whitespaces) }
        let isMessage = Self.catalogue.contains { message in
          parts.allSatisfy { message.contains($0) }
        }
        let isKnown =
          isMessage || Self.foreign.contains { span.contains($0) }
          || parts.allSatisfy { Self.sources.contains($0) }
        #expect(isKnown, "`\(span)`")
      }
    }
  }
}
