/// A real forward proxy on loopback: tinyproxy.
public final class ForwardProxy: Sendable {
  /// Whether tinyproxy is installed.
  public static var isAvailable: Bool { TestBinary.find("tinyproxy") != nil }

  private let tinyproxy: ServerProgram

  /// Starts it; with `login`, such as `user password`, it rejects every other login.
  public init(login: String? = nil) throws {
    tinyproxy = try ServerProgram("tinyproxy") { port, directory in
      let configuration = try directory.write(
        """
        Port \(port)
        Listen 127.0.0.1
        LogLevel Connect
        MaxClients 20
        \(login.map { "BasicAuth \($0)" } ?? "")

        """, to: "tinyproxy.conf")
      return ["-d", "-c", configuration]
    }
  }

  /// The port.
  public var port: Int { tinyproxy.port }

  /// `http://127.0.0.1:PORT`.
  public var url: String { "http://127.0.0.1:\(port)" }

  /// The requests it received, such as `CONNECT 0.0.0.0:443`.
  public var requests: [String] {
    tinyproxy.log.split(separator: "\n").compactMap { line in
      line.firstMatch(of: /Request \(file descriptor \d+\): (\S+ \S+)/).map { String($0.1) }
    }
  }

  /// Stops it and waits for it.
  public func stop() { tinyproxy.stop() }
}
