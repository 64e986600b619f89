import Foundation
import StandIns
import TestSupport
import Testing

/// `make image` and `examples/image/Containerfile`, executed in a read-only chroot, so that no
/// container engine is needed.
@Suite(.enabled(if: Release.isPossible, "\(Release.need)"))
struct ImageTests {
  private let release: Release
  private let directory: TemporaryDirectory
  private let context: String
  private let lines: [[String]]

  init() async throws {
    release = try await Release.shared.value
    directory = try TemporaryDirectory(prefix: "image")
    context = directory.path("context")
    let result = try await Repository.run(
      "scripts/image-context", [release.directory, context], release.variables)
    guard result.code == 0 else { throw Release.Failure(text: result.errors) }
    lines = try String(contentsOfFile: context + "/Dockerfile", encoding: .utf8)
      .replacing("\\\n", with: "").split(separator: "\n").filter { !$0.hasPrefix("#") }
      .map { $0.split(separator: " ").map(String.init) }
  }

  /// The build arguments that an engine sets, and the defaults that `make image` writes.
  private var values: [String: String] {
    var values = ["TARGETARCH": release.architecture, "SOURCE": "https://example.com/source"]
    for words in lines where words[0] == "ARG" {
      let parts = words[1].split(separator: "=", maxSplits: 1).map(String.init)
      if parts.count == 2 { values[parts[0]] = parts[1] }
    }
    return values
  }

  private func expanded(_ text: String) -> String {
    values.reduce(text) { $0.replacing("$" + $1.key, with: $1.value) }
  }

  @Test("the labels have the source, version, revision, and the licences in the SBOM")
  func labels() throws {
    let label = try #require(lines.first { $0[0] == "LABEL" }).joined(separator: " ")
    let labels = Dictionary(
      uniqueKeysWithValues: label.matches(of: /org\.opencontainers\.image\.(\w+)="([^"]*)"/).map {
        (String($0.1), expanded(String($0.2)))
      })
    #expect(labels["title"] == "tokenxchange")
    #expect(labels["source"] == "https://example.com/source")
    #expect(labels["version"] == release.version)
    #expect(labels["revision"] == Release.commit)
    #expect(labels["description"]?.isEmpty == false)
    #expect(labels.count == 6)
    let path = "\(context)/\(release.architecture).cdx.json"
    let sbom = try JSONValue(parsing: Data(contentsOf: URL(filePath: path)).map(\.self))
    let components = sbom["components"]?.array ?? []
    #expect(components.contains { $0["name"] == "ca-certificates" })
    let licences = components.flatMap { $0["licenses"]?.array ?? [] }.compactMap {
      $0["expression"]?.string ?? $0["license"]?["id"]?.string
    }
    let named = Set(labels["licenses"]?.split(separator: " AND ").map(String.init) ?? [])
    // OpenSSL on Debian 13 depends on zlib and zstd.
    let optional: Set = ["Zlib", "BSD-3-Clause"]
    #expect(
      named.subtracting(optional)
        == Set(licences + ["LicenseRef-tokenxchange"]).subtracting(optional))
  }

  @Test("the certificates are those in the Debian package")
  func certificates() throws {
    let bundle = try String(contentsOfFile: context + "/ca-certificates.crt", encoding: .utf8)
    let files = try FileManager.default.contentsOfDirectory(
      atPath: "/usr/share/ca-certificates/mozilla")
    #expect(bundle.matches(of: /-----BEGIN CERTIFICATE-----\n/).count == files.count)
    #expect(files.count > 100)
  }

  @Test("without a binary of this version, the script fails")
  func noBinary() async throws {
    let directory = try TemporaryDirectory()
    let result = try await Repository.run(
      "scripts/image-context", [release.directory, directory.path("context")],
      release.variables.merging(["VERSION": "9.9.9"]) { $1 })
    #expect(result.code == 1)
    #expect(
      result.errors
        == "image-context: no binary of version 9.9.9 in \(release.directory): run make dist\n")
  }

  @Test(
    "the image exchanges a token as uid 999, with no other files",
    .enabled(if: ScratchRoot.isAvailable, "\(ScratchRoot.need)"),
    .enabled(if: TLSFront.isAvailable, "nginx is not installed: apt-get install nginx-light"))
  func runs() async throws {
    let plugin = try Plugin(tls: .dex)
    let root = try ScratchRoot()
    try root.write(plugin.site.cluster.token(), to: "token")
    var entrypoint: String?
    for words in lines {
      switch words[0] {
      case "ARG", "LABEL": break
      case "FROM": #expect(words == ["FROM", "scratch"])
      case "COPY":
        let mode = try #require(UInt32(words[1].dropFirst("--chmod=".count), radix: 8))
        let name = expanded(words[2])
        // The CA of the stand-in's certificate replaces the public CAs.
        let isBundle = name == "ca-certificates.crt"
        let file = isBundle ? plugin.site.authorityFile ?? "" : "\(context)/\(name)"
        #expect(mode == (isBundle ? 0o644 : 0o755))
        try root.copy(file, to: String(words[3].dropFirst()), mode: mode)
      case "USER": #expect(words == ["USER", "\(ScratchRoot.userID):\(ScratchRoot.userID)"])
      case "ENTRYPOINT": entrypoint = words[1].trimmingCharacters(in: ["[", "]", "\""])
      default: Issue.record("not known to this test: \(words)")
      }
    }
    let program = try #require(entrypoint)
    try plugin.expectCredential(
      try await root.run(program, plugin.flags("--token-file", "/token")))
  }
}
