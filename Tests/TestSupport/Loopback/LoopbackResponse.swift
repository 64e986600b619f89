/// A loopback server's response and how it is delivered: whole, slowly, truncated, or not at all.
public struct LoopbackResponse: Sendable {
  /// How the response is delivered.
  public enum Delivery: Sendable, Equatable {
    /// Normally.
    case whole
    /// Normally, and the connection is closed afterwards.
    case closing
    /// A TCP reset instead of a response.
    case reset
    /// A plain close instead of a response.
    case dropped
    /// No response; the connection stays open.
    case hang
    /// The whole response, in pieces of the given size.
    case slow(bytes: Int, interval: Double)
    /// The head, then endless white space, in pieces of the given size.
    case endless(bytes: Int, interval: Double)
    /// The body stops the given number of bytes before the announced length.
    case truncated(missing: Int)
    /// Only the body is sent; it contains the status line, headers and chunks.
    case verbatim
    /// The given number of MiB of white space follow the body.
    case huge(mebibytes: Int)
  }

  /// The status code.
  public var status: Int
  /// Names and values; `Content-Length` and `Date` are added.
  public var headers: [(String, String)]
  /// The body.
  public var body: [UInt8]
  /// How it is delivered.
  public var delivery: Delivery
  /// The delay in seconds.
  public var delay: Double

  /// Makes a response.
  public init(
    status: Int = 200, headers: [(String, String)] = [], body: [UInt8] = [],
    delivery: Delivery = .whole, delay: Double = 0
  ) {
    self.status = status
    self.headers = headers
    self.body = body
    self.delivery = delivery
    self.delay = delay
  }

  /// A plain text response.
  public static func text(
    _ text: String, status: Int = 200, type: String = "text/plain; charset=utf-8"
  ) -> LoopbackResponse {
    LoopbackResponse(status: status, headers: [("Content-Type", type)], body: Array(text.utf8))
  }

  /// An HTML response, as from a proxy.
  public static func html(_ text: String, status: Int = 200) -> LoopbackResponse {
    .text(text, status: status, type: "text/html; charset=utf-8")
  }

  /// A JSON response on one line.
  public static func json(_ value: JSONValue, status: Int = 200) -> LoopbackResponse {
    .text(value.text, status: status, type: "application/json")
  }

  /// A redirect.
  public static func redirect(to location: String, status: Int = 302) -> LoopbackResponse {
    LoopbackResponse(status: status, headers: [("Location", location)])
  }

  /// The given delivery instead of a proper response.
  public static func fault(_ delivery: Delivery) -> LoopbackResponse {
    LoopbackResponse(
      headers: [("Content-Type", "application/json")], body: Array("{".utf8), delivery: delivery)
  }

  /// Rejects a request without a recorded response, so that a test that relies on one fails.
  public static func notRecorded(_ request: LoopbackRequest) -> LoopbackResponse {
    .text("stand-in: no response was recorded for \(request.method) \(request.path)\n", status: 501)
  }

  /// The reason phrase of a status code.
  static func reason(_ status: Int) -> String {
    let reasons = [
      200: "OK", 201: "Created", 301: "Moved Permanently", 302: "Found", 303: "See Other",
      307: "Temporary Redirect", 308: "Permanent Redirect", 400: "Bad Request",
      401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed",
      406: "Not Acceptable", 409: "Conflict", 415: "Unsupported Media Type",
      422: "Unprocessable Entity",
      429: "Too Many Requests", 500: "Internal Server Error", 501: "Not Implemented",
      502: "Bad Gateway", 503: "Service Unavailable", 504: "Gateway Timeout",
    ]
    return reasons[status] ?? "Status"
  }

  /// Go's response for a path without a handler.
  public static var notFound: LoopbackResponse {
    LoopbackResponse(
      status: 404,
      headers: [
        ("Content-Type", "text/plain; charset=utf-8"), ("X-Content-Type-Options", "nosniff"),
      ], body: Array("404 page not found\n".utf8))
  }

  /// The first header with that name.
  public func header(_ name: String) -> String? {
    headers.first { $0.0.lowercased() == name.lowercased() }?.1
  }

  /// The body as text.
  public var text: String { String(decoding: body, as: UTF8.self) }
}
