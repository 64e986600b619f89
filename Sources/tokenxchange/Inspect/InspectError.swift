import Platform
import TokenExchange

/// Why `inspect` found no token; the source is a path or "standard input".
enum InspectError: Error, Equatable, Sendable {
  /// Standard input is a terminal, and no file was passed.
  case terminal
  /// There is no token.
  case noToken(source: String)
  /// The token has a wrapping, such as quotes.
  case wrapped(TokenWrapping, source: String)
  /// The text is not a JWT.
  case notJWT(characters: Int, source: String)
  /// A JSON document, or the header or claims of a JWT, with two members of the same name.
  case duplicateMember(String, source: String)
}
