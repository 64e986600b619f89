import Foundation
import Glibc
import StandIns
import TestSupport
import Testing

/// A running sidecar, with a Dex stand-in.
struct SidecarRun: Sendable {
  let plugin: Plugin
  let file: String

  init(tokenLifetime: Double = 600) throws {
    plugin = try Plugin()
    plugin.site.dex.update { $0.tokenLifetime = tokenLifetime }
    try FileManager.default.createDirectory(
      atPath: plugin.directory.path("kept"), withIntermediateDirectories: true)
    file = plugin.directory.path("kept/token")
  }

  var dex: DexStandIn { plugin.site.dex }
  var flags: [String] { ["sidecar", "--write", file] + plugin.flags }

  func start(_ more: [String] = []) throws -> RunningProcess {
    try ProcessRunner(TestBinary.path, flags + more, timeout: 3600).start()
  }

  /// The names of the files in the token file's directory.
  var names: [String] {
    let directory = plugin.directory.path("kept")
    return ((try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []).sorted()
  }

  /// The content of the token file.
  var text: String? { try? String(contentsOfFile: file, encoding: .utf8) }
  /// The token in the file.
  var token: JWT? { text.flatMap(JWT.init) }

  /// Waits until a condition is true; returns false after a timeout.
  static func wait(
    _ seconds: Double = 10, until condition: () -> Bool
  ) async throws -> Bool {
    let end = ContinuousClock.now + .seconds(seconds)
    while ContinuousClock.now < end {
      if condition() { return true }
      try await Task.sleep(for: .milliseconds(2))
    }
    return condition()
  }
}

/// The resources that a process uses.
struct ResourceUsage: Sendable, Equatable {
  /// Resident memory in KiB.
  var memory: Int
  /// The number of open descriptors.
  var descriptors: Int
  var threads: Int

  init?(pid: Int32) {
    guard let status = try? String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8),
      let files = try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/fd")
    else { return nil }
    func number(_ name: String) -> Int {
      let line = status.split(separator: "\n").first { $0.hasPrefix(name) } ?? ""
      return Int(line.filter(\.isNumber)) ?? 0
    }
    memory = number("VmRSS:")
    threads = number("Threads:")
    descriptors = files.count
  }
}
