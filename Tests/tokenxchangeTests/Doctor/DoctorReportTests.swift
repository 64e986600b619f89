import Encoding
import FoundationEssentials
import Synchronization
import TestSupport
import Testing
import TokenExchange

@testable import Platform
@testable import tokenxchange

/// The doctor's text and JSON output.
struct DoctorReportTests {
  private static let secret = "hunter2-hunter2"

  /// A world in which Dex has no discovery document but returns a token.
  private func double(_ variables: [String: String] = [:]) -> WorldDouble {
    Sample.world(
      variables: variables,
      outcomes: [Sample.response(404, ""), Sample.response(404, ""), Sample.token(Sample.issued)])
  }

  private func run(
    _ double: WorldDouble, _ words: [String], isTerminal: Bool = false, width: Int? = nil
  ) -> ExitCode {
    var world = double.world
    world.terminal.width = { width }
    world.terminal.isTerminal = { _ in isTerminal }
    world.process.program = {
      ProgramFacts(path: "/tokenxchange", isStatic: true, setsTrust: true, libraries: "libcurl 8")
    }
    world.network.systemTrust = { _ in SystemTrustStore(directory: "/etc/ssl/certs") }
    world.files.status = { _ in
      PathStatus(
        target: "..data/token", realPath: "/tokens/..1/token", mode: 0o640, owner: 0, group: 999,
        size: 900, modified: double.now.addingTimeInterval(-60))
    }
    return tokenxchange.run(["doctor"] + words, in: world)
  }

  @Test("colors are used only on a terminal, without NO_COLOR and TERM=dumb")
  func colors() {
    let rows: [(isTerminal: Bool, variables: [String: String], isColored: Bool)] = [
      (true, [:], true), (false, [:], false), (true, ["NO_COLOR": "1"], false),
      (true, ["NO_COLOR": ""], true), (true, ["TERM": "dumb"], false),
    ]
    for row in rows {
      let double = double(row.variables)
      _ = run(double, Sample.base, isTerminal: row.isTerminal)
      #expect(double.stdout.contains("\u{1B}[") == row.isColored)
    }
  }

  @Test("a failed step does not stop the later ones")
  func laterSteps() {
    let double = double()
    #expect(run(double, Sample.base) == .invalidResponse)
    let lines = double.stdout.split(separator: "\n").filter { $0.first?.isNumber == true }
    let words = lines.map { $0.split(separator: ": ")[1] }
    #expect(
      words == [
        "ok", "ok", "ok", "ok", "FAILED", "ok", "WARNING", "ok", "skipped", "skipped", "ok",
      ], "\(double.stdout)")
    // The facts of steps without findings are shown only with --verbose.
    #expect(!double.stdout.contains("      mode       0640, owner 0:999, own uid 999\n"))
    _ = run(double, Sample.base + ["--verbose"])
    #expect(double.stdout.contains("      mode       0640, owner 0:999, own uid 999\n"))
    #expect(double.stdout.contains("link to    ..data/token\n"))
  }

  @Test(
    "the access step repeats why the API server step was skipped",
    arguments: [
      Row("no server", [], "pass --server (and --server-ca)"),
      Row("no token", ["--server=https://b.example:6443"], "no token"),
    ] as [Row<[String], String>])
  func skippedAPIServer(row: Row<[String], String>) {
    let double = Sample.world(outcomes: [Sample.response(404, ""), Sample.response(404, "")])
    _ = run(double, Sample.base + row.input)
    let lines = double.stdout.split(separator: "\n").map(String.init)
    #expect(lines.contains("9. API server: skipped: \(row.output)"), "\(double.stdout)")
    #expect(
      lines.contains("10. access: skipped: the API server step was skipped: \(row.output)"),
      "\(double.stdout)")
  }

  @Test("a discovery document with a duplicate member is rejected with the member's name")
  func duplicateMember() {
    let document = #"{"issuer":"https://dex.example/dex","issuer":"https://evil.example"}"#
    let double = Sample.world(
      outcomes: [Sample.response(200, document), Sample.token(Sample.issued)])
    #expect(run(double, Sample.base) == .invalidResponse)
    #expect(
      double.stdout.contains(
        "5. discovery: FAILED: https://dex.example/dex/.well-known/openid-configuration returned "
          + #"JSON with the member "issuer" twice in one object"#), "\(double.stdout)")
  }

  @Test("the verdict is the first and the last line, and names the first failed step")
  func verdict() {
    let double = double()
    _ = run(double, Sample.base)
    let lines = double.stdout.split(separator: "\n")
    #expect(lines.first == lines.last)
    #expect(
      lines.first?.hasPrefix(
        "step 5, discovery, failed: https://dex.example/dex/.well-known/openid-configuration")
        == true)
  }

  @Test("the verdict mentions earlier warnings")
  func verdictWithWarnings() {
    let one = Sample.world(outcomes: [.failure(.connectionRefused)])
    _ = run(one, Sample.base + ["--scopes=openid,foo"])
    #expect(
      one.stdout.split(separator: "\n").last?.hasSuffix(" (see also the warning in step 1)")
        == true, "\(one.stdout)")
    let two = Sample.world(outcomes: [.failure(.connectionRefused)])
    let kubelogin = [
      "kubelogin", "get-token", "--oidc-issuer-url=https://dex.example/dex", "--oidc-client-id=b",
      "--oidc-client-secret=hunter2",
    ]
    _ = run(two, ["--"] + kubelogin)
    #expect(
      two.stdout.split(separator: "\n").last?
        .hasSuffix(" (see also the warnings in steps 1 and 2)") == true, "\(two.stdout)")
    #expect(two.stdout.contains(#""--client-secret-file=FILE""#))
    #expect(!two.stdout.contains("hunter2"))
  }

  @Test("on a narrow terminal, the same words take more lines", arguments: [40, 80])
  func width(_ width: Int) {
    let wide = double()
    _ = run(wide, Sample.base + ["--verbose"])
    let narrow = double()
    _ = run(narrow, Sample.base + ["--verbose"], width: width)
    func words(_ text: String) -> [String] {
      text.split { $0 == " " || $0 == "\n" }.map(String.init)
    }
    func lines(_ text: String) -> Int { text.filter { $0 == "\n" }.count }
    #expect(words(narrow.stdout) == words(wide.stdout))
    #expect(lines(narrow.stdout) > lines(wide.stdout))
  }

  @Test("lines are broken only between words")
  func wrapping() {
    let wrap = TextWrapping(width: 20)
    #expect(
      wrap.lines("one two three four https://dex.example.com/dex end", prefix: "1. x: ", indent: 3)
        == ["1. x: one two three", "   four", "   https://dex.example.com/dex", "   end"])
    #expect(
      wrap.items("likely: (1) one two three four; (2) five", prefix: "   do: ")
        == ["   do: likely:", "       (1) one two", "       three four;", "       (2) five"])
    #expect(
      wrap.facts([Fact("a", "one two three four"), Fact("long", "x")], indent: 2)
        == ["  a     one two", "        three four", "  long  x"])
    #expect(TextWrapping(width: nil).lines("a b", prefix: "x ") == ["x a b"])
    let colored = wrap.lines("one two three", prefix: "1. x: ", .failed, indent: 3, isColored: true)
    #expect(colored == ["1. x: \u{1B}[31mFAILED\u{1B}[0m: one", "   two three"])
  }

  @Test("a token file mounted by subPath is reported")
  func subPathMount() {
    let double = Sample.world(
      files: [
        "/proc/self/mountinfo": .success(
          Array("22 1 8:1 / / rw - ext4\n23 22 8:1 /a /tokens/..1/token ro - tmpfs\n".utf8))
      ])
    _ = run(double, Sample.base)
    #expect(double.stdout.contains("WARNING: the token file is mounted by subPath"))
  }

  @Test("the API server's message for a 403 is shown")
  func forbidden() {
    let document =
      #"{"issuer":"https://dex.example/dex","token_endpoint":"https://dex.example/dex/token"}"#
    let double = Sample.world(
      outcomes: [
        Sample.response(200, document), Sample.token(Sample.issued),
        Sample.response(403, #"{"message":"user \"x\" cannot create"}"#),
      ])
    #expect(run(double, Sample.base + ["--server=https://b.example:6443"]) == .oauthError)
    #expect(
      double.stdout.contains(
        #"9. API server: FAILED: the API server https://b.example:6443 returned 403: user "x""#),
      "\(double.stdout)")
    let sent = double.requests.withLock { $0.last }
    #expect(sent?.url == "https://b.example:6443/apis/authentication.k8s.io/v1/selfsubjectreviews")
    #expect(sent?.headers.contains(.init("Authorization", "Bearer " + Sample.issued)) == true)
  }

  @Test("without any options: exit 2, and no requests are sent")
  func noOptions() {
    let double = Sample.world()
    #expect(run(double, []) == .usage)
    #expect(double.requests.withLock { $0.isEmpty })
    #expect(
      double.stdout.contains(
        "1. settings: FAILED: missing required options: --issuer or --token-url"))
  }

  @Test("text, JSON and --verbose contain no secret")
  func noSecrets() {
    let double = double(["TOKENXCHANGE_CLIENT_SECRET": Self.secret])
    for format in ["text", "json"] {
      _ = run(double, Sample.base + ["--output", format, "--verbose"])
    }
    _ = run(double, Sample.base + ["--client-secret", Self.secret, "--verbose"])
    _ = run(
      double,
      [
        "--verbose", "--issuer=https://me:\(Self.secret)@dex.example",
        "--token-url=\(Sample.issued)",
      ])
    // A key in the place of another value.
    let key = "s3cr3tRANDOM9f8e7d6c5b4a"
    _ = run(double, Sample.base + ["--client-auth=\(key)", "--verbose"])
    let all = double.stdout + double.stderr
    #expect(!all.contains(Self.secret))
    #expect(!all.contains(key))
    #expect(!all.contains("eyJ"))
    #expect(all.contains("set [TOKENXCHANGE_CLIENT_SECRET]"))
    #expect(all.contains("set, not shown [flag]"))
    #expect(all.contains("every user of this machine"))
  }

  @Test("each value is shown with its source")
  func sources() {
    let double = double(["TOKENXCHANGE_TIMEOUT": "3s"])
    _ = run(double, Sample.base + ["--dex-connector=argocd-cluster", "--verbose"])
    #expect(double.stdout.contains("argocd-cluster [--dex-connector]"))
    #expect(double.stdout.contains("3s [TOKENXCHANGE_TIMEOUT]"))
    #expect(double.stdout.contains("target-cluster [flag]"))
    #expect(double.stdout.contains("id_token [default]"))
  }

  @Test("TOKENXCHANGE_OUTPUT applies only to get-token")
  func outputVariable() {
    let double = double(["TOKENXCHANGE_OUTPUT": "token"])
    #expect(run(double, Sample.base) == .invalidResponse)
  }

  @Test("get-token --verbose logs the same facts")
  func verbose() {
    let double = Sample.world(variables: ["TOKENXCHANGE_TIMEOUT": "3s"])
    #expect(double.run(["get-token", "--verbose"] + Sample.base) == .done)
    for part in [
      "--client-id target-cluster [flag]", "--timeout 3s [TOKENXCHANGE_TIMEOUT]", "trust: ",
      "POST https://dex.example/dex/token: 200",
    ] { #expect(double.stderr.contains("ms] " + part), "\(double.stderr)") }
    #expect(!double.stderr.contains("eyJ"))
  }
}
