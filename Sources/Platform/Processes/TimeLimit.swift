import CPlatform

/// Ends a process that hangs, wherever it hangs.
package struct TimeLimit: Sendable {
  /// Sets the limit, in place of an earlier one.
  ///
  /// The text goes to stderr; then the process ends with exit code 4, or starts again.
  package var set: @Sendable (_ seconds: Double, _ text: String, _ restarts: Bool) -> Void
  /// Removes the limit.
  package var lift: @Sendable () -> Void

  package init(
    set: @escaping @Sendable (Double, String, Bool) -> Void, lift: @escaping @Sendable () -> Void
  ) {
    self.set = set
    self.lift = lift
  }

  /// A timer of the kernel.
  package static let live = TimeLimit(
    set: { tx_limit_time($0, $1, $2 ? 1 : 0) }, lift: { tx_lift_time_limit() })
}
