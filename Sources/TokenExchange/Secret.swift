import Encoding

/// A token or password that must never be printed by accident.
///
/// Interpolating, dumping or reflecting it shows `[redacted]`. The text is available only as
/// `revealed`, which makes every use easy to find.
public struct Secret: Sendable, Equatable, Hashable {
  /// The text itself.
  public let revealed: String

  /// Wraps a text.
  public init(_ text: String) { revealed = text }

  /// Whether both have the same bytes.
  public static func == (left: Secret, right: Secret) -> Bool {
    left.revealed.hasSameBytes(as: right.revealed)
  }

  /// Hashes the bytes.
  public func hash(into hasher: inout Hasher) { hasher.combine(Array(revealed.utf8)) }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// Always `[redacted]`.
  public var description: String { "[redacted]" }
  /// Always `[redacted]`.
  public var debugDescription: String { "[redacted]" }
  /// A mirror with no children, so that `dump` shows nothing.
  public var customMirror: Mirror { Mirror(self, children: []) }
}
