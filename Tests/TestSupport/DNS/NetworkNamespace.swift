import Foundation
import Glibc
import Synchronization

/// A network namespace with only loopback in it, on its own thread.
///
/// Servers started on that thread listen in that namespace, where port 53 is free.
public final class NetworkNamespace: Sendable {
  /// Whether network and mount namespaces can be created here, which needs root.
  public static let isAvailable: Bool = {
    guard geteuid() == 0, let namespace = try? NetworkNamespace(),
      let result = try? namespace.perform({
        try ProcessRunner("unshare", ["--mount", "/bin/true"], environment: tools).run()
      })
    else { return false }
    return result.code == 0
  }()

  private let work = Mutex<[@Sendable () -> Void]>([])
  private let wake = DispatchSemaphore(value: 0)
  static let tools = ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin"]

  /// Creates the namespace.
  public init() throws {
    let ready = DispatchSemaphore(value: 0)
    let failure = Mutex<SystemCallError?>(nil)
    let (work, wake) = (UnownedWork(self), wake)
    Thread.start {
      failure.withLock { $0 = Self.enter() }
      ready.signal()
      while true {
        wake.wait()
        guard let next = work.next() else { break }
        next()
      }
    }
    ready.wait()
    if let failure = failure.withLock({ $0 }) { throw failure }
  }

  deinit { wake.signal() }

  /// Runs a closure in the namespace and waits for it.
  public func perform<Result: Sendable>(
    _ body: @escaping @Sendable () throws -> Result
  ) throws -> Result {
    let done = DispatchSemaphore(value: 0)
    let result = Mutex<Swift.Result<Result, any Error>?>(nil)
    work.withLock {
      $0.append {
        let outcome = Swift.Result { try body() }
        result.withLock { $0 = outcome }
        done.signal()
      }
    }
    wake.signal()
    done.wait()
    guard let outcome = result.withLock({ $0 }) else {
      throw SystemCallError(call: "perform", code: 0)
    }
    return try outcome.get()
  }

  /// Starts a program in the namespace, with the given files mounted over this machine's.
  public func start(
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

  private final class UnownedWork: Sendable {
    private let queue: @Sendable () -> (@Sendable () -> Void)?

    init(_ namespace: NetworkNamespace) {
      queue = { [weak namespace] in
        namespace?.work.withLock { $0.isEmpty ? nil : $0.removeFirst() }
      }
    }

    func next() -> (@Sendable () -> Void)? { queue() }
  }

  private static func enter() -> SystemCallError? {
    typealias Unshare = @convention(c) (Int32) -> Int32
    // Swift's Glibc module lacks it.
    guard let symbol = dlsym(nil, "unshare") else { return SystemCallError(call: "dlsym", code: 0) }
    let cloneNewNet: Int32 = 0x4000_0000
    guard unsafeBitCast(symbol, to: Unshare.self)(cloneNewNet) == 0 else {
      return SystemCallError(call: "unshare")
    }
    guard
      let result = try? ProcessRunner("ip", ["link", "set", "lo", "up"], environment: tools).run(),
      result.code == 0
    else { return SystemCallError(call: "ip link set lo up", code: 0) }
    return nil
  }
}
