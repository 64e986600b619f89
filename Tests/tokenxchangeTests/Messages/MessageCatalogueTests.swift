import Foundation
import TestSupport
import Testing

@testable import tokenxchange

/// Every error and warning of the program, with its message, hint and exit code, in one document.
struct MessageCatalogueTests {
  static let document = "Sources/tokenxchange/Documentation/messages.md"

  @Test("the document lists every message: RECORD=1 writes it")
  func documentIsCurrent() throws {
    let file = MessageCatalogue.repository.appending(path: Self.document)
    let text = try MessageCatalogue.document()
    if ProcessInfo.processInfo.environment["RECORD"] == "1" {
      try Data(text.utf8).write(to: file)
      Issue.record("\(Self.document) was written: read it, then run again without RECORD")
    }
    #expect(try String(contentsOf: file, encoding: .utf8) == text)
  }

  @Test("each case of each error and warning has an example")
  func everyCase() throws {
    var covered: Set<String> = []
    for section in try MessageCatalogue.sections() {
      for value in section.values { covered.formUnion(EnumCases.names(in: value)) }
    }
    let declared = try EnumCases.declared(in: ["TokenExchange", "OpenIDConnect", "tokenxchange"])
    #expect(declared.count > 250)
    #expect(declared.subtracting(covered).sorted() == [])
  }

  @Test("messages are one clause, hints are one line, and every exit code is documented")
  func form() throws {
    for row in try MessageCatalogue.sections().flatMap(\.rows) {
      #expect(!row.message.isEmpty && !row.message.contains("\n"), "\(row.name)")
      // A description from Dex may end with a full stop.
      #expect(!row.message.hasSuffix(".") || row.name.hasPrefix("exchange.oauth"), "\(row.name)")
      #expect(!row.hint.contains("\n"), "\(row.name)")
      #expect(row.hint.count <= 160, "\(row.name): \(row.hint.count) characters")
      if row.exitCode != nil { #expect(!row.hint.isEmpty, "\(row.name)") }
    }
  }
}

/// The names of enum cases, in values and in source code.
enum EnumCases {
  /// `Type.case` for every enum value inside a value.
  static func names(in value: Any) -> Set<String> {
    let mirror = Mirror(reflecting: value)
    var names: Set<String> = []
    if mirror.displayStyle == .enum {
      names.insert("\(typeName(of: value)).\(caseName(of: value))")
    }
    for child in mirror.children { names.formUnion(Self.names(in: child.value)) }
    return names
  }

  /// The name of an enum value's case.
  static func caseName(of value: Any) -> String {
    Mirror(reflecting: value).children.first?.label ?? "\(value)"
  }

  /// The case and the cases of its payload that select the message: `invalidURL.plainHTTP`.
  static func path(of value: Any) -> String {
    let mirror = Mirror(reflecting: value)
    guard mirror.displayStyle == .enum else { return "" }
    var parts = [caseName(of: value)]
    for child in mirror.children { parts += paths(in: child.value) }
    return parts.joined(separator: ".")
  }

  private static func paths(in value: Any) -> [String] {
    let mirror = Mirror(reflecting: value)
    switch mirror.displayStyle {
    case .enum:
      guard declaredTypes.contains(typeName(of: value)) else { return [] }
      return [path(of: value)]
    case .tuple, .struct:
      return mirror.children.flatMap { paths(in: $0.value) }.prefix(1).map(\.self)
    default: return []
    }
  }

  private static func typeName(of value: Any) -> String {
    String(reflecting: type(of: value)).split(separator: ".").dropFirst().joined(separator: ".")
  }

  private static let declaredTypes: Set<String> = {
    let cases =
      try? declared(in: ["TokenExchange", "OpenIDConnect", "tokenxchange", "Platform"])
    return Set((cases ?? []).map { String($0[..<($0.lastIndex(of: ".") ?? $0.endIndex)]) })
  }()

  /// `Type.case` for the enums of errors and warnings in the modules' source code.
  ///
  /// The doctor's findings have their own document.
  static func declared(in modules: [String]) throws -> Set<String> {
    var names: Set<String> = []
    for module in modules {
      let directory = MessageCatalogue.repository.appending(path: "Sources/\(module)")
      let files = FileManager.default.enumerator(at: directory, includingPropertiesForKeys: nil)
      for case let file as URL in files ?? FileManager.DirectoryEnumerator()
      where file.pathExtension == "swift" && !file.path.contains("/Doctor/") {
        names.formUnion(declared(in: try String(contentsOf: file, encoding: .utf8)))
      }
    }
    return names
  }

  private static func declared(in source: String) -> Set<String> {
    var names: Set<String> = []
    /// The types that enclose the current line, with their indentation.
    var scopes: [(indentation: Int, name: String, isEnum: Bool)] = []
    for line in source.split(separator: "\n") {
      let indentation = line.prefix { $0 == " " }.count
      let words = line.split(whereSeparator: { " :({".contains($0) }).map(String.init)
      scopes.removeAll { $0.indentation >= indentation && !line.hasPrefix("}") }
      if let keyword = words.firstIndex(where: { ["enum", "struct", "extension"].contains($0) }),
        words.prefix(keyword).allSatisfy({ ["public", "package", "indirect"].contains($0) }),
        words.count > keyword + 1
      {
        scopes.append((indentation, words[keyword + 1], words[keyword] == "enum"))
      } else if words.first == "case", let scope = scopes.last, scope.isEnum,
        indentation == scope.indentation + 2
      {
        let type = scopes.map(\.name).joined(separator: ".")
        guard isErrorOrWarning(type) else { continue }
        let list = line.dropFirst(indentation + 5).prefix { $0 != "(" }
        names.formUnion(
          list.split(separator: ",").map {
            "\(type).\($0.trimmingCharacters(in: .whitespaces).prefix { $0 != " " })"
          })
      }
    }
    return names
  }

  private static func isErrorOrWarning(_ type: String) -> Bool {
    let name = type.split(separator: ".").last.map(String.init) ?? type
    guard
      ![
        "NameLookup.ServerFailure.Reason",
        "CachedToken.UnusableReason", "OAuthError.DexReason",
        "ProxyRoute.Reason", "YAMLError.Reason", "TokenResponseError",
      ].contains(type)
    else { return false }
    return name.hasPrefix("Invalid") || name.hasSuffix("Error") || name.hasSuffix("Warning")
      || ["Conflict", "Fault", "Reason", "Warning", "NotSentReason", "SidecarInput"].contains(name)
  }
}
