import Dispatch

/// Holds responses back until a test has set up the state in which they should arrive.
///
/// A fixed delay would be too short on a busy machine and needlessly long on others.
public final class Gate: Sendable {
  private let signal = DispatchSemaphore(value: 0)

  /// A closed gate.
  public init() {}

  /// Opens the gate for all current and later waiters.
  public func open() { signal.signal() }

  /// Waits for the gate, blocking the thread for at most a minute.
  public func wait() {
    if signal.wait(timeout: .now() + 60) == .success { signal.signal() }
  }
}
