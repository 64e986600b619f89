import Encoding
public import FoundationEssentials

/// The token that is exchanged, checked as far as its own claims allow.
public struct SubjectToken: Sendable, Equatable {
  /// The token, without the white space around it.
  public let secret: Secret
  /// Its header and claims; nil for an opaque access token.
  public let jwt: UnverifiedJWT?

  /// Seconds by which Dex accepts an `nbf` in the future (measured with Dex 2.45).
  public static let dexLeeway = 300.0
  /// Seconds by which clocks usually differ; an `nbf` further in the future causes a warning.
  public static let usualSkew = 60.0

  /// The `nbf` of a token if it is so far in the future that the clocks seem to differ.
  package static func earlyStart(of jwt: UnverifiedJWT?, now: Date) -> Date? {
    jwt?.notBefore.flatMap { $0.timeIntervalSince(now) > usualSkew ? $0 : nil }
  }

  /// Reads and checks the content of a token file.
  ///
  /// - Parameters:
  ///   - content: The file's bytes.
  ///   - type: What the token is; an ID token must be a JWT.
  ///   - requiredAudience: An audience that the token must name, if any. A lint against a wrong
  ///     volume, not a control: Dex checks no audience.
  ///   - now: The local time.
  /// - Throws: Why the token is not sent.
  public init(
    content: [UInt8], type: TokenType = .idToken, requiredAudience: String? = nil, now: Date
  ) throws(InvalidSubjectToken) {
    let secret = try Secret(tokenFile: content)
    let jwt = UnverifiedJWT(secret.revealed)
    if jwt == nil, type == .idToken || requiredAudience != nil {
      throw UnverifiedJWT.duplicateMember(in: secret.revealed).map { .duplicateMember($0) }
        ?? .notJWT
    }
    if let expiry = jwt?.expiry, expiry <= now { throw .expired(at: expiry, now: now) }
    if let start = jwt?.notBefore, start.timeIntervalSince(now) > Self.dexLeeway {
      throw .notYetValid(from: start, now: now)
    }
    if let requiredAudience, let jwt {
      guard jwt.audiences.containsBytes(of: requiredAudience) else {
        throw .audience(required: requiredAudience, found: jwt.audiences)
      }
    }
    self.secret = secret
    self.jwt = jwt
  }

  /// Wraps a token without checking it.
  package init(unchecked secret: Secret) {
    self.secret = secret
    jwt = UnverifiedJWT(secret.revealed)
  }
}

extension Secret {
  /// Extracts a token from a file's bytes: surrounding white space is trimmed, and the rest must
  /// be printable ASCII without spaces, which is all that an `Authorization` header can carry.
  ///
  /// - Throws: Why it is not a token.
  public init(tokenFile content: [UInt8]) throws(InvalidSubjectToken) {
    let isSpace: (UInt8) -> Bool = { $0 == 0x20 || (0x09...0x0D).contains($0) }
    guard let first = content.firstIndex(where: { !isSpace($0) }),
      let last = content.lastIndex(where: { !isSpace($0) })
    else { throw .empty }
    let token = content[first...last]
    if let wrapping = TokenWrapping(token) { throw .wrapped(wrapping) }
    guard token.allSatisfy({ (0x21...0x7E).contains($0) }) else { throw .invalidCharacters }
    self.init(String(decoding: token, as: UTF8.self))
  }
}

/// What a file may contain instead of a bare token.
public enum TokenWrapping: Sendable, Equatable, CaseIterable {
  /// `"…"` or `'…'`.
  case quotes
  /// `Bearer …`, as in a header, or the whole header.
  case bearer
  /// The base64 of a JWT, as a Kubernetes Secret holds it.
  case base64
  /// A JSON document.
  case json

  /// Detects the wrapping of a trimmed text; nil if it may be a bare token.
  package init?(_ text: some BidirectionalCollection<UInt8>) {
    guard let first = text.first else { return nil }
    let start = String(decoding: text.prefix(25), as: UTF8.self).lowercased()
    if start.hasPrefix("bearer ") || start.hasPrefix("authorization:") {
      self = .bearer
    } else if first == UInt8(ascii: "{") {
      self = .json
    } else if [UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "`")].contains(first),
      text.last == first, text.count > 1
    {
      self = .quotes
    } else if Self.isBase64OfJWT(text) {
      self = .base64
    } else {
      return nil
    }
  }

  /// Whether it begins like the base64 of a JWT, which always begins with `eyJ`.
  private static func isBase64OfJWT(_ text: some Collection<UInt8>) -> Bool {
    guard text.starts(with: Array("ZXlK".utf8)) else { return false }
    let bytes = text.filter { !(0x09...0x0D).contains($0) && $0 != 0x20 && $0 != UInt8(ascii: "=") }
      .map { byte in
        switch byte {
        case UInt8(ascii: "+"): UInt8(ascii: "-")
        case UInt8(ascii: "/"): UInt8(ascii: "_")
        default: byte
        }
      }
    guard let decoded = Base64URL.decode(String(decoding: bytes, as: UTF8.self)) else {
      return false
    }
    return decoded.count { $0 == UInt8(ascii: ".") } == 2
  }
}
