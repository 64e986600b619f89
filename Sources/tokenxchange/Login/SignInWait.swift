import Platform
import Synchronization
import TokenExchange

/// Waits for the user in short steps; ends when no process waits for the result, and shows a hint
/// after a while.
final class SignInWait: Sendable {
  private let world: World
  private let start: Double
  private let hasAdvised = Mutex(false)

  /// Seconds until the hint is shown.
  static let hintDelay = 20.0
  /// Seconds of one step.
  static let step = 0.5

  init(_ world: World) {
    self.world = world
    start = world.uptime()
  }

  /// Whether the process that started this one, or the reader of its output, is gone.
  func isAbandoned() -> Bool {
    if world.process.isAbandoned() { return true }
    if world.uptime() - start >= Self.hintDelay,
      !hasAdvised.withLock({ hasAdvised in
        defer { hasAdvised = true }
        return hasAdvised
      })
    {
      world.show(.stillWaiting)
    }
    return false
  }

  /// Waits, in seconds; returns false if the sign-in was abandoned.
  func sleep(_ seconds: Double) -> Bool {
    let end = world.uptime() + seconds
    while true {
      if isAbandoned() { return false }
      let rest = end - world.uptime()
      guard rest > 0 else { return true }
      world.sleep(min(rest, Self.step))
    }
  }
}
