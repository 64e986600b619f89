/// The form of every file in the cache: a line that names form and version, the parts, a checksum.
///
/// What is truncated, damaged, of another version or of another key reads as nil and so is a miss.
struct CacheRecord: Equatable {
  /// What it is, such as `token`.
  var kind: String
  /// The key that it was kept under.
  var key: CacheKey
  /// What is kept.
  var parts: [String]

  init(kind: String, key: CacheKey, parts: [String]) {
    self.kind = kind
    self.key = key
    self.parts = parts
  }

  /// Reads a file's content.
  ///
  /// - Returns: nil unless it is whole, and of this kind, version, key and number of parts.
  init?(_ content: [UInt8], kind: String, key: CacheKey, parts count: Int) {
    let head = Self.head(kind)
    guard content.count > head.count + Self.sumLength, content.count <= CachedToken.largestFile,
      content.starts(with: head)
    else { return nil }
    let body = content.dropLast(Self.sumLength)
    guard content.suffix(Self.sumLength).elementsEqual(Self.sum(Array(body))),
      let fields = Netstring.all(in: body.dropFirst(head.count)), fields.count == count + 1,
      fields[0] == key.bytes
    else { return nil }
    let texts = fields.dropFirst().compactMap { String(validating: $0, as: UTF8.self) }
    guard texts.count == count else { return nil }
    self.init(kind: kind, key: key, parts: texts)
  }

  /// The file's content.
  var content: [UInt8] {
    var bytes = Self.head(kind)
    Netstring.append(key.bytes, to: &bytes)
    for part in parts { Netstring.append(part, to: &bytes) }
    return bytes + Self.sum(bytes)
  }

  private static let sumLength = 65

  private static func head(_ kind: String) -> [UInt8] {
    Array("tokenxchange \(kind) 1\n".utf8)
  }

  private static func sum(_ bytes: [UInt8]) -> [UInt8] {
    Array((SHA256.hex(bytes) + "\n").utf8)
  }
}

extension Double {
  /// Reads a finite number, as this program wrote it.
  init?(kept text: String) {
    guard let number = Double(text), number.isFinite else { return nil }
    self = number
  }
}
