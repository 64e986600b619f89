import Foundation
package import TestSupport

/// A loopback server's response and how it is delivered: whole, slowly, truncated, or not at all.
///
/// A handler may throw one to end a request early.
package struct LoopbackResponse: Error {
  /// The status with its reason phrase is sent, unless this says otherwise.
  package enum Delivery: Sendable, Equatable {
    case whole
    /// A TCP reset instead of a response.
    case reset
    /// A plain close instead of a response.
    case dropped
    /// No response; the connection stays open.
    case hang
    /// The whole response, in pieces of the given size; the interval is in seconds.
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

  package var status: Int
  /// `Content-Length` and `Date` are added.
  package var headers: [(String, String)]
  package var body: [UInt8]
  package var delivery: Delivery
  /// Seconds before it is sent.
  package var delay = 0.0

  package init(
    status: Int = 200, headers: [(String, String)] = [], body: [UInt8] = [],
    delivery: Delivery = .whole
  ) {
    (self.status, self.headers, self.body) = (status, headers, body)
    self.delivery = delivery
  }

  package static func text(
    _ text: String, status: Int = 200, type: String = "text/plain; charset=utf-8",
    headers: [(String, String)] = []
  ) -> LoopbackResponse {
    LoopbackResponse(
      status: status, headers: [("Content-Type", type)] + headers, body: Array(text.utf8))
  }

  package static func html(_ text: String, status: Int = 200) -> LoopbackResponse {
    .text(text, status: status, type: "text/html; charset=utf-8")
  }

  /// JSON on one line.
  package static func json(
    _ value: JSONValue, status: Int = 200, headers: [(String, String)] = []
  ) -> LoopbackResponse {
    .text(value.text, status: status, type: "application/json", headers: headers)
  }

  package static func redirect(to location: String, status: Int = 302) -> LoopbackResponse {
    LoopbackResponse(status: status, headers: [("Location", location)])
  }

  /// The given delivery instead of a proper response.
  package static func fault(_ delivery: Delivery) -> LoopbackResponse {
    var response = text("{", type: "application/json")
    response.delivery = delivery
    return response
  }

  /// Rejects a request without a recorded response, so that a test that relies on one fails.
  static func notRecorded(_ request: LoopbackRequest) -> LoopbackResponse {
    .text("stand-in: no response was recorded for \(request.method) \(request.path)\n", status: 501)
  }

  /// Go's response for a path without a handler.
  package static let notFound = text(
    "404 page not found\n", status: 404, headers: [("X-Content-Type-Options", "nosniff")])

  static func reason(_ status: Int) -> String {
    let reasons = [
      200: "OK", 201: "Created", 301: "Moved Permanently", 302: "Found", 303: "See Other",
      307: "Temporary Redirect", 308: "Permanent Redirect", 400: "Bad Request",
      401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 406: "Not Acceptable",
      409: "Conflict", 415: "Unsupported Media Type", 422: "Unprocessable Entity",
      429: "Too Many Requests", 500: "Internal Server Error", 501: "Not Implemented",
      502: "Bad Gateway", 503: "Service Unavailable", 504: "Gateway Timeout",
    ]
    return reasons[status] ?? "Status"
  }

  package func header(_ name: String) -> String? {
    headers.first { $0.0.lowercased() == name.lowercased() }?.1
  }

  package var text: String { String(decoding: body, as: UTF8.self) }
}
