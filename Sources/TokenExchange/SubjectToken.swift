public import FoundationEssentials

/// The token that is exchanged, checked as far as its own claims allow.
public struct SubjectToken: Sendable, Equatable {
  /// The token, without the white space around it.
  public let secret: Secret
  /// Its header and claims; nil for an opaque access token.
  public let jwt: UnverifiedJWT?

  /// Seconds that a token's `nbf` may lie ahead of our clock; Dex allows as much.
  public static let allowedSkew = 60.0

  /// Reads and checks the content of a token file.
  ///
  /// - Parameters:
  ///   - content: The file's bytes.
  ///   - path: The file, for messages.
  ///   - type: What the token is; an ID token must be a JWT.
  ///   - requiredAudience: An audience that the token must name, if any. A lint against a wrong
  ///     volume, not a control: Dex checks no audience.
  ///   - now: The present, by our clock.
  /// - Throws: A subject token problem.
  public init(
    content: [UInt8], path: String, type: TokenType = .idToken, requiredAudience: String? = nil,
    now: Date
  ) throws(Problem) {
    let secret = try Secret(tokenFile: content, path: path)
    let jwt = UnverifiedJWT(secret.revealed)
    if jwt == nil, type == .idToken { throw .tokenNotJWT(path) }
    if let expiry = jwt?.expiry, expiry <= now { throw .tokenExpired(path, expiry, now) }
    if let start = jwt?.notBefore, start.timeIntervalSince(now) > Self.allowedSkew {
      throw .tokenNotYetValid(path, start, now)
    }
    if let requiredAudience {
      guard let jwt else { throw .tokenNotJWT(path) }
      guard jwt.audiences.contains(requiredAudience) else {
        throw .tokenAudience(path, wanted: requiredAudience, found: jwt.audiences)
      }
    }
    self.secret = secret
    self.jwt = jwt
  }
}

extension Secret {
  /// Takes a token out of a file's bytes: white space around it is trimmed, and what remains must
  /// be printable ASCII without spaces, which is all that an `Authorization` header can carry.
  ///
  /// - Throws: A subject token problem that names the file.
  public init(tokenFile content: [UInt8], path: String) throws(Problem) {
    let isSpace: (UInt8) -> Bool = { $0 == 0x20 || (0x09...0x0D).contains($0) }
    guard let first = content.firstIndex(where: { !isSpace($0) }),
      let last = content.lastIndex(where: { !isSpace($0) })
    else { throw .tokenFileEmpty(path) }
    let token = content[first...last]
    guard token.allSatisfy({ (0x21...0x7E).contains($0) }) else { throw .tokenFileBinary(path) }
    self.init(String(decoding: token, as: UTF8.self))
  }
}
