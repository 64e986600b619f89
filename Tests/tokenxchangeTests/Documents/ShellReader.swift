import Foundation
import TestSupport

/// Reads shell text as bash does, without running a program: finds the words of each command.
enum ShellReader {
  struct Result: Sendable {
    /// The commands, each with its arguments.
    var commands: [[String]] = []
    /// Syntax errors and the like.
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

  /// The commands of scripts; each script is read on its own.
  static func read(_ scripts: [String]) throws -> Result {
    // An output redirection to an absolute path would be carried out.
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
