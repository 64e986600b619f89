import Glibc

/// A real forward proxy on loopback: tinyproxy with its own configuration.
public final class ForwardProxy: Sendable {
  /// tinyproxy is missing or did not start.
  public struct Failure: Error, CustomStringConvertible {
    /// The error message.
    public var description: String
  }

  /// Whether tinyproxy is installed here.
  public static var isAvailable: Bool { TestBinary.find("tinyproxy") != nil }

  /// The port it listens on.
  public let port: Int
  private let process: RunningProcess

  /// Starts it; with `login`, such as `user password`, it rejects every other login.
  public init(login: String? = nil) throws {
    guard let tinyproxy = TestBinary.find("tinyproxy") else {
      throw Failure(description: "tinyproxy is not installed (apt-get install tinyproxy)")
    }
    let directory = try TemporaryDirectory(prefix: "proxy")
    port = try TLSFront.freePort()
    let configuration = try directory.write(
      """
      Port \(port)
      Listen 127.0.0.1
      LogLevel Connect
      MaxClients 20
      \(login.map { "BasicAuth \($0)" } ?? "")

      """, to: "tinyproxy.conf")
    process = try ProcessRunner(tinyproxy, ["-d", "-c", configuration], timeout: 86_400).start()
    for _ in 0..<500 {
      guard process.isRunning else { break }
      if TLSFront.isOpen(port) { return }
      usleep(10_000)
    }
    let said = log
    stop()
    throw Failure(description: "tinyproxy did not start: \(said)")
  }

  deinit { stop() }

  /// `http://127.0.0.1:PORT`.
  public var url: String { "http://127.0.0.1:\(port)" }

  /// The complete log.
  public var log: String { process.outputSoFar + process.errorsSoFar }

  /// The requests it received, such as `CONNECT 0.0.0.0:443`.
  public var requests: [String] {
    log.split(separator: "\n").compactMap { line in
      line.firstMatch(of: /Request \(file descriptor \d+\): (\S+ \S+)/).map { String($0.1) }
    }
  }

  /// Stops it and waits for it.
  public func stop() {
    process.send(signal: SIGTERM)
    process.waitUntilExit()
  }
}
