public import Foundation

/// Searches output and files for secrets, in every encoding in which they may appear.
public struct SecretHunt: Sendable {
  private let shapes: [(name: String, bytes: Data)]

  /// Prepares a search.
  ///
  /// - Parameter secrets: Names and texts; for a JWT the signature alone is searched for too.
  public init(_ secrets: [(name: String, text: String)]) {
    shapes = secrets.flatMap { secret in Self.shapes(of: secret.text).map { (secret.name, $0) } }
  }

  /// The names of the secrets that the bytes contain.
  public func findings(in data: Data) -> [String] {
    shapes.filter { data.range(of: $0.bytes) != nil }.map(\.name)
  }

  /// Searches all files below a directory, except the given ones, and reports their paths.
  public func findings(below directory: String, except known: Set<String> = []) -> [String] {
    guard let files = FileManager.default.enumerator(atPath: directory) else { return [] }
    return files.compactMap { $0 as? String }.filter { !known.contains($0) }.flatMap { path in
      let content = try? Data(contentsOf: URL(filePath: directory + "/" + path))
      return findings(in: content ?? Data()).map { "\(path): \($0)" }
    }
  }

  static func shapes(of secret: String) -> [Data] {
    let parts = secret.split(separator: ".")
    let texts = parts.count == 3 ? [secret, String(parts[2])] : [secret]
    return texts.flatMap { text -> [Data] in
      let form = text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? text
      return ([text, form] + base64(text)).filter { $0.count >= 4 }.map { Data($0.utf8) }
    }
  }

  /// The base64 forms of a text inside a longer text: it may start at any of three positions in a
  /// group, and the groups at both ends also contain bits of the neighbouring bytes.
  private static func base64(_ text: String) -> [String] {
    (0..<3).map { offset in
      let padded = Data(repeating: 0, count: offset) + Data(text.utf8)
      let encoded = padded.base64EncodedString().replacing("=", with: "")
      return String(encoded.dropFirst(offset == 0 ? 0 : offset + 1).dropLast(2))
    }.filter { $0.count >= 8 }
  }
}
