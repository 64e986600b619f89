import Foundation
import TestSupport

/// Splits shell text into the words of each command as bash does, without running a program.
enum ShellReader {
  struct Result: Sendable {
    /// The commands with their arguments.
    var commands: [[String]] = []
    /// Syntax errors and similar messages.
    var errors: String
  }

  // Every program is unknown on this PATH, so bash calls the handler instead of running it.
  private static let prelude = """
    PATH=/nowhere
    exec 3>>"$1"
    shift
    command_not_found_handle() { printf '%s\\0' "$#" "$@" >&3; }
    cd() { :; }
    for script; do (eval "$script"); done

    """

  /// Returns the commands in scripts; each script is read separately.
  static func read(_ scripts: [String]) throws -> Result {
    // bash would perform an output redirection to an absolute path.
    if let unsafe = scripts.first(where: { $0.contains(/>\s*\/(?!dev\/null)/) }) {
      return Result(errors: "writes outside its directory: \(unsafe)")
    }
    let (work, record) = (try TemporaryDirectory(prefix: "shell"), try TemporaryDirectory())
    var result = Result(
      errors: try ProcessRunner(
        "/bin/bash", ["-c", prelude, "bash", record.path("commands")] + scripts,
        directory: work.path
      ).run().errors)
    let data = FileManager.default.contents(atPath: record.path("commands")) ?? Data()
    var words = String(decoding: data, as: UTF8.self).split(
      separator: "\0", omittingEmptySubsequences: false)[...]
    while let count = words.first.flatMap({ Int($0) }) {
      result.commands.append(words.dropFirst().prefix(count).map(String.init))
      words = words.dropFirst(count + 1)
    }
    return result
  }
}
