import Encoding
import Platform
import TokenExchange

/// The input of `inspect`: a bare token, or a JSON document that contains one.
struct InspectedInput {
  /// A document that contains a token.
  enum Document: Equatable {
    case execCredential(apiVersion: String?)
    /// A token response or another object whose member with this name is a token.
    case json(member: String)
  }

  /// The path of the file, or "standard input".
  var source: String
  var jwt: UnverifiedJWT
  /// The document that contains the token; nil for a bare token.
  var wrapping: Document?
  /// The expiry in an ExecCredential, verbatim.
  var reportedEnd: String?

  /// Finds the token in the content of a file or of standard input.
  init(_ content: [UInt8], source: String) throws(InspectError) {
    self.source = source
    let isSpace: (UInt8) -> Bool = { $0 <= 0x20 }
    let trimmed = content.drop(while: isSpace).reversed().drop(while: isSpace).reversed()
    var text = String(decoding: trimmed, as: UTF8.self)
    let document: JSON?
    do throws(JSONError) { document = try JSON(reading: content) } catch {
      if let name = error.duplicateName { throw .duplicateMember(name, source: source) }
      document = nil
    }
    if let document, document.object != nil {
      guard let found = Self.token(in: document) else { throw .noToken(source: source) }
      text = found.token
      wrapping = found.document
      reportedEnd = document["status"]?["expirationTimestamp"]?.string
    }
    guard !text.isEmpty else { throw .noToken(source: source) }
    if wrapping == nil, let found = TokenWrapping(text.utf8) {
      throw .wrapped(found, source: source)
    }
    guard let jwt = UnverifiedJWT(text) else {
      if let name = UnverifiedJWT.duplicateMember(in: text) {
        throw .duplicateMember(name, source: source)
      }
      throw .notJWT(characters: text.count, source: source)
    }
    self.jwt = jwt
  }

  private static func token(in document: JSON) -> (token: String, document: Document)? {
    if let token = document["status"]?["token"]?.string {
      return (token, .execCredential(apiVersion: document["apiVersion"]?.string))
    }
    for name in ["access_token", "id_token", "token"] {
      if let token = document[name]?.string { return (token, .json(member: name)) }
    }
    return nil
  }
}

/// Why `inspect` found no token; the source is a path or "standard input".
enum InspectError: Error, Equatable, Sendable {
  /// Standard input is a terminal, and no file was passed.
  case terminal
  case noToken(source: String)
  /// The token has a wrapping, such as quotes.
  case wrapped(TokenWrapping, source: String)
  case notJWT(characters: Int, source: String)
  /// A JSON document, or the header or claims of a JWT, with two members of the same name.
  case duplicateMember(String, source: String)
}
