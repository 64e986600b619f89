import Encoding
import FoundationEssentials

/// An absolute `https` URL, or an `http` one where that is allowed.
public struct EndpointURL: Sendable, Equatable, Hashable {
  /// The URL as given.
  public let text: String
  /// `https` or `http`.
  public let scheme: String
  /// The host, without the brackets of an IPv6 address.
  public let host: String
  /// The port, even if it is the scheme's default.
  public let port: Int
  /// The path, empty or beginning with a slash.
  public let path: String

  /// Reads and checks a URL.
  ///
  /// - Parameters:
  ///   - text: The URL.
  ///   - allowsHTTP: Whether `http` is allowed for hosts other than loopback (RFC 6749, section
  ///     3.2, forbids it).
  /// - Throws: Why it cannot be used.
  public init(_ text: String, allowsHTTP: Bool = false) throws(InvalidURL) {
    // Non-ASCII host names would need ICU's data, which the static build leaves out.
    guard text.utf8.allSatisfy({ $0 < 0x80 }) else { throw .notASCII }
    guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { throw .controlCharacter }
    guard let parts = URLComponents(string: text) else { throw .malformed }
    guard let scheme = parts.scheme?.lowercased(), scheme == "https" || scheme == "http" else {
      throw .unsupportedScheme
    }
    guard parts.user == nil, parts.password == nil else { throw .userInfo }
    // `host` would need ICU to decode punycode, and the static build has none of its data.
    guard let host = parts.encodedHost, !host.isEmpty else { throw .noHost }
    guard host.utf8.allSatisfy(Self.isHostByte) else { throw .invalidHost }
    guard parts.query == nil, parts.fragment == nil else { throw .queryOrFragment }
    let port = parts.port ?? (scheme == "https" ? 443 : 80)
    guard (1...65_535).contains(port) else { throw .invalidPort }
    let bare = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
    guard scheme == "https" || allowsHTTP || Self.isLoopback(bare) else { throw .plainHTTP }
    self.text = text
    self.scheme = scheme
    self.host = bare
    self.port = port
    self.path = parts.path
  }

  private init(_ base: EndpointURL, path: String) {
    text = Self.withoutTrailingSlashes(base.text) + path
    scheme = base.scheme
    host = base.host
    port = base.port
    self.path = Self.withoutTrailingSlashes(base.path) + path
  }

  /// This URL with a path appended; trailing slashes of its own path are removed.
  ///
  /// - Parameter path: Begins with a slash.
  /// - Returns: The longer URL.
  public func appending(_ path: String) -> EndpointURL { EndpointURL(self, path: path) }

  /// Host and port as in a URL; without the port if it is the scheme's default.
  public var authority: String {
    let name = host.contains(":") ? "[\(host)]" : host
    return port == (scheme == "https" ? 443 : 80) ? name : "\(name):\(port)"
  }

  /// Host and port, even if the port is the scheme's default.
  public var hostAndPort: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

  /// Whether the host is this machine: `localhost`, `127.0.0.0/8` or `::1`.
  public var isLoopback: Bool { Self.isLoopback(host) }

  /// Whether a host name or address, without brackets, is this machine.
  ///
  /// Names below `localhost` count (RFC 6761, section 6.3), because they are never resolved.
  /// Addresses are parsed as in libcurl, so `127.1` counts.
  public static func isLoopback(_ host: String) -> Bool {
    let name = host.lowercased()
    let bare = name.hasSuffix(".") ? name.dropLast() : name[...]
    if bare == "localhost" || bare.hasSuffix(".localhost") { return true }
    return IPAddress(loose: name)?.isLoopback ?? false
  }

  private static func withoutTrailingSlashes(_ text: String) -> String {
    var text = text[...]
    while text.hasSuffix("/") { text.removeLast() }
    return String(text)
  }

  private static func isHostByte(_ byte: UInt8) -> Bool {
    let character = Character(UnicodeScalar(byte))
    return character.isASCII && (character.isLetter || character.isNumber)
      || ".-_:[]".contains(character)
  }
}
