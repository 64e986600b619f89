import Foundation
import TestSupport

/// Files with the exact expected output.
enum Golden {
  /// Compares a text with a file under `Fixtures`; returns nil if they are equal, or else a
  /// message.
  ///
  /// With `RECORD=1`, the file is rewritten. The comparison still fails, so that a recording run
  /// never passes.
  static func difference(_ text: String, from name: String) -> String? {
    let file = fixtures().appending(path: name)
    if ProcessInfo.processInfo.environment["RECORD"] == "1" {
      do { try Data(text.utf8).write(to: file) } catch { return "cannot write \(name): \(error)" }
      return "\(name) was recorded: read it, then run again without RECORD"
    }
    guard let expected = try? String(contentsOf: file, encoding: .utf8) else {
      return "there is no \(name): RECORD=1 creates it"
    }
    guard expected != text else { return nil }
    let (old, new) = (lines(expected), lines(text))
    let line = zip(old, new).prefix { $0 == $1 }.count
    return "\(name) differs from line \(line + 1): \(old[line...].first ?? "(end)") | now: "
      + (new[line...].first ?? "(end)")
  }

  private static func lines(_ text: String) -> [Substring] {
    text.split(separator: "\n", omittingEmptySubsequences: false)
  }

  /// The `Fixtures` directory of the tests.
  static func fixtures() -> URL { Document.root.appending(path: "Tests/Fixtures") }
}
