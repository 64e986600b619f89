import Encoding
import Glibc
import Platform
import Synchronization
import TestSupport
import Testing
import TokenExchange

@testable import tokenxchange

/// The output of `inspect`.
struct InspectTests {
  private static let now = 1_795_223_258

  private static let account = Sample.jwt(
    #"{"aud":["dex"],"exp":\#(now + 2460),"iat":\#(now - 1140),"iss":"https://a.example","jti":"j","#
      + #""kubernetes.io":{"namespace":"argocd","serviceaccount":{"name":"argocd-server"},"#
      + #""pod":{"name":"argocd-server-0"}},"sub":"system:serviceaccount:argocd:argocd-server"}"#)

  private static let dex = Sample.jwt(
    #"{"aud":"b","exp":\#(now - 300),"iss":"https://dex.example/dex","#
      + #""federated_claims":{"connector_id":"c","user_id":"u"},"sub":"CgF1EgFj"}"#)

  private func run(_ input: String, _ more: String..., isTerminal: Bool = false) -> WorldDouble {
    let double = WorldDouble()
    var world = double.world
    world.terminal.isTerminal = { _ in isTerminal }
    world.terminal.readInput = { _ throws(FileReadError) in Array(input.utf8) }
    let code = tokenxchange.run(["inspect"] + more, in: world)
    double.errors.withLock { $0 += "exit \(code.rawValue)" }
    return double
  }

  @Test(
    "a file that cannot be read: the hint is about pods only if the path is a pod's volume",
    arguments: [
      Row("pod, missing", ("/var/run/secrets/tokenxchange/token", .missing), "mount a projected"),
      Row(
        "pod, protected", ("/run/secrets/t", .system(errno: EACCES)), "projected token files are"),
      Row("other, missing", ("/nonexistent", .missing), "check the spelling of the path, and"),
      Row("other, protected", ("/root/token", .system(errno: EACCES)), "check the owner and mode"),
    ] as [Row<(String, FileReadError), String>])
  func unreadableFile(row: Row<(String, FileReadError), String>) {
    let (path, error) = row.input
    for words in [
      ["inspect", path], ["token-file", "--token-file=\(path)"],
      ["get-token"] + Sample.base + ["--token-file=\(path)"],
    ] {
      let double = WorldDouble()
      var world = double.world
      world.files.read = { _, _ throws(FileReadError) in throw error }
      #expect(tokenxchange.run(words, in: world) == .subjectToken)
      #expect(double.stderr.contains("\nhint: \(row.output)"), "\(double.stderr)")
    }
  }

  @Test("a service account token is shown as text")
  func serviceAccountToken() {
    let double = run(Self.account + "\n")
    #expect(double.stderr == "exit 0")
    #expect(
      double.stdout == """
        claims only: the signature is not verified
        from             standard input
        kind             service account token
        header           alg RS256
        issuer           https://a.example
        subject          system:serviceaccount:argocd:argocd-server
        namespace        argocd
        service account  argocd-server
        pod              argocd-server-0
        audience         dex
        issued           2026-11-21T00:48:38Z, 19 min ago
        expires          2026-11-21T01:48:38Z, in 41 min
        other claims
          jti  j

        """)
  }

  @Test("claims of a wrong type are shown as invalid, not as missing")
  func invalidClaims() {
    let text = run(Sample.jwt(#"{"iss":"https://a.example","aud":5,"exp":"soon"}"#)).stdout
    #expect(text.contains("audience  invalid: 5\n"), "\(text)")
    #expect(text.contains("expires   invalid: soon\n"), "\(text)")
  }

  @Test("a Dex token in an ExecCredential is shown with its sub decoded")
  func execCredential() {
    let credential =
      #"{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":"#
      + #"{"expirationTimestamp":"2026-11-21T01:00:00Z","token":"\#(Self.dex)"}}"#
    let text = run(credential).stdout
    for line in [
      "from                    standard input: ExecCredential, client.authentication.k8s.io/v1",
      "reported end            2026-11-21T01:00:00Z", "sub: user id            u",
      "sub: connector          c", "federated connector_id  c",
      "expires                 2026-11-21T01:02:38Z, 5 min ago",
    ] { #expect(text.contains(line + "\n"), "\(text)") }
  }

  @Test("a Dex token is shown as JSON")
  func json() throws {
    let text = run(Self.dex, "--output=json").stdout
    let document = try #require(JSON(parsing: Array(text.utf8)))
    #expect(document["verified"] == .bool(false))
    #expect(document["expired"] == .bool(true))
    #expect(document["expiresInSeconds"] == .integer(-300))
    #expect(document["dexSubject"]?["userID"] == .string("u"))
    #expect(document["claims"]?["aud"] == .string("b"))
  }

  @Test(
    "the signature is never shown", arguments: [account, dex, #"{"access_token":"\#(dex)"}"#])
  func hiddenSignature(_ input: String) {
    for format in ["text", "json"] {
      let text = run(input, "--output=\(format)", "--verbose")
      #expect(!(text.stdout + text.stderr).contains("c2VjcmV0LXNpZ25hdHVyZQ"))
      #expect(!(text.stdout + text.stderr).contains("eyJ"))
    }
  }

  @Test(
    "input without a bare token: exit 3 with the reason",
    arguments: [
      Row("empty", " \n", "standard input contains no token"),
      Row(
        "opaque token", "hunter2-hunter2",
        "standard input contains 15 characters that are not a JWT"),
      Row("quotes", "\"\(dex)\"", "standard input contains a token in quotes"),
      Row(
        "Bearer", "Bearer \(dex)\n",
        "standard input contains a header (\"Bearer …\") instead of a bare token"),
      Row("base64", Base64.encode(Array(dex.utf8)), "standard input contains the base64 of a JWT"),
      Row("JSON without a token", #"{"kind":"Status"}"#, "standard input contains no token"),
      Row(
        "JSON with a duplicate member", #"{"token":"hunter2","token":"hunter2"}"#,
        #"standard input has the member "token" twice in one JSON object"#),
      Row(
        "a JWT with a duplicate claim", Sample.jwt(#"{"aud":"a","aud":"b"}"#),
        #"standard input has the member "aud" twice in one JSON object"#),
    ])
  func unusableInput(_ row: Row<String, String>) {
    let double = run(row.input)
    #expect(double.stdout.isEmpty)
    #expect(double.stderr.contains(row.output))
    #expect(double.stderr.hasSuffix("exit 3"))
    #expect(!double.stderr.contains("hunter2"))
  }

  @Test("if standard input is a terminal: exit 2, and nothing is read")
  func terminal() {
    #expect(run("", isTerminal: true).stderr.hasSuffix("exit 2"))
  }
}
