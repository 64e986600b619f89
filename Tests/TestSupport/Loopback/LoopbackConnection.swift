import Foundation
import Glibc

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
    let end = Array("\r\n\r\n".utf8)
    var searched = 0
    var headEnd: Int?
    while headEnd == nil {
      headEnd = buffer[searched...].firstRange(of: end)?.lowerBound
      guard headEnd == nil else { break }
      searched = max(0, buffer.count - 3)
      guard buffer.count < 4 << 20, fill(&buffer) else { return nil }
    }
    guard let headEnd else { return nil }
    // Carriage return and line feed form one Character in Swift.
    let lines = String(decoding: buffer[..<headEnd], as: UTF8.self).split(separator: "\r\n")
    buffer.removeFirst(headEnd + 4)
    let start = lines.first?.split(separator: " ") ?? []
    guard start.count == 3 else { return nil }
    let headers = lines.dropFirst().map { line in
      let halves = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      let value = halves.count == 2 ? halves[1].trimmingCharacters(in: .whitespaces) : ""
      return (name: String(halves[0]), value: value)
    }
    var request = LoopbackRequest(
      method: String(start[0]), target: String(start[1]), headers: headers)
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
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = recv(socket, &chunk, chunk.count, 0)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return false }
      buffer += chunk.prefix(count)
      return true
    }
  }

  /// Sends the response; returns false when the connection has ended.
  private func send(
    _ response: LoopbackResponse, to request: LoopbackRequest, closes: Bool
  ) -> Bool {
    if response.delay > 0, !pause(response.delay) { return false }
    let body = request.method == "HEAD" ? [] : response.body
    switch response.delivery {
    case .whole:
      let head = head(of: response, length: response.body.count, closes: closes)
      return send(Array(head.utf8) + body)
    case .closing:
      _ = send(Array(head(of: response, length: response.body.count, closes: true).utf8) + body)
    case .reset:
      // Closing a socket with a linger time of zero sends a reset.
      var linger = linger(l_onoff: 1, l_linger: 0)
      setsockopt(
        socket, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<Glibc.linger>.size))
    case .dropped: break
    case .hang:
      var rest: [UInt8] = []
      while fill(&rest) { rest = [] }
    case .slow(let bytes, let interval):
      let head = head(of: response, length: response.body.count, closes: true)
      var rest = (Array(head.utf8) + body)[...]
      while !rest.isEmpty {
        guard send(rest.prefix(bytes)), pause(interval) else { return false }
        rest = rest.dropFirst(bytes)
      }
    case .endless(let bytes, let interval):
      guard send(head(of: response, length: nil, closes: true).utf8), send(body) else {
        return false
      }
      let piece = [UInt8](repeating: 0x20, count: bytes)
      while pause(interval), send(piece) {}
    case .verbatim:
      _ = send(body)
      // Closing with unread data would reset the connection.
      shutdown(socket, Int32(SHUT_WR))
      var rest: [UInt8] = []
      while fill(&rest) { rest = [] }
    case .truncated(let missing):
      let length = response.body.count + missing
      _ = send(Array(head(of: response, length: length, closes: true).utf8) + body)
    case .huge(let mebibytes):
      let length = response.body.count + mebibytes << 20
      guard send(head(of: response, length: length, closes: true).utf8), send(body) else {
        return false
      }
      let piece = [UInt8](repeating: 0x20, count: 1 << 20)
      for _ in 0..<mebibytes { guard send(piece) else { return false } }
    }
    return false
  }

  private func head(of response: LoopbackResponse, length: Int?, closes: Bool) -> String {
    var lines = ["HTTP/1.1 \(response.status) \(LoopbackResponse.reason(response.status))"]
    lines += response.headers.map { "\($0.0): \($0.1)" }
    if response.header("Date") == nil { lines.append("Date: \(Self.date(time(nil)))") }
    if let length, response.header("Content-Length") == nil {
      lines.append("Content-Length: \(length)")
    }
    if closes { lines.append("Connection: close") }
    return lines.joined(separator: "\r\n") + "\r\n\r\n"
  }

  private func send(_ bytes: some Sequence<UInt8>) -> Bool {
    let bytes = Array(bytes)
    var sent = 0
    while sent < bytes.count {
      let count = bytes.withUnsafeBytes { buffer in
        Glibc.send(
          socket, buffer.baseAddress?.advanced(by: sent), bytes.count - sent, Int32(MSG_NOSIGNAL))
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return false }
      sent += count
    }
    return true
  }

  /// Waits; returns false as soon as the client disconnects or the server stops.
  private func pause(_ seconds: Double) -> Bool {
    // POLLRDHUP, which Swift's Glibc module lacks.
    var poll = pollfd(fd: socket, events: 0x2000, revents: 0)
    return Glibc.poll(&poll, 1, Int32(seconds * 1000)) == 0
  }

  private static func date(_ time: time_t) -> String {
    var time = time
    var parts = tm()
    gmtime_r(&time, &parts)
    var text = [CChar](repeating: 0, count: 64)
    let count = strftime(&text, text.count, "%a, %d %b %Y %H:%M:%S GMT", &parts)
    return String(decoding: text.prefix(count).map { UInt8(truncatingIfNeeded: $0) }, as: UTF8.self)
  }
}
