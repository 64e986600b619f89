public import FoundationEssentials

/// Why a subject token is not sent.
public enum InvalidSubjectToken: Error, Equatable, Sendable {
  /// There is nothing but white space.
  case empty
  /// There are spaces or characters that no token has.
  case invalidCharacters
  /// There is something around the token.
  case wrapped(TokenWrapping)
  /// It is not a JWT, although it must be one.
  case notJWT
  /// It has expired.
  case expired(at: Date, now: Date)
  /// It is not valid yet.
  case notYetValid(from: Date, now: Date)
  /// It lacks the required audience.
  case audience(required: String, found: [String])
}
