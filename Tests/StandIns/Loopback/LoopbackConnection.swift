import Foundation
import Glibc
import TestSupport

/// One accepted connection: reads requests and writes responses on the calling thread.
struct LoopbackConnection {
  let socket: Int32

  /// Serves until the client disconnects or a response ends the connection.
  func serve(_ handler: (LoopbackRequest) -> LoopbackResponse) {
    var yes: Int32 = 1
    let size = socklen_t(MemoryLayout<Int32>.size)
    setsockopt(socket, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, size)
    var buffer: [UInt8] = []
    while let request = read(&buffer) {
      let response = handler(request)
      let asksToClose = request.header("Connection")?.lowercased() == "close"
      guard send(response, to: request, closes: asksToClose), !asksToClose else { return }
    }
  }

  private func read(_ buffer: inout [UInt8]) -> LoopbackRequest? {
    var searched = 0
    var end: Range<Int>?
    while true {
      end = buffer[searched...].firstRange(of: Array("\r\n\r\n".utf8))
      if end != nil { break }
      searched = max(0, buffer.count - 3)
      guard buffer.count < 4 << 20, fill(&buffer) else { return nil }
    }
    guard let end, case let head = HTTPHead(buffer[..<end.lowerBound]), head.start.count == 3 else {
      return nil
    }
    buffer.removeFirst(end.upperBound)
    var request = LoopbackRequest(
      method: head.start[0], target: head.start[1], headers: head.headers)
    if request.header("Expect")?.lowercased() == "100-continue" {
      guard send("HTTP/1.1 100 Continue\r\n\r\n".utf8) else { return nil }
    }
    let length = request.header("Content-Length").flatMap(Int.init) ?? 0
    while buffer.count < length { guard fill(&buffer) else { return nil } }
    request.body = Array(buffer.prefix(length))
    buffer.removeFirst(length)
    return request
  }

  private func fill(_ buffer: inout [UInt8]) -> Bool {
    LocalSocket.receive(from: socket, into: &buffer)
  }

  private func send(_ bytes: some Sequence<UInt8>) -> Bool { LocalSocket.send(bytes, to: socket) }

  private func waitForClient() {
    var rest: [UInt8] = []
    while fill(&rest) { rest = [] }
  }

  /// Sends the response; returns false when the connection has ended.
  private func send(
    _ response: LoopbackResponse, to request: LoopbackRequest, closes: Bool
  ) -> Bool {
    if response.delay > 0, !pause(response.delay) { return false }
    let body = request.method == "HEAD" ? [] : response.body
    /// The head for a body with some bytes more or less, and the body.
    func message(closes: Bool = true, more: Int? = 0) -> [UInt8] {
      let length = more.map { response.body.count + $0 }
      return Array(head(of: response, length: length, closes: closes).utf8) + body
    }
    switch response.delivery {
    case .whole: return send(message(closes: closes))
    case .reset:
      // Closing a socket with a linger time of zero sends a reset.
      var linger = linger(l_onoff: 1, l_linger: 0)
      setsockopt(socket, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<Glibc.linger>.size))
    case .dropped: break
    case .hang: waitForClient()
    case .slow(let bytes, let interval):
      var rest = message()[...]
      while !rest.isEmpty, send(rest.prefix(bytes)), pause(interval) {
        rest = rest.dropFirst(bytes)
      }
    case .endless(let bytes, let interval):
      let piece = [UInt8](repeating: 0x20, count: bytes)
      guard send(message(more: nil)) else { break }
      while pause(interval), send(piece) {}
    case .verbatim:
      _ = send(body)
      // Closing with unread data would reset the connection.
      shutdown(socket, Int32(SHUT_WR))
      waitForClient()
    case .truncated(let missing): _ = send(message(more: missing))
    case .huge(let mebibytes):
      let piece = [UInt8](repeating: 0x20, count: 1 << 20)
      guard send(message(more: mebibytes << 20)) else { break }
      for _ in 0..<mebibytes { guard send(piece) else { break } }
    }
    return false
  }

  private func head(of response: LoopbackResponse, length: Int?, closes: Bool) -> String {
    var lines = ["HTTP/1.1 \(response.status) \(LoopbackResponse.reason(response.status))"]
    lines += response.headers.map { "\($0.0): \($0.1)" }
    if response.header("Date") == nil { lines.append("Date: \(Self.date)") }
    if let length, response.header("Content-Length") == nil {
      lines.append("Content-Length: \(length)")
    }
    if closes { lines.append("Connection: close") }
    return lines.joined(separator: "\r\n") + "\r\n\r\n"
  }

  /// Waits; returns false as soon as the client disconnects or the server stops.
  private func pause(_ seconds: Double) -> Bool {
    // POLLRDHUP, which Swift's Glibc module lacks.
    var poll = pollfd(fd: socket, events: 0x2000, revents: 0)
    return Glibc.poll(&poll, 1, Int32(seconds * 1000)) == 0
  }

  private static var date: String {
    var (now, parts) = (time(nil), tm())
    gmtime_r(&now, &parts)
    var text = [CChar](repeating: 0, count: 64)
    strftime(&text, text.count, "%a, %d %b %Y %H:%M:%S GMT", &parts)
    return text.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } ?? "" }
  }
}

/// The first line of an HTTP message, split at spaces, and its headers.
package struct HTTPHead {
  package let start: [String]
  package let headers: [(name: String, value: String)]

  package init(_ bytes: some Sequence<UInt8>) {
    // Carriage return and line feed form one Character in Swift.
    let lines = String(decoding: Array(bytes), as: UTF8.self).split(separator: "\r\n")
    start = lines.first?.split(separator: " ").map(String.init) ?? []
    headers = lines.dropFirst().map { line in
      let name = line.prefix { $0 != ":" }
      let value = line.dropFirst(name.count + 1).trimmingCharacters(in: .whitespaces)
      return (name: String(name), value: value)
    }
  }
}
