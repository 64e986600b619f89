import Foundation

/// Whether the long tests are enabled: `make soak`.
enum Soak {
  static let isOn = ProcessInfo.processInfo.environment["TOKENXCHANGE_SOAK"] == "1"

  /// Returns one value for `make test` and another for `make soak`.
  static func scale<Value>(_ short: Value, _ long: Value) -> Value { isOn ? long : short }

  /// Prints a measurement from a long test.
  static func report(_ text: String) {
    if isOn { print("soak: \(text)") }
  }
}
