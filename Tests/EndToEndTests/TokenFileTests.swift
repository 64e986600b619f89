import Foundation
import StandIns
import TestSupport
import Testing

/// `token-file` prints the token in a file as an ExecCredential, without network access.
struct TokenFileTests {
  private let directory: TemporaryDirectory
  private let issuer: ServiceAccountIssuer

  init() throws {
    directory = try TemporaryDirectory()
    issuer = ServiceAccountIssuer(issuer: "https://a.example", key: try RSAKey.cluster)
  }

  private func run(_ flags: [String], _ variables: [String: String] = [:]) async throws
    -> ProcessResult
  {
    try await ProcessRunner(TestBinary.path, ["token-file"] + flags, environment: variables)
      .result()
  }

  private func expected(_ token: String, version: String = "v1", margin: Int = 0) throws -> String {
    let expiry = try #require(JWT(token)?.claims["exp"]?.integer)
    let end = Date(timeIntervalSince1970: Double(expiry - margin)).formatted(.iso8601)
    return #"{"apiVersion":"client.authentication.k8s.io/\#(version)","kind":"ExecCredential","#
      + #""status":{"expirationTimestamp":"\#(end)","token":"\#(token)"}}"# + "\n"
  }

  private func expectFailure(
    _ result: ProcessResult, _ code: Int32, _ message: String, hint: String
  ) {
    #expect(result.ending == .exit(code))
    #expect(result.output == "")
    let errors = result.errors.replacing(directory.path, with: "DIR")
      .replacing(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/, with: "TIME")
    #expect(errors == "tokenxchange: \(message)\nhint: \(hint)\n")
  }

  /// The ways to set the path.
  static let ways = ["--token-file", "--file", "--file=", "variable"]

  @Test("the token is printed, with the path in a flag or a variable", arguments: ways)
  func printsToken(_ way: String) async throws {
    let token = issuer.token()
    let file = try directory.write(token + "\n", to: "token")
    let result =
      switch way {
      case "variable": try await run([], ["TOKENXCHANGE_TOKEN_FILE": file])
      case let flag where flag.hasSuffix("="): try await run([flag + file])
      default: try await run([way, file])
      }
    #expect(result.ending == .exit(0))
    #expect(result.output == (try expected(token)))
    #expect(result.errors == "")
  }

  @Test("--api-version, --expiry-margin, --output and --subject-audience take effect")
  func options() async throws {
    let token = issuer.token()
    let volume = try ProjectedVolume(directory.path("volume"), token: token)
    let flags = ["--file", volume.tokenPath]
    let result = try await run(flags + ["--expiry-margin=60s", "--api-version=v1beta1"])
    #expect(result.output == (try expected(token, version: "v1beta1", margin: 60)))
    let bare = try await run(flags + ["--output", "token", "--subject-audience", "dex"])
    #expect(bare.output == token + "\n")
    let other = issuer.token { $0["jti"] = "other" }
    try volume.rotate(to: other)
    #expect(try await run(flags).output == (try expected(other)))
  }

  /// Tokens without a readable expiry.
  @Test(
    "a token without a readable expiry is reported as valid for a minute",
    arguments: ["opaque", "a.b.c", "eyJhbGciOiJub25lIn0.e30.eA"])
  func unknownExpiry(_ token: String) async throws {
    let file = try directory.write(token, to: "token")
    let start = Date()
    let result = try await run(["--file", file, "--expiry-margin", "30s"])
    #expect(result.ending == .exit(0))
    let status = try JSONValue(parsing: result.stdout)["status"]
    #expect(status?["token"] == .string(token))
    let end = try Date(status?["expirationTimestamp"]?.string ?? "", strategy: .iso8601)
    #expect((59...120).contains(end.timeIntervalSince(start)))
    #expect(ExecReaders.clientGo(result.stdout, version: "v1") == nil)
  }

  /// An unusable file, and the resulting message.
  struct Row: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var content: @Sendable (ServiceAccountIssuer) -> String?
    var flags: [String] = []
    var message: String
    var hint: String
  }

  static let rows = [
    Row(
      testDescription: "missing", content: { _ in nil },
      message: "the token file DIR/token does not exist",
      hint: "check the spelling of the path, and whether its volume is mounted"),
    Row(
      testDescription: "empty", content: { _ in " \n" },
      message: "the token file DIR/token is empty",
      hint: "did its writer fail, or does it write in place? check the file's time and size"),
    Row(
      testDescription: "with Bearer", content: { "Bearer " + $0.token() },
      message: "the token file DIR/token contains a header (\"Bearer …\") instead of a bare token",
      hint: "keep only what follows Bearer: the file must contain the token and nothing else"),
    Row(
      testDescription: "expired", content: { $0.token(lifetime: -300) },
      message: "the token in DIR/token expired 5 min ago, at TIME (local clock: TIME)",
      hint:
        "kubelet renews projected tokens after 80 % of their lifetime, but never in a subPath mount; "
        + "if the token is fresh, this machine's clock is wrong"),
    Row(
      testDescription: "for another audience", content: { $0.token() },
      flags: ["--subject-audience", "target"],
      message: "the token in DIR/token lacks the audience target: it has dex",
      hint: "set audience: target in the serviceAccountToken source of the projected volume, or "
        + "correct --token-file"),
  ]

  @Test("unusable files are reported", arguments: rows)
  func unusableFile(_ row: Row) async throws {
    let file = directory.path("token")
    if let content = row.content(issuer) { try directory.write(content, to: "token") }
    expectFailure(
      try await run(["--file", file] + row.flags), 3, row.message, hint: row.hint)
  }

  @Test("--token-file is required")
  func missingOption() async throws {
    expectFailure(
      try await run([]), 2, "missing required option: --token-file",
      hint: "example: tokenxchange token-file --token-file=/var/run/secrets/tokenxchange/token")
  }
}
