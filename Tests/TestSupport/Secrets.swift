package import Foundation
import Synchronization

/// Every secret that the stand-ins of this process issued, so that the output of each program that
/// a test runs can be searched for all of them.
package enum KnownSecrets {
  package enum Kind: String, Sendable {
    case subject = "a subject token"
    /// A token of Dex.
    case issued = "an issued token"
    case login = "a code, verifier or refresh token"
    case client = "a client's secret"
  }

  private struct Entry {
    var kind: Kind
    var shapes: [[UInt8]]
  }

  private static let entries = Mutex<[Entry]>([])
  /// Older secrets are dropped: long tests issue thousands.
  private static let capacity = 500

  /// Records a secret; for a JWT only the signature, without which it is worthless.
  package static func add(_ secret: String, _ kind: Kind) {
    guard !secret.isEmpty else { return }
    let parts = secret.split(separator: ".")
    let text = parts.count == 3 ? String(parts[2]) : secret
    let entry = Entry(kind: kind, shapes: shapes(of: text).map { Array($0) })
    entries.withLock { entries in
      if entries.contains(where: { $0.shapes == entry.shapes }) { return }
      if entries.count >= capacity, let oldest = entries.firstIndex(where: { $0.kind != .client }) {
        entries.remove(at: oldest)
      }
      entries.append(entry)
    }
  }

  /// The secrets that a program exposed: any secret on stderr, and on stdout any secret that the
  /// program under test is not expected to print.
  static func findings(
    in result: ProcessResult, path: String, arguments: [String]
  ) -> [String] {
    let isOurs = path == TestBinary.path || arguments.contains(TestBinary.path)
    return entries.withLock { entries in
      entries.compactMap { entry in
        if entry.shapes.contains(where: { isIn(result.stderr, $0) }) {
          return entry.kind.rawValue + " on stderr"
        }
        guard isOurs, entry.kind != .issued, !arguments.contains("token-file"),
          entry.shapes.contains(where: { isIn(result.stdout, $0) })
        else { return nil }
        return entry.kind.rawValue + " on stdout"
      }
    }
  }

  private static let memmem:
    @convention(c) @Sendable (UnsafeRawPointer, Int, UnsafeRawPointer, Int) -> UnsafeRawPointer? =
      cFunction("memmem")

  /// Foundation's search is too slow: this runs a thousand times for each program.
  private static func isIn(_ text: [UInt8], _ shape: [UInt8]) -> Bool {
    !text.isEmpty && memmem(text, text.count, shape, shape.count) != nil
  }

  /// The encodings in which a secret may appear; for a JWT also those of its signature alone.
  package static func shapes(of secret: String) -> [Data] {
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
