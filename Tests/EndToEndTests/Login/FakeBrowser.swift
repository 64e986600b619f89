import Foundation
import StandIns
import TestSupport

/// A browser that follows redirects, selects a connector and presses a button of the approval page.
struct FakeBrowser: Sendable {
  /// A page, and the URLs that led to it.
  struct Page: Sendable {
    /// The visited URLs in order; the last one is the page's.
    var trail: [String]
    var status: Int
    var headers: [(name: String, value: String)]
    /// The body.
    var text: String
    var url: String { trail.last ?? "" }

    func header(_ name: String) -> String? {
      headers.first { $0.name.lowercased() == name.lowercased() }?.value
    }

    /// The first link or form action whose path contains a text.
    fileprivate func link(to path: String) -> String? {
      text.replacing("&amp;", with: "&").matches(of: /(?:href|action)="([^"]*)"/)
        .map { String($0.1) }.first { $0.contains(path) }
    }
  }

  /// The connector that the user selects.
  var connector = "mock"
  /// The button that the user presses on the approval page; nil for none.
  var approval: String? = "approve"
  /// The URL of a TLS front, and the URL of the server behind it, to which requests are sent
  /// instead.
  private var front: (url: String, server: String)?
  init() {}

  init(_ site: StandInSite) { front = site.dexFront.map { ($0.url, site.dex.server.url) } }

  /// Opens a page and continues as far as possible.
  func open(_ url: String) throws -> Page {
    var page = try load(url, trail: [])
    for _ in 0..<20 {
      guard let next = try step(page) else { return page }
      page = next
    }
    return page
  }

  private func step(_ page: Page) throws -> Page? {
    let isRedirect = (300...399).contains(page.status)
    let next = isRedirect ? page.header("Location") : page.link(to: "/auth/\(connector)?")
    if let next { return try load(resolve(next, page.url), trail: page.trail) }
    if let action = page.link(to: "/device/auth/verify_code"),
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
    let isBehindFront = front.map { url.hasPrefix($0.url) } ?? false
    let target = isBehindFront ? url.replacing(front?.url ?? "", with: front?.server ?? "") : url
    let authority = target.dropFirst("http://".count).prefix { $0 != "/" && $0 != "?" }
    let rest = target.dropFirst("http://".count + authority.count)
    let path = rest.hasPrefix("/") ? rest : "/" + rest
    let body = form.map { FormFields.encode($0) } ?? ""
    let request = """
      \(form == nil ? "GET" : "POST") \(path) HTTP/1.1\r
      Host: \(authority)\r
      Content-Type: application/x-www-form-urlencoded\r
      Content-Length: \(body.utf8.count)\r
      Connection: close\r
      \r
      \(body)
      """
    let response = try LocalSocket.exchange(
      port: Int(authority.split(separator: ":").last ?? "") ?? 80, Array(request.utf8))
    let end = response.firstRange(of: Array("\r\n\r\n".utf8))
    let head = HTTPHead(response[..<(end?.lowerBound ?? response.endIndex)])
    return Page(
      trail: trail + [url], status: head.start.dropFirst().first.flatMap { Int($0) } ?? 0,
      headers: head.headers,
      text: String(decoding: response[(end?.upperBound ?? response.endIndex)...], as: UTF8.self))
  }
}
