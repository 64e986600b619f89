import Foundation

/// Reads shell text as bash does, without running a program: finds the words of each command.
public enum ShellReader {
  /// What bash found.
  public struct Result: Sendable {
    /// The commands, each with its arguments.
    public var commands: [[String]]
    /// Syntax errors and the like.
    public var errors: String
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
  public static func read(_ scripts: [String]) throws -> Result {
    // An output redirection to an absolute path would be carried out.
    if let unsafe = scripts.first(where: { $0.contains(/>\s*\/(?!dev\/null)/) }) {
      return Result(commands: [], errors: "writes outside its directory: \(unsafe)")
    }
    let directory = try TemporaryDirectory(prefix: "shell")
    let work = directory.path("work")
    try FileManager.default.createDirectory(
      atPath: work, withIntermediateDirectories: false)
    let record = directory.path("commands")
    let result = try ProcessRunner(
      "/bin/bash", ["-c", prelude, "bash", record] + scripts, directory: work
    ).run()
    let data = FileManager.default.contents(atPath: record) ?? Data()
    var words = String(decoding: data, as: UTF8.self).split(
      separator: "\0", omittingEmptySubsequences: false)[...]
    var commands: [[String]] = []
    while let count = words.first.flatMap({ Int($0) }) {
      commands.append(words.dropFirst().prefix(count).map(String.init))
      words = words.dropFirst(count + 1)
    }
    return Result(commands: commands, errors: result.errors)
  }
}
