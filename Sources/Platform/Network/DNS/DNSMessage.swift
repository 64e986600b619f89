import Encoding
import TokenExchange

/// DNS queries for addresses, and their responses (RFC 1035).
///
/// Queries have no EDNS option, which some servers reject; a truncated response is requested by
/// TCP.
enum DNSMessage {
  /// Encodes a query for a name without a trailing dot; nil if it is not a valid DNS name.
  static func query(_ name: String, _ type: NameLookup.RecordType, id: UInt16) -> [UInt8]? {
    guard let name = wireName(name) else { return nil }
    return [UInt8(id >> 8), UInt8(id & 255), 1, 0, 0, 1, 0, 0, 0, 0, 0, 0] + name
      + [0, type.code, 0, 1]
  }

  /// The name in wire format: each label after its length, in lower case.
  private static func wireName(_ name: String) -> [UInt8]? {
    var wire: [UInt8] = []
    for label in name.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false) {
      guard (1...63).contains(label.count), label.allSatisfy({ (0x21...0x7E).contains($0) }) else {
        return nil
      }
      wire.append(UInt8(label.count))
      wire += label.map(\.lowercased)
    }
    wire.append(0)
    return wire.count <= 255 ? wire : nil
  }

  struct Response: Equatable {
    /// The response code: 0 for success, 3 for NXDOMAIN.
    var code: Int
    /// Whether it was truncated to fit into a datagram.
    var isTruncated: Bool
    /// Whether the server does not resolve the name: no recursion, no authority, no answers.
    var isReferral: Bool
    /// The addresses, after following CNAMEs; nil if the message is truncated or malformed.
    var addresses: [IPAddress]?
  }

  /// Decodes a message; nil if it is not a response to the query.
  static func response(_ bytes: [UInt8], to query: [UInt8]) -> Response? {
    guard bytes.count >= 12, bytes[0] == query[0], bytes[1] == query[1], bytes[2] & 0x80 != 0,
      bytes[2] & 0x78 == 0
    else { return nil }
    let code = Int(bytes[3] & 0x0F)
    var reader = Reader(bytes: bytes, offset: 4)
    guard let questions = reader.number(), let answers = reader.number() else { return nil }
    var response = Response(
      code: code, isTruncated: bytes[2] & 2 != 0,
      isReferral: code == 0 && answers == 0 && bytes[2] & 4 == 0 && bytes[3] & 0x80 == 0)
    reader.offset = 12
    // A server that could not parse the question may omit it.
    if questions == 0 { return code == 0 ? nil : response }
    var asked = Reader(bytes: query, offset: 12)
    let name = asked.name()
    guard questions == 1, let name, reader.name() == name else { return nil }
    let kind = Array(query.suffix(4))
    guard bytes.count >= reader.offset + 4,
      Array(bytes[reader.offset..<reader.offset + 4]) == kind
    else { return nil }
    reader.offset += 4
    response.addresses = addresses(&reader, count: answers, of: name, code: kind[1])
    return response
  }

  private static func addresses(
    _ reader: inout Reader, count: Int, of name: [UInt8], code: UInt8
  ) -> [IPAddress]? {
    var aliases: [(name: [UInt8], target: [UInt8])] = []
    var found: [(name: [UInt8], address: IPAddress)] = []
    for _ in 0..<count {
      guard let owner = reader.name(), let type = reader.number(), let kind = reader.number(),
        reader.number() != nil, reader.number() != nil, let length = reader.number(),
        reader.offset + length <= reader.bytes.count
      else { return nil }
      let end = reader.offset + length
      if kind == 1, type == 5 {
        guard let target = reader.name(), reader.offset == end else { return nil }
        aliases.append((owner, target))
      } else if kind == 1, type == Int(code) {
        guard length == (code == 1 ? 4 : 16) else { return nil }
        found.append((owner, IPAddress(bytes: Array(reader.bytes[reader.offset..<end]))))
      }
      reader.offset = end
    }
    // The CNAMEs may be in any order.
    var names = [name]
    for _ in 0..<maximumAliases {
      guard
        let next = aliases.first(where: { names.contains($0.name) && !names.contains($0.target) })
      else { break }
      names.append(next.target)
    }
    return found.filter { names.contains($0.name) }.map(\.address)
  }

  private static let maximumAliases = 16

  private struct Reader {
    let bytes: [UInt8]
    var offset: Int

    mutating func number() -> Int? {
      guard offset + 2 <= bytes.count else { return nil }
      defer { offset += 2 }
      return Int(bytes[offset]) << 8 | Int(bytes[offset + 1])
    }

    /// A name in lower case, in the format of ``DNSMessage/wireName(_:)``.
    mutating func name() -> [UInt8]? {
      var name: [UInt8] = []
      var position = offset
      // A pointer must point backwards; otherwise there could be a cycle.
      var start = offset
      var end: Int?
      while position < bytes.count, name.count < 255 {
        let length = Int(bytes[position])
        switch length {
        case 0:
          offset = end ?? position + 1
          return name + [0]
        case 1...63:
          guard position + 1 + length <= bytes.count else { return nil }
          name.append(UInt8(length))
          name += bytes[position + 1...position + length].map(\.lowercased)
          position += 1 + length
        case 0xC0...0xFF:
          guard position + 1 < bytes.count else { return nil }
          let target = (length & 0x3F) << 8 | Int(bytes[position + 1])
          guard target < start else { return nil }
          end = end ?? position + 2
          position = target
          start = target
        default: return nil
        }
      }
      return nil
    }
  }
}

extension NameLookup.RecordType {
  /// The TYPE value in a message.
  var code: UInt8 { self == .a ? 1 : 28 }
}
