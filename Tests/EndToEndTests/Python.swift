import Foundation
import TestSupport

/// YAML as somebody else's parser reads it: Python's.
enum Python {
  struct Failure: Error { var text: String }

  /// Whether there is a Python with the module yaml.
  static let hasYAML = (try? run("import yaml", input: "")) != nil

  /// The documents of a YAML text.
  static func yaml(_ text: String) throws -> [JSONValue] {
    let script = """
      import json, sys, yaml
      print(json.dumps(list(yaml.safe_load_all(sys.stdin.buffer))))
      """
    let output = try run(script, input: text)
    guard let documents = try JSONValue(parsing: output).array else {
      throw Failure(text: "no list")
    }
    return documents
  }

  private static func run(_ script: String, input: String) throws -> String {
    let result = try ProcessRunner(
      TestBinary.find("python3") ?? "python3", ["-c", script],
      environment: ProcessInfo.processInfo.environment, stdin: Array(input.utf8)
    ).run()
    guard result.code == 0 else { throw Failure(text: result.errors) }
    return result.output
  }
}
