/// The format of every file in the cache: a line of JSON, and a line with its SHA-256.
///
/// What is truncated, damaged, of another version or of another key reads as nil, which is a miss.
struct CacheRecord: Equatable {
  /// What it holds, such as `token`.
  var kind: String
  /// The key that it belongs to.
  var key: CacheKey
  /// An object.
  var value: JSON

  /// The version of the format; the first one was not JSON.
  private static let version: Int64 = 2
  /// The length of the second line and of the newline before it.
  private static let sumLength = 66

  init(kind: String, key: CacheKey, value: JSON) {
    self.kind = kind
    self.key = key
    self.value = value
  }

  /// Reads a file's content.
  ///
  /// - Returns: nil unless it is complete and of this kind, version and key.
  init?(_ content: [UInt8], kind: String, key: CacheKey) {
    guard content.count > Self.sumLength, content.count <= CachedToken.largestFile else {
      return nil
    }
    let text = Array(content.dropLast(Self.sumLength))
    guard content.suffix(Self.sumLength).elementsEqual(Self.sum(text)),
      let record = JSON(parsing: text), record["version"] == .integer(Self.version),
      record["kind"]?.string == kind, record["key"]?.string == key.name,
      let value = record["value"]
    else { return nil }
    self.init(kind: kind, key: key, value: value)
  }

  /// The file's content.
  var content: [UInt8] {
    let record = JSON.object([
      "version": .integer(Self.version), "kind": .string(kind), "key": .string(key.name),
      "value": value,
    ])
    let text = Array(record.text().utf8)
    return text + Self.sum(text)
  }

  private static func sum(_ text: [UInt8]) -> [UInt8] {
    Array(("\n" + SHA256.hex(text) + "\n").utf8)
  }
}

extension JSON {
  /// A text or `null`.
  init(_ text: String?) { self = text.map { .string($0) } ?? .null }

  /// A number or `null`.
  init(_ number: Double?) { self = number.map { .number($0) } ?? .null }

  /// A number; unlike ``lenientNumber`` not one in a string.
  var double: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    default: nil
    }
  }
}
