public import FoundationEssentials

/// Why a subject token is not sent.
public enum InvalidSubjectToken: Error, Equatable, Sendable {
  /// The content is only white space.
  case empty
  /// The content has spaces or characters that are invalid in a token.
  case invalidCharacters
  /// The token is wrapped in something, such as quotes.
  case wrapped(TokenWrapping)
  /// An ID token is required, but the content is not a JWT.
  case notJWT
  /// The header or the claims of a JWT have two members of the same name.
  case duplicateMember(String)
  /// It has expired.
  case expired(at: Date, now: Date)
  /// It is not valid yet.
  case notYetValid(from: Date, now: Date)
  /// It lacks the required audience.
  case audience(required: String, found: [String])
}
