import Encoding
import TokenExchange

/// A value that the cache stores in a separate file.
///
/// The file has two lines: JSON with the format version, the kind, the key and the value, and the
/// SHA-256 of the first line. Content that is truncated, damaged, or of another version, kind or
/// key is a cache miss.
protocol CacheRecord: Equatable, Sendable {
  /// The file that contains it; its name is also the kind of the record.
  static var file: CacheFile { get }
  /// Reads the value; nil if a member is missing or has the wrong type.
  init?(json: JSON?)
  /// The value as JSON.
  var json: JSON { get }
}

/// The files of one key.
enum CacheFile: String, CaseIterable {
  case token, login, failure, lock

  /// The largest file that is read or written, in bytes; no HTTP header can carry a longer token.
  static let maxSize = 256 << 10
}

/// The version of the format; version 1 was not JSON.
private let formatVersion: Int64 = 2
/// The length of the second line, including the newline before it.
private let checksumLength = 66

extension CacheRecord {
  /// Reads the content of a file; nil unless it is complete and has this kind and key.
  init?(_ content: [UInt8], key: CacheKey) {
    guard content.count > checksumLength, content.count <= CacheFile.maxSize else { return nil }
    let line = Array(content.dropLast(checksumLength))
    guard content.suffix(checksumLength).elementsEqual(checksum(line)),
      let record = JSON(parsing: line), record["version"] == .integer(formatVersion),
      record["kind"]?.string == Self.file.rawValue, record["key"]?.string == key.name
    else { return nil }
    self.init(json: record["value"])
  }

  func content(key: CacheKey) -> [UInt8] {
    let record = JSON.object([
      "version": .integer(formatVersion), "kind": .string(Self.file.rawValue),
      "key": .string(key.name), "value": json,
    ])
    let line = Array(record.text().utf8)
    return line + checksum(line)
  }
}

private func checksum(_ line: [UInt8]) -> [UInt8] {
  Array(("\n" + SHA256.hex(line) + "\n").utf8)
}

extension JSON {
  /// A string or `null`.
  init(_ text: String?) { self = text.map { .string($0) } ?? .null }

  /// A number or `null`.
  init(_ number: Double?) { self = number.map { .number($0) } ?? .null }

  /// The value of a number; unlike ``lenientNumber``, nil for a number in a string.
  var double: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    default: nil
    }
  }
}
