import Foundation
import Glibc
import Synchronization
import TestSupport

/// A network namespace that has only loopback, entered by its own thread.
///
/// Servers started on that thread listen in that namespace, where port 53 is free.
final class NetworkNamespace: Sendable {
  /// Whether network and mount namespaces can be created, which requires root.
  static let isAvailable: Bool = {
    guard geteuid() == 0, let namespace = try? NetworkNamespace() else { return false }
    let trial = ProcessRunner("unshare", ["--mount", "/bin/true"], environment: tools)
    return (try? namespace.perform { try trial.output() }) != nil
  }()

  private let queue = Queue()
  private static let tools = ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin"]

  init() throws {
    Thread.start { [queue] in while let next = queue.next() { next() } }
    try perform { try Self.enter() }
  }

  deinit { queue.append(nil) }

  /// Runs a closure in the namespace and waits for it.
  func perform<Value: Sendable>(
    _ body: @escaping @Sendable () throws -> Value
  ) throws -> Value {
    let done = DispatchSemaphore(value: 0)
    let result = Mutex<Result<Value, any Error>?>(nil)
    queue.append {
      let outcome = Result { try body() }
      result.withLock { $0 = outcome }
      done.signal()
    }
    done.wait()
    guard let outcome = result.withLock({ $0 }) else { throw TestSupportError("not performed") }
    return try outcome.get()
  }

  /// Starts a program in the namespace, with the given files mounted over this machine's files.
  func start(
    _ program: String, _ arguments: [String], environment: [String: String] = [:],
    files: [String: String] = [:], timeout: Double = 60
  ) throws -> RunningProcess {
    let mounts = files.sorted { $0.key < $1.key }.map { "mount --bind '\($0.value)' '\($0.key)'" }
    let script = (["set -e"] + mounts + ["exec env -i \"$@\""]).joined(separator: "\n")
    let variables = environment.map { "\($0.key)=\($0.value)" }.sorted()
    let words = ["--mount", "/bin/sh", "-c", script, "sh"] + variables + [program] + arguments
    return try perform {
      try ProcessRunner("unshare", words, environment: Self.tools, timeout: timeout).start()
    }
  }

  /// The thread's work queue; it does not keep the namespace alive.
  private final class Queue: Sendable {
    private let work = Mutex<[(@Sendable () -> Void)?]>([])
    private let wake = DispatchSemaphore(value: 0)

    /// Appends work, or nil to end the thread.
    func append(_ body: (@Sendable () -> Void)?) {
      work.withLock { $0.append(body) }
      wake.signal()
    }

    func next() -> (@Sendable () -> Void)? {
      wake.wait()
      return work.withLock { $0.removeFirst() }
    }
  }

  private static func enter() throws {
    let unshare: @convention(c) (Int32) -> Int32 = cFunction("unshare")
    let newNetwork: Int32 = 0x4000_0000
    guard unshare(newNetwork) == 0 else { throw SystemCallError(call: "unshare") }
    _ = try ProcessRunner("ip", ["link", "set", "lo", "up"], environment: tools).output()
  }
}
