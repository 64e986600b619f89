/// One HTTP answer, as a value: what a transport brought back, whatever the status.
public struct HTTPResponse: Sendable, Equatable {
  /// The status code.
  public var status: Int
  /// Header values by lower-case name.
  public var headers: [String: String]
  /// The body.
  public var body: [UInt8]
  /// What this answers: its secrets are removed from text that is shown.
  var request: HTTPRequest?

  /// Makes an answer.
  public init(status: Int, headers: [String: String] = [:], body: [UInt8] = []) {
    self.status = status
    self.headers = headers
    self.body = body
  }

  /// One line about the POST that this answers, for `--verbose`: nothing of the body is in it.
  ///
  /// - Parameters:
  ///   - url: Where the request went.
  ///   - seconds: How long the answer took.
  /// - Returns: The line.
  func summary(from url: EndpointURL, seconds: Double) -> String {
    "POST \(url.text): \(status), \(body.count) bytes, \(Int(seconds * 1000)) ms"
  }

  /// Whether this is what nginx and Go say to plain http on a port for https.
  public var isAskingForTLS: Bool {
    guard status == 400 else { return false }
    let text = String(decoding: body.prefix(2000), as: UTF8.self)
    return text.contains("plain HTTP request was sent to HTTPS port")
      || text.contains("HTTP request to an HTTPS server")
  }
}
