import Foundation
import Glibc

/// A browser that follows redirects, selects a connector and presses a button of the approval page.
public struct FakeBrowser: Sendable {
  /// A page, and how the browser got there.
  public struct Page: Sendable {
    /// The URLs in order; the last one is that of the page.
    public var trail: [String]
    /// The status code.
    public var status: Int
    /// The headers.
    public var headers: [(name: String, value: String)]
    /// The body.
    public var text: String

    /// The URL of the page.
    public var url: String { trail.last ?? "" }
  }

  /// An error of the connection.
  public struct Failure: Error, CustomStringConvertible {
    /// The URL.
    public var url: String
    /// The `errno`.
    public var code: Int32
    /// The error message.
    public var description: String { "\(url): \(String(cString: strerror(code)))" }
  }

  /// The connector that the user selects.
  public var connector = "mock"
  /// The button that the user presses on the approval page; nil for none.
  public var approval: String? = "approve"
  /// URL prefixes to replace, such as that of a TLS front.
  public var replacements: [(from: String, to: String)] = []

  /// Makes a browser.
  public init() {}

  /// A browser for a site: it goes past the TLS front of Dex.
  public init(_ site: StandInSite) {
    guard let front = site.dexFront else { return }
    replacements = [(from: front.url, to: site.dex.server.url)]
  }

  /// Opens a page and goes on as far as it can.
  public func open(_ url: String) throws -> Page {
    var page = try load(url, trail: [])
    for _ in 0..<20 {
      guard let next = try step(page) else { return page }
      page = next
    }
    return page
  }

  private func step(_ page: Page) throws -> Page? {
    if (300...399).contains(page.status), let location = page.header("Location") {
      return try load(resolve(location, page.url), trail: page.trail)
    }
    if let link = page.link(to: "/auth/\(connector)?") {
      return try load(resolve(link, page.url), trail: page.trail)
    }
    if page.text.contains("verify_code"), let action = page.link(to: "/device/auth/verify_code"),
      let code = page.url.split(separator: "user_code=").dropFirst().first
    {
      return try load(
        resolve(action, page.url), form: [("user_code", String(code))], trail: page.trail)
    }
    guard page.text.contains("name=\"approval\""), let approval else { return nil }
    return try load(page.url, form: [("approval", approval)], trail: page.trail)
  }

  private func resolve(_ location: String, _ base: String) -> String {
    guard location.hasPrefix("/") else { return location }
    return base.split(separator: "/", maxSplits: 3).prefix(2).joined(separator: "//") + location
  }

  private func load(
    _ url: String, form: [(name: String, value: String)]? = nil, trail: [String]
  ) throws -> Page {
    var target = url
    for (from, to) in replacements where target.hasPrefix(from) {
      target = to + target.dropFirst(from.count)
    }
    let body = form.map { FormFields.encode($0) }
    let authority = target.dropFirst("http://".count).prefix { $0 != "/" && $0 != "?" }
    let rest = String(target.dropFirst("http://".count + authority.count))
    let path = rest.hasPrefix("/") ? rest : "/" + rest
    var head = "\(form == nil ? "GET" : "POST") \(path) HTTP/1.1\r\nHost: \(authority)\r\n"
    if let body {
      head += "Content-Type: application/x-www-form-urlencoded\r\n"
      head += "Content-Length: \(body.utf8.count)\r\n"
    }
    let response = try Self.exchange(
      port: Int(authority.split(separator: ":").last ?? "") ?? 80,
      Array((head + "Connection: close\r\n\r\n" + (body ?? "")).utf8))
    var page = Page(trail: trail + [url], status: 0, headers: [], text: "")
    let text = String(decoding: response, as: UTF8.self)
    let parts = text.split(separator: "\r\n\r\n", maxSplits: 1, omittingEmptySubsequences: false)
    let lines = (parts.first ?? "").split(separator: "\r\n")
    page.status = Int(lines.first?.split(separator: " ").dropFirst().first ?? "") ?? 0
    page.headers = lines.dropFirst().map { line in
      let halves = line.split(separator: ":", maxSplits: 1)
      return (
        name: String(halves.first ?? ""),
        value: (halves.dropFirst().first ?? "").trimmingCharacters(in: .whitespaces)
      )
    }
    page.text = String(parts.dropFirst().first ?? "")
    return page
  }

  /// Sends bytes to a port of 127.0.0.1 and reads until the connection ends.
  ///
  /// - Parameters:
  ///   - port: The port.
  ///   - bytes: What to send.
  ///   - pause: Seconds between two bytes.
  /// - Returns: What was received.
  /// - Throws: ``Failure``.
  public static func exchange(port: Int, _ bytes: [UInt8], pause: Double = 0) throws -> [UInt8] {
    let socket = try connect(port: port)
    defer { Glibc.close(socket) }
    if pause > 0 {
      for byte in bytes {
        guard send(socket, [byte], 1, Int32(MSG_NOSIGNAL)) == 1 else { break }
        var state = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
        if poll(&state, 1, Int32(pause * 1000)) > 0 { break }
      }
    } else {
      var sent = 0
      while sent < bytes.count {
        let count = bytes[sent...].withUnsafeBytes {
          send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
        }
        guard count > 0 else { break }
        sent += count
      }
    }
    var received: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = recv(socket, &chunk, chunk.count, 0)
      guard count > 0 else { return received }
      received += chunk.prefix(count)
    }
  }

  /// Opens a connection to a port of 127.0.0.1.
  public static func connect(port: Int) throws -> Int32 {
    let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    let socket = Glibc.socket(AF_INET, type, 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let isConnected = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        Glibc.connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
    guard isConnected else {
      let code = errno
      Glibc.close(socket)
      throw Failure(url: "127.0.0.1:\(port)", code: code)
    }
    var limit = timeval(tv_sec: 30, tv_usec: 0)
    setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    return socket
  }
}

extension FakeBrowser.Page {
  /// The first header with that name.
  public func header(_ name: String) -> String? {
    headers.first { $0.name.lowercased() == name.lowercased() }?.value
  }

  /// The first link or form action whose path contains a text.
  fileprivate func link(to path: String) -> String? {
    let plain = text.replacing("&amp;", with: "&")
    return ["href=\"", "action=\""].lazy.flatMap { plain.split(separator: $0).dropFirst() }
      .map { String($0.prefix { $0 != "\"" }) }.first { $0.contains(path) }
  }
}
