public import FoundationEssentials

/// What can be wrong with a token that is read from a file.
extension Problem {
  /// The file holds nothing but white space.
  public static func tokenFileEmpty(_ path: String) -> Problem {
    Problem(
      .subjectToken, "the token file \(path.sanitized()) is empty",
      hint: "has its writer failed, or is it writing in place? look at the file's time and size")
  }

  /// The file holds what no token has.
  public static func tokenFileBinary(_ path: String) -> Problem {
    Problem(
      .subjectToken,
      "the token file \(path.sanitized()) holds spaces or characters that no token has",
      hint: "it must hold one token and nothing else: no JSON, no \"Bearer\", no second line")
  }

  /// The file holds something around the token.
  package static func tokenFileWrapped(_ path: String, _ wrapping: TokenWrapping) -> Problem {
    Problem(
      .subjectToken, "the token file \(path.sanitized()) holds \(wrapping.words)",
      hint: wrapping.hint)
  }

  /// The file's text is no JWT.
  public static func tokenNotJWT(_ path: String) -> Problem {
    Problem(
      .subjectToken, "the token file \(path.sanitized()) does not hold a JWT",
      hint: "a service account token has three parts of base64url between two dots; "
        + "see tokenxchange inspect --file")
  }

  /// The token's time is over.
  public static func tokenExpired(_ path: String, _ expiry: Date, _ now: Date) -> Problem {
    Problem(
      .subjectToken,
      "the token in \(path.sanitized()) expired \(Lifetime.words(now.timeIntervalSince(expiry)))"
        + " ago, at \(Timestamp.text(expiry)) (our clock: \(Timestamp.text(now)))",
      hint: "kubelet renews projected tokens at 80 % of their life, but never in a subPath mount; "
        + "if the token is fresh, this machine's clock is wrong")
  }

  /// The token's time has not come.
  public static func tokenNotYetValid(_ path: String, _ start: Date, _ now: Date) -> Problem {
    Problem(
      .subjectToken,
      "the token in \(path.sanitized()) is not valid before \(Timestamp.text(start)), in "
        + "\(Lifetime.words(start.timeIntervalSince(now))) (our clock: \(Timestamp.text(now)))",
      hint: "compare this machine's clock with that of the API server that issued the token")
  }

  /// The token is for someone else.
  public static func tokenAudience(_ path: String, wanted: String, found: [String]) -> Problem {
    let names = found.isEmpty ? "none" : found.joined(separator: ", ").sanitized()
    return Problem(
      .subjectToken,
      "the token in \(path.sanitized()) lacks the audience \(wanted.sanitized()): "
        + "it has \(names)",
      hint: "set audience: \(wanted.sanitized()) in the serviceAccountToken source of the "
        + "projected volume, or is --token-file the wrong volume?")
  }
}
