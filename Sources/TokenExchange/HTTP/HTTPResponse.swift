/// One HTTP response, as a value, whatever its status.
public struct HTTPResponse: Sendable, Equatable {
  /// The status code.
  public var status: Int
  /// Header values by lower-case name.
  public var headers: [String: String]
  /// The body.
  public var body: [UInt8]
  /// The request, whose secrets are removed from text that is shown.
  var request: HTTPRequest?

  /// Makes a response.
  public init(status: Int, headers: [String: String] = [:], body: [UInt8] = []) {
    self.status = status
    self.headers = headers
    self.body = body
  }

  /// Whether this is the response of nginx or Go to plain HTTP on a port for HTTPS.
  public var isAskingForTLS: Bool {
    guard status == 400 else { return false }
    let text = String(decoding: body.prefix(2000), as: UTF8.self)
    return text.contains("plain HTTP request was sent to HTTPS port")
      || text.contains("HTTP request to an HTTPS server")
  }
}
