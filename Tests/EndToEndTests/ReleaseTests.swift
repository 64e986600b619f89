import Foundation
import TestSupport
import Testing

/// The files of `make dist`.
///
/// `make dist-check` compares them with those of a second build in another directory.
@Suite(.enabled(if: Release.isPossible, "\(Release.need)"))
struct ReleaseTests {
  @Test("dist contains the files, their checksums and the complete archive")
  func files() async throws {
    let release = try await Release.shared.value
    let names = try FileManager.default.contentsOfDirectory(atPath: release.directory).sorted()
    #expect(
      names == ["SHA256SUMS", release.name, release.name + ".cdx.json", release.name + ".tar.gz"])
    let sums = try await ProcessRunner(
      "sha256sum", ["--check", "--strict", "SHA256SUMS"],
      environment: ["PATH": "/usr/bin:/bin", "LC_ALL": "C"], directory: release.directory
    ).result()
    #expect(sums.output.split(separator: "\n").count == 3)
    #expect(sums.code == 0, "\(sums.output)")
    let binary = try Data(contentsOf: URL(filePath: TestBinary.path))
    #expect(try Data(contentsOf: URL(filePath: release.file(""))) == binary)

    let list = try await ProcessRunner(
      "tar",
      ["--list", "--verbose", "--numeric-owner", "--utc", "--file", release.file(".tar.gz")],
      environment: ["PATH": "/usr/bin:/bin", "LC_ALL": "C"]
    ).result()
    let lines = list.output.split(separator: "\n").map { $0.split(separator: " ") }
    #expect(lines.allSatisfy { $0[1] == "0/0" && $0[3...4] == ["2023-11-14", "22:13"] })
    let modes = Set(lines.map { "\($0[0]) \($0[5].hasSuffix("/tokenxchange"))" })
    #expect(modes == ["drwxr-xr-x false", "-rwxr-xr-x true", "-rw-r--r-- false"])
    let members = lines.map { $0[5].dropFirst(release.name.count + 1) }
    let found = members.filter { !$0.isEmpty && !$0.hasSuffix("/") }.map(String.init)
    let licences = found.filter { $0.hasPrefix("licences/") }
    for name in ["openssl", "swift", "swift-foundation-icu"] {
      #expect(licences.contains("licences/\(name).txt"))
    }
    let icu = try await ProcessRunner(
      "tar",
      [
        "--extract", "--to-stdout", "--file", release.file(".tar.gz"),
        "\(release.name)/licences/swift-foundation-icu.txt",
      ], environment: ["PATH": "/usr/bin:/bin"]
    ).result()
    #expect(icu.output.hasPrefix("UNICODE LICENSE V3\n"))
    #expect(
      found.filter { !$0.hasPrefix("licences/") } == [
        "CHANGELOG.md", "completions/_tokenxchange", "completions/tokenxchange.bash",
        "completions/tokenxchange.fish", "tokenxchange",
      ])
  }

  @Test("umask, time zone, locale and build time do not affect the output")
  func isReproducible() async throws {
    let first = try await Release.shared.value
    let second = try await Release(["TZ": "Pacific/Kiritimati", "LC_ALL": "C.UTF-8"])
    for suffix in ["", ".cdx.json", ".tar.gz"] {
      let one = try Data(contentsOf: URL(filePath: first.file(suffix)))
      let other = try Data(contentsOf: URL(filePath: second.file(suffix)))
      #expect(one == other, "\(suffix)")
    }
  }

  @Test("the SBOM lists the linked components with their package versions")
  func components() async throws {
    let release = try await Release.shared.value
    let sbom = try release.sbom()
    let program = try #require(sbom["metadata"]?["component"])
    #expect(program["version"]?.string == release.version)
    #expect(sbom["metadata"]?["timestamp"] == "2023-11-14T22:13:20Z")
    let list = try #require(sbom["components"]?.array)
    let names = list.compactMap { $0["name"]?.string }
    let needed = [
      "c-ares", "curl", "glibc", "openssl", "swift", "swift-corelibs-foundation",
      "swift-corelibs-libdispatch", "swift-foundation", "swift-foundation-icu",
    ]
    #expect(Set(needed).isSubset(of: Set(names)), "\(names)")
    #expect(names.filter { !needed.contains($0) && $0 != "zlib" && $0 != "libzstd" }.count == 1)
    #expect(names.contains { $0.hasPrefix("gcc-") })
    for (name, package) in [("openssl", "libssl-dev"), ("c-ares", "libc-ares-dev")] {
      let version = try ProcessRunner(
        "dpkg-query", ["--show", "--showformat=${source:Version}", package]
      ).run().output
      #expect(list.first { $0["name"]?.string == name }?["version"]?.string == version)
    }
    // The program prints the libraries' upstream versions.
    let words = try await ProcessRunner(TestBinary.path, ["version"]).result().output
    for (name, pattern) in [
      ("curl", /libcurl ([0-9.]+)/), ("c-ares", /c-ares ([0-9.]+)/),
      ("openssl", /OpenSSL ([0-9.]+)/),
    ] {
      let reported = try #require(words.firstMatch(of: pattern)?.1)
      let version = list.first { $0["name"]?.string == name }?["version"]?.string
      #expect(version?.hasPrefix("\(reported)-") == true, "\(name) \(reported) \(version ?? "")")
    }
  }

  @Test(
    "the SBOM is valid CycloneDX 1.6, and a damaged one is not",
    .enabled(
      if: FileManager.default.fileExists(atPath: Repository.tools + "/cyclonedx"),
      "SKIPPED: the CycloneDX schema is not installed: make test-deps"))
  func isValid() async throws {
    let release = try await Release.shared.value
    let script = """
      import glob, json, os, sys, jsonschema
      directory, path, damage = sys.argv[1:]
      schemas = {os.path.basename(file): json.load(open(file))
                 for file in glob.glob(directory + "/cyclonedx/schema/_res/*.json")}
      main = schemas["bom-1.6.SNAPSHOT.schema.json"]
      # Others are named relative to the main one, which is at this address; none is fetched.
      store = {"http://cyclonedx.org/schema/" + name: one for name, one in schemas.items()}
      sbom = json.load(open(path))
      if damage == "licence":
          sbom["components"][0]["licenses"] = [{"license": {"id": "No such licence"}}]
      if damage == "name":
          del sbom["components"][0]["name"]
      resolver = jsonschema.RefResolver(main["$id"], main, store)
      for error in jsonschema.Draft7Validator(main, resolver=resolver).iter_errors(sbom):
          print("/".join(map(str, error.absolute_path)))
      """
    for (damage, errors) in [
      ("none", ""), ("licence", "components/0/licenses\n"), ("name", "components/0\n"),
    ] {
      let output = try Python.run(script, [Repository.tools, release.file(".cdx.json"), damage])
      #expect(output == errors, "\(damage)")
    }
  }

  @Test("a link input without a component is an error")
  func unknownInput() async throws {
    let release = try await Release.shared.value
    let text = try String(contentsOfFile: Release.linked, encoding: .utf8)
    let directory = try TemporaryDirectory()
    let linked = try directory.write(text + "/tmp/libsurprise.a(surprise.o)\n", to: "linked")
    let result = try await Repository.run(
      "scripts/sbom", [TestBinary.path, linked, directory.path], release.variables)
    #expect(result.code == 1)
    #expect(result.output == "")
    #expect(
      result.errors
        == "sbom: no component contains the link input /tmp/libsurprise.a\n")
  }
}

/// The version in each file equals that in Version.swift.
struct VersionTests {
  @Test(
    "image tags and outputs in documents and examples have the current version",
    arguments: Document.all.map(\.path) + ["examples/image/Containerfile"]
      + ExampleTests.files.map { "examples/" + $0 })
  func agrees(_ file: String) throws {
    let source = try Repository.text("Sources/tokenxchange/Commands/Version.swift")
    let version = try #require(source.firstMatch(of: /static let number = "([^"]+)"/)?.1)
    let text = try Repository.text(file)
    let named = text.matches(of: /tokenxchange[: ](\d+\.\d+\.\d+)\b/).map(\.1)
    #expect(named.allSatisfy { $0 == version }, "\(named)")
    #expect(!named.isEmpty || !["README.md", "examples/image/Containerfile"].contains(file))
  }
}

/// The commit that scripts/commit prints.
struct CommitTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory(prefix: "commit") }

  private func git(_ arguments: String...) async throws {
    let identity = [
      "PATH": "/usr/bin:/bin", "HOME": directory.path, "GIT_CONFIG_NOSYSTEM": "1",
      "GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@b.c", "GIT_COMMITTER_NAME": "a",
      "GIT_COMMITTER_EMAIL": "a@b.c", "GIT_COMMITTER_DATE": "1700000000 +0000",
    ]
    let result = try await ProcessRunner(
      "git", arguments, environment: identity, directory: directory.path("sources")
    ).result()
    #expect(result.code == 0, "\(result.errors)")
  }

  private func printedCommit(_ name: String, _ arguments: String...) async throws -> String {
    try await ProcessRunner(
      directory.path(name) + "/scripts/commit", arguments,
      environment: ["PATH": "/usr/bin:/bin", "HOME": directory.path]
    ).result().output
  }

  @Test(
    "the commit is correct in git, after changes, in a source archive, and without either",
    .enabled(if: TestBinary.find("git") != nil, "SKIPPED: git is not installed"))
  func commit() async throws {
    let script = try Repository.text("scripts/commit")
    try directory.write(script, to: "sources/scripts/commit", mode: 0o755)
    try directory.write("scripts/commit export-subst\n", to: "sources/.gitattributes")
    #expect(try await printedCommit("sources") == "unknown\n")
    #expect(try await printedCommit("sources", "time") == "0\n")

    try await git("init", "--quiet")
    try await git("add", ".")
    try await git("commit", "--quiet", "--message", "one")
    let commit = try await printedCommit("sources")
    #expect(commit.wholeMatch(of: /[0-9a-f]{40}\n/) != nil, "\(commit)")
    #expect(try await printedCommit("sources", "time") == "1700000000\n")

    try await git("archive", "--output", "../archive.tar", "HEAD")
    try FileManager.default.createDirectory(
      atPath: directory.path("archive"), withIntermediateDirectories: true)
    let result = try await ProcessRunner(
      "tar", ["--extract", "--file", "archive.tar", "--directory", "archive"],
      environment: ["PATH": "/usr/bin:/bin"], directory: directory.path
    ).result()
    #expect(result.code == 0, "\(result.errors)")
    #expect(try await printedCommit("archive") == commit)
    #expect(try await printedCommit("archive", "time") == "1700000000\n")

    // The source directory may be inside an unrelated repository.
    try directory.write(script, to: "sources/inner/scripts/commit", mode: 0o755)
    #expect(try await printedCommit("sources/inner") == "unknown\n")

    try directory.write("scripts/commit export-subst\n# changed\n", to: "sources/.gitattributes")
    #expect(try await printedCommit("sources") == commit.dropLast() + "-modified\n")
  }
}
