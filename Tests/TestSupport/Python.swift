import Foundation

/// Python's YAML parser and linter, as independent readers of YAML.
package enum Python {
  /// The rules for plain scalars.
  package enum YAMLVersion: String, Sendable, CaseIterable {
    /// PyYAML's own: `yes` is a boolean, `12:30` a number.
    case v11 = "yaml.SafeLoader"
    /// The core schema of YAML 1.2: `0o14` is a number.
    case v12 = "Core"
  }

  package static let hasYAML = (try? run("import yaml")) != nil
  package static let hasYAMLLint = (try? run("import yamllint")) != nil

  /// The documents of a YAML text.
  package static func yaml(_ text: String, version: YAMLVersion = .v11) throws -> [JSONValue] {
    let script = """
      import json, re, sys, yaml
      class Core(yaml.SafeLoader):
        yaml_implicit_resolvers = {}
      for tag, pattern in [
        ("null", r"null|Null|NULL|~|"), ("bool", r"true|True|TRUE|false|False|FALSE"),
        ("int", r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+"),
        ("float", r"[-+]?(\\.[0-9]+|[0-9]+(\\.[0-9]*)?)([eE][-+]?[0-9]+)?"
          r"|[-+]?\\.(inf|Inf|INF)|\\.(nan|NaN|NAN)"),
      ]:
        Core.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(f"({pattern})$"), None)
      print(json.dumps(list(yaml.load_all(sys.stdin.buffer, \(version.rawValue)))))
      """
    return try JSONValue(parsing: run(script, input: text)).array ?? []
  }

  /// The problems, including warnings, that yamllint reports with its default rules.
  package static func yamllint(_ text: String) throws -> [String] {
    let script = """
      import sys
      from yamllint import config, linter
      for problem in linter.run(sys.stdin.read(), config.YamlLintConfig("extends: default")):
        print(f"{problem.line}:{problem.column} {problem.message} ({problem.rule})")
      """
    return try run(script, input: text).split(separator: "\n").map(String.init)
  }

  private static func run(_ script: String, input: String = "") throws -> String {
    try ProcessRunner(
      TestBinary.find("python3") ?? "python3", ["-c", script],
      environment: ProcessInfo.processInfo.environment, stdin: Array(input.utf8)
    ).output()
  }
}
