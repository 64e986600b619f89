import Encoding

/// The two parts of Dex's opaque `sub`: base64url of the protobuf {1: user_id, 2: connector_id}.
///
/// It is unique and stable for a user of a connector, so it can be computed and used in bindings,
/// but it is not readable.
public struct DexSubject: Sendable, Equatable {
  /// The user ID at the connector; for a service account `system:serviceaccount:NS:NAME`.
  public var userID: String
  /// The connector's id.
  public var connectorID: String

  /// Makes a subject.
  public init(userID: String, connectorID: String) {
    self.userID = userID
    self.connectorID = connectorID
  }

  /// Reads a `sub`; nil unless it is exactly what Dex writes for the two values.
  public init?(_ text: String) {
    guard let bytes = Base64URL.decode(text), !bytes.isEmpty else { return nil }
    var rest = bytes[...]
    self.init(userID: "", connectorID: "")
    while let tag = rest.popFirst() {
      guard let length = Self.length(&rest), length <= rest.count,
        let value = String(validating: rest.prefix(length), as: UTF8.self)
      else { return nil }
      rest = rest.dropFirst(length)
      switch tag {
      case 0x0A: userID = value
      case 0x12: connectorID = value
      default: return nil
      }
    }
    guard self.text.hasSameBytes(as: text) else { return nil }
  }

  /// The `sub`; an empty value is omitted, as in protobuf.
  public var text: String {
    Base64URL.encode(Self.field(0x0A, userID) + Self.field(0x12, connectorID))
  }

  private static func field(_ tag: UInt8, _ text: String) -> [UInt8] {
    guard !text.isEmpty else { return [] }
    var length = text.utf8.count
    var bytes = [tag]
    while length > 0x7F {
      bytes.append(UInt8(length & 0x7F) | 0x80)
      length >>= 7
    }
    return bytes + [UInt8(length)] + Array(text.utf8)
  }

  private static func length(_ rest: inout ArraySlice<UInt8>) -> Int? {
    var value = 0
    // Three groups of seven bits are two million bytes: more than any token.
    for shift in [0, 7, 14] {
      guard let byte = rest.popFirst() else { return nil }
      value |= Int(byte & 0x7F) << shift
      if byte & 0x80 == 0 { return value }
    }
    return nil
  }
}
