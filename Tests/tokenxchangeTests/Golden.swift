import Foundation
import TestSupport

/// Files with expected output, byte for byte.
enum Golden {
  /// Compares a text with a file under `Fixtures`; nil if they are equal, else a message.
  ///
  /// With `RECORD=1` the file is rewritten; the comparison still fails, so that a recording run
  /// never counts as passing.
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

  /// The tests' `Fixtures` directory.
  static func fixtures() -> URL { Document.root.appending(path: "Tests/Fixtures") }
}
