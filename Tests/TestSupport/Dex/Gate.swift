import Dispatch

/// Holds answers back until a test has arranged what should be there when they come.
///
/// A fixed delay would be too short on a busy machine and too long on any other.
public final class Gate: Sendable {
  private let signal = DispatchSemaphore(value: 0)

  /// A closed gate.
  public init() {}

  /// Opens the gate for all who wait and for all later ones.
  public func open() { signal.signal() }

  /// Waits for it, blocking the thread; a minute at most.
  public func wait() {
    if signal.wait(timeout: .now() + 60) == .success { signal.signal() }
  }
}
