import Encoding

/// The first line and the headers of a request.
struct RequestHead: Equatable {
  var method: String
  var target: String
  var host: String?

  init?(_ bytes: ArraySlice<UInt8>) {
    let lines = String(decoding: bytes, as: UTF8.self).split(
      separator: "\r\n", omittingEmptySubsequences: false)
    let words = (lines.first ?? "").split(separator: " ", omittingEmptySubsequences: false)
    guard words.count == 3, words[2].hasPrefix("HTTP/1."), words[1].hasPrefix("/") else {
      return nil
    }
    method = String(words[0])
    target = String(words[1])
    let hosts = lines.dropFirst().filter { $0.lowercased().hasPrefix("host:") }
    host = hosts.count == 1 ? hosts.first?.dropFirst(5).trimmingWhitespace() : nil
  }

  /// A page of plain text that must not be cached, embedded or executed.
  static func page(_ status: Int, _ text: String) -> String {
    let body = text + "\n"
    return """
      HTTP/1.1 \(status) \(reasons[status] ?? "Error")\r
      Content-Type: text/plain; charset=utf-8\r
      Content-Length: \(body.utf8.count)\r
      Cache-Control: no-store\r
      Content-Security-Policy: default-src 'none'; frame-ancestors 'none'\r
      Referrer-Policy: no-referrer\r
      X-Content-Type-Options: nosniff\r
      Connection: close\r
      \r
      \(body)
      """
  }

  private static let reasons = [
    200: "OK", 400: "Bad Request", 404: "Not Found", 405: "Method Not Allowed",
    408: "Request Timeout", 431: "Request Header Fields Too Large",
  ]
}
