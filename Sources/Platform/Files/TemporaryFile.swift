import Encoding
import Glibc

/// The names of temporary files, and the removal of those left by killed runs.
extension AtomicFile {
  private static let mark = ".tokenxchange-"
  /// Bytes of the target's name in the temporary name, which must stay below 255 bytes.
  private static let nameLimit = 100
  /// The age in seconds at which a temporary file is a leftover: writing takes milliseconds.
  private static let leftoverAge = 10.0

  /// A new temporary path in the same directory: `/d/.token.tokenxchange-1a2b3c`.
  static func temporaryPath(for path: String) -> String {
    let random = String(UInt64.random(in: 0 ... .max), radix: 36)
    return "\(directory(of: path))/\(temporaryPrefix(for: path))\(random)"
  }

  /// Whether a name is that of a temporary file of this program, which would replace the file at a
  /// path, or any file.
  package static func isTemporary(_ name: String, for path: String? = nil) -> Bool {
    let bytes = Array(name.utf8)
    let random = bytes.reversed().prefix { $0.isASCIIAlphanumeric && $0 == $0.lowercased }.count
    let mark = Array(mark.utf8)
    let stem = bytes.dropLast(random)
    guard (1...13).contains(random), stem.count > mark.count + 1,
      stem.suffix(mark.count).elementsEqual(mark), stem.first == UInt8(ascii: ".")
    else { return false }
    return path.map { stem.elementsEqual(temporaryPrefix(for: $0).utf8) } ?? true
  }

  /// Removes the temporary files of killed runs that wrote a path.
  package static func removeLeftovers(of path: String) {
    let directory = directory(of: path)
    for file in Directory.files(in: directory)
    where isTemporary(file.name, for: path) && file.kind == .regular && file.age > leftoverAge {
      unlink("\(directory)/\(file.name)")
    }
  }

  private static func temporaryPrefix(for path: String) -> String {
    var name = path.split(separator: "/").last.map(String.init) ?? "file"
    // Whole scalars only: a name that is cut inside one would be listed with another name.
    while name.utf8.count > nameLimit { name.unicodeScalars.removeLast() }
    return ".\(name)\(mark)"
  }
}
