import TokenExchange

/// What was given to `inspect`: a bare token, or a document with one in it.
struct InspectedInput {
  /// The token.
  var jwt: UnverifiedJWT
  /// What it was wrapped in, in words; nil for a bare token.
  var wrapping: String?
  /// The end that an ExecCredential reports, as it stands there.
  var reportedEnd: String?

  /// Finds the token in what was read.
  ///
  /// - Parameters:
  ///   - content: All bytes of the file or of standard input.
  ///   - source: Its name, for messages.
  /// - Throws: A subject token problem.
  init(_ content: [UInt8], source: String) throws(Problem) {
    let isSpace: (UInt8) -> Bool = { $0 <= 0x20 }
    let trimmed = content.drop(while: isSpace).reversed().drop(while: isSpace).reversed()
    var text = String(decoding: trimmed, as: UTF8.self)
    if let document = JSON(parsing: content), document.object != nil {
      guard let (token, words) = Self.token(in: document) else { throw .nothingToInspect(source) }
      text = token
      wrapping = words
      reportedEnd = document["status"]?["expirationTimestamp"]?.string
    }
    guard !text.isEmpty else { throw .nothingToInspect(source) }
    if wrapping == nil, let found = TokenWrapping(text.utf8) {
      throw Problem(
        .subjectToken, "\(source.sanitized()) holds \(found.message.text)",
        hint: found.hintMessage.text)
    }
    guard let jwt = UnverifiedJWT(text) else { throw .notInspectable(source, count: text.count) }
    self.jwt = jwt
  }

  private static func token(in document: JSON) -> (token: String, words: String)? {
    if let token = document["status"]?["token"]?.string {
      return (token, "ExecCredential, " + (document["apiVersion"]?.string ?? "no apiVersion"))
    }
    for name in ["access_token", "id_token", "token"] {
      if let token = document[name]?.string { return (token, "JSON, member \(name)") }
    }
    return nil
  }
}

extension Problem {
  /// There is no token in what was given.
  static func nothingToInspect(_ source: String) -> Problem {
    Problem(
      .subjectToken, "\(source.sanitized()) holds no token",
      hint: "give a token, an ExecCredential or the answer of a token endpoint, by --file or stdin")
  }

  /// There is a text, but it cannot be read.
  static func notInspectable(_ source: String, count: Int) -> Problem {
    Problem(
      .subjectToken,
      "\(source.sanitized()) holds \(count) characters that are no JSON Web Token",
      hint: "an opaque token tells nothing; a JWT has three parts of base64url between two dots")
  }

  /// Nothing is piped in, and no file is named.
  static let inspectsTerminal = Problem(
    .usage, "inspect got no token: standard input is a terminal",
    hint:
      "name a file by --file, or pipe a token in: tokenxchange get-token … | tokenxchange inspect")
}
