import Foundation
import StandIns
import TestSupport
import Testing

/// The program under test, with a Dex, a subject token and a clean environment.
struct Plugin: Sendable {
  let site: StandInSite
  let directory: TemporaryDirectory
  /// The subject token's path.
  let tokenFile: String

  init(tls: StandInSite.TLS = []) throws {
    site = try StandInSite(tls: tls)
    directory = try TemporaryDirectory()
    tokenFile = try ProjectedVolume(directory.path("volume"), token: site.cluster.token()).tokenPath
  }

  /// The flags for a public client.
  var flags: [String] {
    [
      "--issuer", site.dex.issuer, "--client-id", "target-cluster", "--connector-id",
      "argocd-cluster", "--token-file", tokenFile,
    ]
  }

  /// The same flags, with another value for one of them.
  func flags(_ flag: String, _ value: String) -> [String] {
    var words = flags
    if let index = words.firstIndex(of: flag) { words[index + 1] = value }
    return words
  }

  /// Runs the program with exactly these variables.
  func run(
    _ arguments: [String]? = nil, _ environment: [String: String] = [:], stdin: [UInt8]? = nil,
    timeout: Double = 60
  ) async throws -> ProcessResult {
    let result = try await ProcessRunner(
      TestBinary.path, arguments ?? flags, environment: environment, stdin: stdin,
      directory: directory.path, timeout: timeout
    ).result()
    expectNoSecret(result, printsTheFile: arguments?.first == "token-file")
    return result
  }

  /// Checks every run of every test: no secret on stderr, the result only on stdout, and the
  /// subject token and client secrets nowhere, except that `token-file` prints the subject token.
  private func expectNoSecret(_ result: ProcessResult, printsTheFile: Bool) {
    var secrets = [
      ("the odd client's secret", "a+b%2Fc:d e&f"), ("the client's secret", "conf-secret"),
    ]
    if let token = try? String(contentsOfFile: tokenFile, encoding: .utf8) {
      secrets.append(("the subject token", token))
    }
    secrets += site.dex.loginSecrets.map { ("a device code or refresh token", $0) }
    let given = SecretHunt(secrets)
    #expect(given.findings(in: Data(result.stderr)) == [])
    if printsTheFile { return }
    #expect(given.findings(in: Data(result.stdout)) == [])
    if let token = try? JSONValue(parsing: result.stdout)["status"]?["token"]?.string {
      let issued = SecretHunt([("the issued token", token)])
      #expect(issued.findings(in: Data(result.stderr)) == [])
      #expect(issued.findings(below: directory.path) == [])
    }
  }

  /// Replaces the parts that differ between runs: `DEX`, `DIR`, `CLUSTER` and `TIME`.
  func masked(_ text: String) -> String {
    text.replacing(site.dex.server.url.dropFirst(7), with: "DEX")
      .replacing(directory.path, with: "DIR")
      .replacing(site.cluster.issuer, with: "CLUSTER")
      .replacing(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/, with: "TIME")
  }

  /// Expects two lines on stderr, after masking, nothing on stdout, and an exit code.
  func expectFailure(
    _ result: ProcessResult, _ code: Int32, _ message: String, hint: String,
    at location: SourceLocation = #_sourceLocation
  ) {
    #expect(result.ending == .exit(code), sourceLocation: location)
    #expect(result.output == "", sourceLocation: location)
    #expect(
      masked(result.errors) == "tokenxchange: \(message)\nhint: \(hint)\n",
      sourceLocation: location)
  }

  /// Expects exactly an ExecCredential with a token that Dex signed.
  ///
  /// `margin` is the time in seconds between the reported expiry and the token's expiry.
  @discardableResult
  func expectCredential(
    _ result: ProcessResult, version: String = "v1", margin: Int = 0, warning: String? = nil,
    at location: SourceLocation = #_sourceLocation
  ) throws -> JWT {
    #expect(result.ending == .exit(0), sourceLocation: location)
    #expect(
      masked(result.errors) == (warning.map { "tokenxchange: warning: \($0)\n" } ?? ""),
      sourceLocation: location)
    let status = try JSONValue(parsing: result.stdout)["status"]
    let text = try #require(status?["token"]?.string, sourceLocation: location)
    let token = try #require(JWT(text), sourceLocation: location)
    let keys = [site.dex.configuration.signingKey]
    #expect(token.isSigned(byOneOf: keys), sourceLocation: location)
    let expiry = try #require(token.claims["exp"]?.integer, sourceLocation: location)
    let end = Date(timeIntervalSince1970: Double(expiry - margin)).formatted(.iso8601)
    let expected =
      #"{"apiVersion":"client.authentication.k8s.io/\#(version)","kind":"ExecCredential","#
      + #""status":{"expirationTimestamp":"\#(end)","token":"\#(text)"}}"# + "\n"
    #expect(result.output == expected, sourceLocation: location)
    return token
  }
}
