public import FoundationEssentials

/// The reading of a token endpoint's answer (RFC 6749, sections 5.1 and 5.2).
public enum TokenResponse {
  /// The members of a success.
  ///
  /// An `error` member is a refusal whatever the status, also with 200; what is not JSON came from
  /// something in front of Dex, or from a wrong path.
  ///
  /// - Parameters:
  ///   - answer: What came back.
  ///   - attempt: What was asked.
  ///   - now: The present, for messages.
  /// - Returns: The members of the answer's JSON object.
  /// - Throws: A problem of the categories network, refused or answer.
  public static func members(
    of answer: HTTPResponse, to attempt: ExchangeAttempt, now: Date
  ) throws(Problem) -> JSON.Object {
    try members(of: answer, from: attempt.url) { .refused($0, attempt, now: now) }
  }

  /// The members of a success, from any endpoint of Dex's that answers so.
  static func members(
    of answer: HTTPResponse, from url: EndpointURL, refused: (OAuthError) -> Problem
  ) throws(Problem) -> JSON.Object {
    do throws(Problem) { return try parse(answer, from: url, refused: refused) } catch {
      var problem = error
      problem.cause.status = answer.status
      throw problem
    }
  }

  private static func parse(
    _ answer: HTTPResponse, from url: EndpointURL, refused: (OAuthError) -> Problem
  ) throws(Problem) -> JSON.Object {
    // The others of 3xx lead nowhere else.
    if [301, 302, 303, 307, 308].contains(answer.status) {
      throw .redirected(url, answer)
    }
    let json = JSON(parsing: answer.body)
    if let refusal = OAuthError(json, in: answer) {
      var problem = refused(refusal)
      problem.cause.oauthCode = refusal.code
      throw problem
    }
    if answer.status == 429 || answer.status >= 500 {
      throw .serverBusy(url, answer)
    }
    if answer.isAskingForTLS { throw .speaksTLS(url) }
    guard (200...299).contains(answer.status) else {
      throw answer.status == 404 ? .notFound(url, answer) : .unusableStatus(url, answer)
    }
    guard let json else {
      if answer.body.allSatisfy({ $0 <= 0x20 }) { throw .emptyAnswer(url, status: answer.status) }
      throw isHTML(answer) ? .htmlAnswer(url, answer) : .notJSON(url, answer)
    }
    guard let members = json.object else { throw .notJSONObject(url) }
    if let error = members["error"], error != .null {
      throw .errorOfWrongType(url, error, in: answer)
    }
    return members
  }

  /// Whether an answer is a web page.
  static func isHTML(_ answer: HTTPResponse) -> Bool {
    if answer.headers["content-type"]?.lowercased().hasPrefix("text/html") == true { return true }
    return answer.body.drop { $0 <= 0x20 }.first == UInt8(ascii: "<")
  }
}
