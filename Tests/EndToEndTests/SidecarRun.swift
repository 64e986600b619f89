import Foundation
import Glibc
import TestSupport
import Testing

/// A running sidecar with a Dex to talk to.
struct SidecarRun: Sendable {
  let plugin: Plugin
  let file: String

  init(tokenLifetime: Double = 600) throws {
    plugin = try Plugin()
    plugin.site.dex.update { $0.tokenLifetime = tokenLifetime }
    try FileManager.default.createDirectory(
      atPath: plugin.folder.path("kept"), withIntermediateDirectories: true)
    file = plugin.folder.path("kept/token")
  }

  var dex: DexStandIn { plugin.site.dex }
  var flags: [String] { ["sidecar", "--write", file] + plugin.flags }

  func start(_ more: [String] = []) throws -> RunningProcess {
    try ProcessRunner(TestBinary.path, flags + more, timeout: 3600).start()
  }

  /// What lies in the file's folder.
  var names: [String] {
    let folder = plugin.folder.path("kept")
    return ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
  }

  /// The file's content.
  var text: String? { try? String(contentsOfFile: file, encoding: .utf8) }
  /// The token in it.
  var token: JWT? { text.flatMap(JWT.init) }

  /// Waits until something holds; false if it does not come to it.
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

/// What a process holds on to.
struct Holdings: Sendable, Equatable {
  /// Resident memory in KiB.
  var memory: Int
  /// Open descriptors.
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
