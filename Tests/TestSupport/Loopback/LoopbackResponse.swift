/// What a loopback server answers, and how: whole, slowly, truncated, or not at all.
public struct LoopbackResponse: Sendable {
  /// How the answer goes out.
  public enum Delivery: Sendable, Equatable {
    /// As it should.
    case whole
    /// As it should, and the connection is closed after it.
    case closing
    /// A TCP reset in place of an answer.
    case reset
    /// A plain close in place of an answer.
    case dropped
    /// Nothing at all, the connection stays open.
    case hang
    /// The whole answer, so many bytes at a time.
    case slow(bytes: Int, interval: Double)
    /// The head, then white space without end, so many bytes at a time.
    case endless(bytes: Int, interval: Double)
    /// The body stops so many bytes before the announced length.
    case truncated(missing: Int)
    /// The body alone, as the whole of what goes out: head, chunks and all are in it.
    case verbatim
    /// A body of so many MiB of white space follows the body.
    case huge(mebibytes: Int)
  }

  /// The status code.
  public var status: Int
  /// Names and values; `Content-Length` and `Date` are added.
  public var headers: [(String, String)]
  /// The body.
  public var body: [UInt8]
  /// How it goes out.
  public var delivery: Delivery
  /// Seconds to wait before anything goes out.
  public var delay: Double

  /// Makes an answer.
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

  /// A text answer.
  public static func text(
    _ text: String, status: Int = 200, type: String = "text/plain; charset=utf-8"
  ) -> LoopbackResponse {
    LoopbackResponse(status: status, headers: [("Content-Type", type)], body: Array(text.utf8))
  }

  /// An HTML answer, as a proxy in between gives it.
  public static func html(_ text: String, status: Int = 200) -> LoopbackResponse {
    .text(text, status: status, type: "text/html; charset=utf-8")
  }

  /// A JSON answer in one line.
  public static func json(_ value: JSONValue, status: Int = 200) -> LoopbackResponse {
    .text(value.text, status: status, type: "application/json")
  }

  /// A redirect.
  public static func redirect(to location: String, status: Int = 302) -> LoopbackResponse {
    LoopbackResponse(status: status, headers: [("Location", location)])
  }

  /// The given behaviour in place of a proper answer.
  public static func fault(_ delivery: Delivery) -> LoopbackResponse {
    LoopbackResponse(
      headers: [("Content-Type", "application/json")], body: Array("{".utf8), delivery: delivery)
  }

  /// The refusal of a request to which no answer was recorded: a test that relies on one fails.
  public static func notRecorded(_ request: LoopbackRequest) -> LoopbackResponse {
    .text("stand-in: no answer was recorded for \(request.method) \(request.path)\n", status: 501)
  }

  /// The words for a status code.
  static func reason(_ status: Int) -> String {
    let reasons = [
      200: "OK", 201: "Created", 301: "Moved Permanently", 302: "Found", 303: "See Other",
      307: "Temporary Redirect", 308: "Permanent Redirect", 400: "Bad Request",
      401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed",
      406: "Not Acceptable", 415: "Unsupported Media Type", 422: "Unprocessable Entity",
      429: "Too Many Requests", 500: "Internal Server Error", 501: "Not Implemented",
      502: "Bad Gateway", 503: "Service Unavailable", 504: "Gateway Timeout",
    ]
    return reasons[status] ?? "Status"
  }

  /// Go's answer for a path without a handler.
  public static var notFound: LoopbackResponse {
    LoopbackResponse(
      status: 404,
      headers: [
        ("Content-Type", "text/plain; charset=utf-8"), ("X-Content-Type-Options", "nosniff"),
      ], body: Array("404 page not found\n".utf8))
  }

  /// The first header of that name.
  public func header(_ name: String) -> String? {
    headers.first { $0.0.lowercased() == name.lowercased() }?.1
  }

  /// The body as text.
  public var text: String { String(decoding: body, as: UTF8.self) }
}
