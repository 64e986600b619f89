import Foundation
import TestSupport

/// Searches output and files for secrets, in every encoding in which they may appear.
struct SecretHunt: Sendable {
  private let shapes: [(name: String, bytes: Data)]

  /// Prepares a search for secrets; the signature of a JWT is also searched for on its own.
  init(_ secrets: [(name: String, text: String)]) {
    shapes = secrets.flatMap { secret in
      KnownSecrets.shapes(of: secret.text).map { (secret.name, $0) }
    }
  }

  /// Returns the names of the secrets that the bytes contain.
  func findings(in data: Data) -> [String] {
    shapes.filter { data.range(of: $0.bytes) != nil }.map(\.name)
  }

  /// Returns the secrets in the files below a directory with their paths, except for the given
  /// files.
  func findings(below directory: String, except known: Set<String> = []) -> [String] {
    let files = FileManager.default.enumerator(atPath: directory)?.compactMap { $0 as? String }
    return (files ?? []).filter { !known.contains($0) }.flatMap { path in
      let content = try? Data(contentsOf: URL(filePath: directory + "/" + path))
      return findings(in: content ?? Data()).map { "\(path): \($0)" }
    }
  }
}
