import Foundation

/// Debian's Python, which has the modules that Debian packages: as independent readers of YAML, its
/// YAML parser and linter.
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

  /// The problems, including warnings, that yamllint reports with its default rules, after the name
  /// of the text.
  package static func yamllint(_ texts: [(name: String, text: String)]) throws -> [String] {
    let script = """
      import json, sys
      from yamllint import config, linter
      rules = config.YamlLintConfig("extends: default")
      for name, text in json.load(sys.stdin):
        for problem in linter.run(text, rules):
          print(f"{name}:{problem.line}:{problem.column} {problem.message} ({problem.rule})")
      """
    let input = JSONValue.array(texts.map { .strings([$0.name, $0.text]) }).text
    return try run(script, input: input).split(separator: "\n").map(String.init)
  }

  /// The output of a script that succeeds without writing to stderr.
  package static func run(
    _ script: String, _ arguments: [String] = [], input: String = ""
  ) throws -> String {
    let result = try ProcessRunner(
      "/usr/bin/python3", ["-c", script] + arguments,
      environment: ProcessInfo.processInfo.environment, stdin: Array(input.utf8)
    ).run()
    guard result.code == 0, result.stderr.isEmpty else { throw TestSupportError(result.errors) }
    return result.output
  }
}
