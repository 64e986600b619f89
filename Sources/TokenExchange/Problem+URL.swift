/// What can be wrong with a URL that was given.
extension Problem {
  /// The URL cannot be used as it is.
  public static func badURL(
    _ text: String, source: String, why: String, hint: String? = nil
  ) -> Problem {
    // A query or user part may hold a secret, so such a URL is not shown whole.
    let shown = text.split(whereSeparator: { "?#".contains($0) }).first.map(String.init) ?? ""
    let name = shown.contains("@") ? "it" : JSON.quote(CleanText.line(shown, limit: 120))
    return Problem(
      .usage, "\(source) is not a usable URL: \(name) \(why)",
      hint: hint
        ?? "write it as https://HOST/PATH, such as https://dex.example.com/dex; a port comes "
        + "behind the host, as in https://HOST:5554/dex")
  }

  /// The URL carries a user name or password.
  public static func urlWithUser(source: String) -> Problem {
    Problem(
      .usage, "\(source) has a user name or password in its URL",
      hint: "a Dex client is named by --client-id, its secret by --client-secret-file")
  }

  /// The URL would send secrets in clear.
  public static func plainHTTP(_ text: String, source: String) -> Problem {
    Problem(
      .usage,
      "\(source) is plain http: \(CleanText.line(text, limit: 120)) would show the token to everyone "
        + "on the way",
      hint: "use https with --certificate-authority, or accept it by --insecure-allow-http")
  }
}
