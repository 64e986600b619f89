import CPlatform

/// Ends a process that hangs.
package struct TimeLimit: Sendable {
  /// Sets the limit, and replaces an earlier one.
  ///
  /// At the limit, the text is written to stderr, and the process exits with code 4 or restarts.
  package var set: @Sendable (_ seconds: Double, _ text: String, _ restarts: Bool) -> Void
  /// Removes the limit.
  package var lift: @Sendable () -> Void

  /// A timer of the kernel.
  package static let live = TimeLimit(
    set: { tx_limit_time($0, $1, $2 ? 1 : 0) }, lift: { tx_lift_time_limit() })
}
