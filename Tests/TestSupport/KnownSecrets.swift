import Glibc
import Synchronization

/// Every secret that the stand-ins of this process issued, so that the output of each program that
/// a test runs can be searched for all of them.
enum KnownSecrets {
  /// The kind of a secret.
  enum Kind: String {
    /// A service account token.
    case subject = "a subject token"
    /// A token of Dex.
    case issued = "an issued token"
    /// A device code, an authorization code, a code verifier or a refresh token of a login.
    case login = "a code, verifier or refresh token"
    /// The secret of a Dex client.
    case client = "a client's secret"
  }

  private struct Entry {
    var kind: Kind
    var shapes: [[UInt8]]
  }

  private static let entries = Mutex<[Entry]>([])
  /// Older secrets are dropped: long tests issue thousands.
  private static let capacity = 1000

  /// Records a secret; for a JWT only the signature, without which it is worthless.
  static func add(_ secret: String, _ kind: Kind) {
    guard !secret.isEmpty else { return }
    let text =
      secret.split(separator: ".").count == 3 ? secret.split(separator: ".")[2] : secret[...]
    let entry = Entry(kind: kind, shapes: SecretHunt.shapes(of: String(text)).map { Array($0) })
    entries.withLock { entries in
      if entries.contains(where: { $0.shapes == entry.shapes }) { return }
      if entries.count >= capacity { entries.removeAll { $0.kind != .client } }
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

  /// Written by hand for speed: it runs a thousand times for each program.
  private static func isIn(_ text: [UInt8], _ shape: [UInt8]) -> Bool {
    guard let first = shape.first, text.count >= shape.count else { return false }
    return text.withUnsafeBytes { text in
      shape.withUnsafeBytes { shape in
        guard let base = text.baseAddress, let wanted = shape.baseAddress else { return false }
        var start = 0
        while start + shape.count <= text.count,
          let found = memchr(base + start, Int32(first), text.count - shape.count - start + 1)
        {
          if memcmp(found, wanted, shape.count) == 0 { return true }
          start = UnsafeRawPointer(found) - base + 1
        }
        return false
      }
    }
  }
}
