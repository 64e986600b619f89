/// What can be wrong with a URL that was given.
extension Problem {
  /// The URL cannot be used as it is.
  public static func badURL(
    _ text: String, source: String, why: String, hint: String? = nil
  ) -> Problem {
    // A query or user part may hold a secret, so such a URL is not shown whole.
    let shown = text.split(whereSeparator: { "?#".contains($0) }).first.map(String.init) ?? ""
    let name = shown.contains("@") ? "it" : JSON.quote(shown.sanitized(maxLength: 120))
    return Problem(
      .usage, "\(source) is not a usable URL: \(name) \(why)",
      hint: hint ?? "write it as https://HOST:PORT/PATH, such as https://dex.example.com/dex")
  }

  /// The URL carries a user name or password.
  public static func urlWithUser(source: String) -> Problem {
    Problem(
      .usage, "\(source) has a user name or password in its URL",
      hint: "a Dex client is named by --client-id, its secret by --client-secret-file")
  }

  /// The URL would send secrets in clear.
  ///
  /// - Parameters:
  ///   - text: The URL.
  ///   - source: The flag or variable that it came from.
  ///   - canAllow: Whether there is a flag that allows it.
  /// - Returns: The problem.
  public static func plainHTTP(_ text: String, source: String, canAllow: Bool) -> Problem {
    let url = text.sanitized(maxLength: 120)
    guard canAllow else {
      return Problem(
        .usage, "\(source) is plain http: \(url)",
        hint: "use https: by http anybody on the way could send other keys, and API servers take "
          + "no such issuer")
    }
    return Problem(
      .usage, "\(source) is plain http: \(url) would show the token to everyone on the way",
      hint: "use https with --certificate-authority, or accept it by --insecure-allow-http")
  }
}
