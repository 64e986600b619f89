public import Foundation

/// Files with expected output, byte for byte.
public enum Golden {
  /// Compares a text with a file under `Fixtures`.
  ///
  /// With `RECORD=1` the file is rewritten; the comparison still fails, so that a recording run
  /// never counts as passing.
  ///
  /// - Parameters:
  ///   - text: The actual output.
  ///   - name: The file's name.
  ///   - testFile: `#filePath` of the test.
  /// - Returns: nil if they are equal, else a message.
  public static func difference(
    _ text: String, from name: String, testFile: String = #filePath
  ) -> String? {
    let file = fixtures(near: testFile).appendingPathComponent(name)
    let isRecording = ProcessInfo.processInfo.environment["RECORD"] == "1"
    if isRecording {
      do { try Data(text.utf8).write(to: file) } catch { return "cannot write \(name): \(error)" }
      return "\(name) was recorded: read it, then run again without RECORD"
    }
    guard let data = try? Data(contentsOf: file) else {
      return "there is no \(name): RECORD=1 creates it"
    }
    let expected = String(decoding: data, as: UTF8.self)
    guard expected != text else { return nil }
    let old = expected.split(separator: "\n", omittingEmptySubsequences: false)
    let new = text.split(separator: "\n", omittingEmptySubsequences: false)
    let line = zip(old, new).enumerated().first { $0.element.0 != $0.element.1 }
    let number = line?.offset ?? min(old.count, new.count)
    return "\(name) differs from line \(number + 1): "
      + "\(number < old.count ? String(old[number]) : "(end)") | now: "
      + "\(number < new.count ? String(new[number]) : "(end)")"
  }

  /// The tests' `Fixtures` directory.
  public static func fixtures(near testFile: String = #filePath) -> URL {
    URL(fileURLWithPath: testFile).deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Fixtures")
  }
}
