import Testing
import TokenExchange

@testable import Platform

/// Header sections of HTTP responses.
struct ResponseHeadTests {
  static let rows: [(head: String, headers: [String: String])] = [
    ("HTTP/1.1 200 OK\r\n\r\n", [:]),
    ("HTTP/1.1 200 OK\r\nRetry-After: 5\r\n\r\n", ["retry-after": "5"]),
    ("HTTP/1.1 200 OK\nA: b\nC:d\n\n", ["a": "b", "c": "d"]),
    ("HTTP/1.1 200 OK\r\nA: \t b c \t\r\n\r\n", ["a": "b c"]),
    ("HTTP/1.1 200 OK\r\nA: b\r\na: c\r\n\r\n", ["a": "b, c"]),
    ("HTTP/1.1 200 OK\r\nA: b\r\n\t c\r\n d\r\n\r\n", ["a": "b c d"]),
    ("HTTP/1.1 200 OK\r\n folded\r\nA: http://x:1/\r\n\r\n", ["a": "http://x:1/"]),
    ("HTTP/1.1 200 OK\r\nA:\r\n: b\r\nnothing\r\n", ["a": "", "": "b"]),
    ("", [:]),
  ]

  @Test("header fields are parsed", arguments: rows) func parses(
    _ row: (head: String, headers: [String: String])
  ) {
    let response = HTTPResponse(status: 201, head: Array(row.head.utf8), body: [1, 2])
    #expect(response == HTTPResponse(status: 201, headers: row.headers, body: [1, 2]))
  }

  @Test("bytes that are not UTF-8 are replaced") func replacesInvalidUTF8() {
    let head = Array("HTTP/1.1 200 OK\r\nA: ".utf8) + [0xE9] + Array("\r\n".utf8)
    #expect(HTTPResponse(status: 200, head: head, body: []).headers == ["a": "\u{FFFD}"])
  }
}
