import Foundation
import TestSupport

/// Whether strace can observe other processes on this machine.
enum Tracing {
  /// The process that traces another; nil if there is none.
  static func tracer(of pid: Int32) -> Int32? {
    let status = try? String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)
    let line = status?.split(separator: "\n").first { $0.hasPrefix("TracerPid:") }
    return line.flatMap { Int32($0.filter(\.isNumber)) }.flatMap { $0 == 0 ? nil : $0 }
  }

  static let environment = ["PATH": "/usr/bin:/bin"]
  static let isPossible =
    (try? ProcessRunner(
      "strace", ["-f", "-qq", "-o", "/dev/null", "true"], environment: environment
    ).run().ending) == .exit(0)
}
