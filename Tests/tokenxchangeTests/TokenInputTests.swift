import FoundationEssentials
import Platform
import Synchronization
import TestSupport
import Testing
import TokenExchange

@testable import tokenxchange

/// Subject tokens from variables, standard input and GitHub Actions.
@Suite("Subject tokens from CI") struct TokenInputTests {
  static let flags = [
    "--issuer=https://dex.example/dex", "--client-id=target-cluster",
    "--connector-id=argocd-cluster",
  ]
  static let jobToken = Sample.jwt(
    #"{"aud":"dex","exp":1795226858,"iss":"https://token.actions.githubusercontent.com","#
      + #""sub":"repo:org/name:ref:refs/heads/main"}"#)
  static let gitHub = [
    "ACTIONS_ID_TOKEN_REQUEST_URL":
      "https://pipelines.actions.example/x/idtoken?api-version=2.0",
    "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "request-token-of-the-job",
  ]

  private static func terminal(_ input: Result<String, FileReadError>) -> Terminal {
    var terminal = Terminal.none
    terminal.readInput = { _ throws(FileReadError) in Array(try input.get().utf8) }
    return terminal
  }

  private static func world(
    _ variables: [String: String] = [:], input: String? = nil,
    outcomes: [WorldDouble.Outcome] = [Sample.token(Sample.issued)],
    terminal: Terminal? = nil, process: ProcessControl = .failing
  ) -> WorldDouble {
    WorldDouble(
      variables: variables, outcomes: outcomes,
      terminal: terminal ?? input.map { Self.terminal(.success($0)) } ?? .none, process: process)
  }

  private static func sentToken(_ world: WorldDouble) -> Bool {
    let body = world.requests.withLock { $0.last?.body } ?? []
    return String(decoding: body, as: UTF8.self).contains("subject_token=\(jobToken)&")
  }

  @Test("a token from a variable is exchanged")
  func variable() {
    let world = Self.world(["ID_TOKEN": Self.jobToken + "\n"])
    #expect(world.run(Self.flags + ["--token-env=ID_TOKEN"]) == .done)
    #expect(world.stderr == "")
    #expect(Self.sentToken(world))
  }

  @Test("a flag overrides the variables of other sources")
  func precedence() {
    let world = Self.world([
      "ID_TOKEN": Self.jobToken, "TOKENXCHANGE_TOKEN_FILE": "/none",
      "TOKENXCHANGE_GITHUB_ACTIONS": "dex",
    ])
    #expect(world.run(Self.flags + ["--token-env=ID_TOKEN"]) == .done)
    #expect(Self.sentToken(world))
  }

  @Test("the variable is removed from the environment, so that other programs do not receive it")
  func hidden() {
    let unset = Mutex<[String]>([])
    var process = ProcessControl.failing
    process.unsetVariable = { name in unset.withLock { $0.append(name) } }
    let world = Self.world(["ID_TOKEN": Self.jobToken, "HOME": "/h"], process: process)
    #expect(world.run(Self.flags + ["--token-env", "ID_TOKEN"]) == .done)
    #expect(unset.withLock { $0 } == ["ID_TOKEN"])
    var hiding = world.world
    hiding.hideVariable("ID_TOKEN")
    #expect(Browser.variables(of: hiding.variables, hiding: nil) == ["HOME=/h"])
    #expect(hiding.tokenVariable("ID_TOKEN") == Self.jobToken)
  }

  @Test(
    "a token from standard input is exchanged", arguments: ["--token-file=-", "--token-file -"])
  func standardInput(option: String) {
    let world = Self.world(input: Self.jobToken + "\r\n")
    #expect(world.run(Self.flags + option.split(separator: " ").map(String.init)) == .done)
    #expect(world.stderr == "")
    #expect(Self.sentToken(world))
  }

  @Test(
    "a token is requested from GitHub Actions",
    arguments: [
      Row("default audience", ["--github-actions"], ""),
      Row("default audience before another option", ["--github-actions", "--timeout=5s"], ""),
      Row("audience", ["--github-actions", "dex"], "&audience=dex"),
      Row("audience after =", ["--github-actions=dex"], "&audience=dex"),
      Row("empty", ["--github-actions="], ""),
      Row(
        "audience with special characters", ["--github-actions=https://dex.example/a b"],
        "&audience=https%3A%2F%2Fdex.example%2Fa+b"),
    ])
  func gitHubActions(row: Row<[String], String>) {
    let world = Self.world(
      Self.gitHub,
      outcomes: [
        Sample.response(200, #"{"count":1,"value":"\#(Self.jobToken)"}"#),
        Sample.token(Sample.issued),
      ])
    #expect(world.run(Self.flags + row.input) == .done)
    #expect(world.stderr == "")
    #expect(Self.sentToken(world))
    let request = world.requests.withLock { $0.first }
    #expect(request?.method == "GET")
    #expect(request?.url == (Self.gitHub["ACTIONS_ID_TOKEN_REQUEST_URL"] ?? "") + row.output)
    #expect(
      request?.headers.first { $0.name == "Authorization" }?.value
        == "Bearer request-token-of-the-job")
  }

  @Test("the request is sent three times if GitHub's server is unavailable")
  func retries() {
    let world = Self.world(Self.gitHub, outcomes: [Sample.response(503, "")])
    #expect(world.run(Self.flags + ["--github-actions"]) == .network)
    #expect(world.requests.withLock { $0.count } == 3)
  }

  @Test("neither the request token nor the job's token is logged")
  func verbose() {
    let world = Self.world(
      Self.gitHub,
      outcomes: [
        Sample.response(200, #"{"value":"\#(Self.jobToken)"}"#), Sample.token(Sample.issued),
      ])
    #expect(world.run(Self.flags + ["--github-actions=dex", "--verbose"]) == .done)
    #expect(world.stderr.contains("repo:org/name:ref:refs/heads/main"), "\(world.stderr)")
    #expect(!world.stderr.contains("request-token"))
    #expect(!world.stderr.contains(Self.jobToken))
  }

  /// A failed run: options, variables, response, exit code and two lines.
  struct Fault: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var flags: [String]
    var variables: [String: String] = [:]
    var input: String?
    var outcome: WorldDouble.Outcome?
    var code: ExitCode
    var message: String
    var hint: String

    init(
      _ name: String, _ flags: [String], variables: [String: String] = [:],
      input: String? = nil, outcome: WorldDouble.Outcome? = nil, code: ExitCode,
      _ message: String, hint: String
    ) {
      testDescription = name
      self.flags = flags
      self.variables = variables
      self.input = input
      self.outcome = outcome
      self.code = code
      self.message = message
      self.hint = hint
    }
  }

  private static let exported =
    "in GitLab, define it in the job's id_tokens; elsewhere, export it to this step"
  private static let onlyToken = "it must be one token and nothing else"
  private static let otherServer =
    "is a proxy or another server in between? ACTIONS_ID_TOKEN_REQUEST_URL must be GitHub's own"
  private static let permission =
    "set permissions: id-token: write for the job; pull requests from forks do not get it"
  private static let pipe =
    "pipe the token in; in a plugin, use --token-env or a file, and interactiveMode: Never"
  private static let host = "GitHub Actions at pipelines.actions.example"

  static let faults: [Fault] = [
    Fault(
      "unset variable", ["--token-env=ID_TOKEN"], code: .subjectToken,
      "the variable ID_TOKEN (--token-env) is not set", hint: exported),
    Fault(
      "empty variable", ["--token-env=ID_TOKEN"], variables: ["ID_TOKEN": ""], code: .subjectToken,
      "the variable ID_TOKEN (--token-env) is not set", hint: exported),
    Fault(
      "white space", ["--token-env=ID_TOKEN"], variables: ["ID_TOKEN": " \n"], code: .subjectToken,
      "the variable ID_TOKEN is empty", hint: exported),
    Fault(
      "a token instead of the variable's name", ["--token-env=\(jobToken)"], code: .usage,
      "the value of --token-env is not the name of a variable (not shown)",
      hint: "write --token-env=ID_TOKEN, without $: a command line is visible to every user"),
    Fault(
      "invalid variable name", ["--token-env=1 a"], code: .usage,
      "the value of --token-env is not the name of a variable (not shown)",
      hint: "write --token-env=ID_TOKEN, without $: a command line is visible to every user"),
    Fault(
      "an opaque token", ["--token-env=ID_TOKEN"], variables: ["ID_TOKEN": "opaque"],
      code: .subjectToken,
      "the variable ID_TOKEN is not a JWT",
      hint: "is it an ID token? an access token may be opaque"),
    Fault(
      "quotes", ["--token-env=ID_TOKEN"], variables: ["ID_TOKEN": "\"\(jobToken)\""],
      code: .subjectToken,
      "the variable ID_TOKEN contains a token in quotes", hint: onlyToken),
    Fault(
      "two tokens", ["--token-env=ID_TOKEN"], variables: ["ID_TOKEN": "a b"], code: .subjectToken,
      "the variable ID_TOKEN contains spaces or characters that are invalid in a token",
      hint: "it must be one token and nothing else"),
    Fault(
      "expired", ["--token-env=ID_TOKEN"],
      variables: ["ID_TOKEN": Sample.jwt(#"{"exp":1795223198,"iss":"i"}"#)], code: .subjectToken,
      "the token from the variable ID_TOKEN expired 60 s ago, at 2026-11-21T01:06:38Z (local clock: "
        + "2026-11-21T01:07:38Z)",
      hint: "such tokens expire after minutes: request one in the same step, or check the clock"),
    Fault(
      "not yet valid", ["--token-env=ID_TOKEN"],
      variables: ["ID_TOKEN": Sample.jwt(#"{"exp":1795226858,"nbf":1795223858,"iss":"i"}"#)],
      code: .subjectToken,
      "the token from the variable ID_TOKEN is not valid before 2026-11-21T01:17:38Z, in 10 min "
        + "(local clock: 2026-11-21T01:07:38Z)",
      hint: "compare this machine's clock with that of the issuer"),
    Fault(
      "another audience", ["--token-env=ID_TOKEN", "--subject-audience=x"],
      variables: ["ID_TOKEN": jobToken], code: .subjectToken,
      "the token from the variable ID_TOKEN lacks the audience x: it has dex",
      hint: "request the token for this audience, in GitLab with aud in id_tokens: x"),
    Fault(
      "two sources", ["--token-env=ID_TOKEN", "--github-actions"], code: .usage,
      "--token-env and --github-actions cannot be used together",
      hint: "keep one of them: both name the subject token"),
    Fault(
      "a file and a variable", ["--token-file=/t", "--token-env=ID_TOKEN"], code: .usage,
      "--token-file and --token-env cannot be used together",
      hint: "keep one of them: both name the subject token"),
    Fault(
      "empty standard input in a plugin", ["--token-file=-"], input: "", code: .subjectToken,
      "standard input is empty",
      hint:
        "pipe the token in; a client passes no standard input to a plugin: use --token-env"
    ),
    Fault(
      "standard input of an interactive client", ["--token-file=-"],
      variables: [
        "KUBERNETES_EXEC_INFO":
          #"{"apiVersion":"client.authentication.k8s.io/v1","spec":{"interactive":true}}"#
      ], input: jobToken, code: .usage, "--token-file=- cannot read a token from a terminal",
      hint: pipe),
    Fault(
      "JSON on standard input", ["--token-file=-"], input: "{}", code: .subjectToken,
      "standard input contains a JSON document instead of a bare token", hint: onlyToken),
    Fault(
      "a job without the permission", ["--github-actions"], code: .subjectToken,
      "--github-actions: ACTIONS_ID_TOKEN_REQUEST_URL and ACTIONS_ID_TOKEN_REQUEST_TOKEN are not set",
      hint: permission),
    Fault(
      "no request token", ["--github-actions"],
      variables: ["ACTIONS_ID_TOKEN_REQUEST_URL": "https://a.example"], code: .subjectToken,
      "--github-actions: ACTIONS_ID_TOKEN_REQUEST_TOKEN is not set", hint: permission),
    Fault(
      "plain http, even on loopback", ["--github-actions", "--insecure-allow-http"],
      variables: [
        "ACTIONS_ID_TOKEN_REQUEST_URL": "http://127.0.0.1/", "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "t",
      ],
      code: .subjectToken, "ACTIONS_ID_TOKEN_REQUEST_URL is not a usable https URL",
      hint: "the runner of GitHub Actions sets it; do not change it"),
    Fault(
      "a newline in the request token", ["--github-actions"],
      variables: [
        "ACTIONS_ID_TOKEN_REQUEST_URL": "https://a.example",
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "a\nb",
      ], code: .subjectToken,
      "ACTIONS_ID_TOKEN_REQUEST_TOKEN contains a character that is invalid in a token",
      hint: "the runner of GitHub Actions sets it; do not change it"),
    Fault(
      "403", ["--github-actions"], variables: gitHub, outcome: Sample.response(403, "{}"),
      code: .subjectToken,
      "\(host) returned 403 for the ID token",
      hint:
        "is the job still running? its request token is valid only until it ends, and it needs "
        + "permissions: id-token: write"),
    Fault(
      "a redirect", ["--github-actions"], variables: gitHub,
      outcome: Sample.response(302, "", headers: ["location": "https://evil.example"]),
      code: .subjectToken,
      "\(host) returned a redirect (302)", hint: otherServer),
    Fault(
      "a web page", ["--github-actions"], variables: gitHub,
      outcome: Sample.response(200, "<html>", type: "text/html"), code: .subjectToken,
      "the response from \(host) contains no ID token", hint: otherServer),
    Fault(
      "JSON without a token", ["--github-actions"], variables: gitHub,
      outcome: Sample.response(200, #"{"value":""}"#), code: .subjectToken,
      "the response from \(host) contains no ID token", hint: otherServer),
    Fault(
      "a duplicate member", ["--github-actions"], variables: gitHub,
      outcome: Sample.response(200, #"{"value":"a","value":"b"}"#), code: .subjectToken,
      "the response from \(host) has the member \"value\" twice in one object", hint: otherServer),
    Fault(
      "an oversized body", ["--github-actions"], variables: gitHub,
      outcome: .failure(.bodyTooLarge), code: .subjectToken,
      "the response from https://pipelines.actions.example/x/idtoken is larger than 1 MiB",
      hint: otherServer),
    Fault(
      "500", ["--github-actions"], variables: gitHub, outcome: Sample.response(500, ""),
      code: .network,
      "\(host) returned 500 for the ID token",
      hint: "try again; https://www.githubstatus.com shows outages"),
    Fault(
      "unknown host", ["--github-actions"], variables: gitHub,
      outcome: .failure(.nameResolution(NameResolutionError(isServerFailure: false))),
      code: .network,
      "could not resolve host pipelines.actions.example",
      hint: "the token is requested from GitHub Actions: can the runner reach this host?"),
  ]

  @Test("missing and invalid input is reported in two lines", arguments: faults)
  func fault(_ fault: Fault) {
    let world = Self.world(
      fault.variables, input: fault.input, outcomes: fault.outcome.map { [$0] } ?? [])
    #expect(world.run(Self.flags + fault.flags) == fault.code)
    #expect(world.stdout == "")
    #expect(world.stderr == "tokenxchange: \(fault.message)\nhint: \(fault.hint)\n")
  }

  @Test("standard input is not read if it is a terminal")
  func inputTerminal() {
    var terminal = Self.terminal(.success(Self.jobToken))
    terminal.isTerminal = { $0 == 0 }
    let world = Self.world(terminal: terminal)
    #expect(world.run(Self.flags + ["--token-file=-"]) == .usage)
    #expect(
      world.stderr.hasPrefix("tokenxchange: --token-file=- cannot read a token from a terminal\n"))
  }

  @Test(
    "the sidecar requires --once, because such a token is not renewed",
    arguments: ["--token-file=-", "--token-env=ID_TOKEN", "--github-actions"])
  func sidecar(option: String) {
    var process = ProcessControl.failing
    process.signals.endProcess = { _ in }
    let world = Self.world(["ID_TOKEN": Self.jobToken], process: process)
    #expect(world.run(["sidecar", "--write=/w/token"] + Self.flags + [option]) == .usage)
    let name = option == "--token-file=-" ? option[...] : option.prefix { $0 != "=" }
    #expect(
      world.stderr == """
        tokenxchange: \(name) requires --once
        hint: the sidecar reads a new token for each renewal: pass the path of a file

        """)
  }

  @Test("the doctor names the source, and reads the token once")
  func doctor() throws {
    let reads = Mutex(0)
    var terminal = Terminal.none
    terminal.readInput = { _ throws(FileReadError) in
      reads.withLock { $0 += 1 }
      return Array(Self.jobToken.utf8)
    }
    let world = Self.world(outcomes: [.failure(.connectionRefused)], terminal: terminal)
    let parser = ArgumentParser(
      arguments: ["doctor", "--token-file=-"] + Self.flags, variables: [:])
    var context = DoctorContext(
      try DoctorPlan(try parser.parse(), world: world.world), log: .silent)
    _ = Doctor.settings(&context)
    let step = Doctor.subjectToken(&context)
    #expect(step.status == .ok)
    #expect(step.facts.first == Fact("source", "standard input"))
    #expect(step.facts.contains { $0.value.contains("repo:org/name:ref:refs/heads/main") })
    #expect(context.request != nil)
    #expect(reads.withLock { $0 } == 1)
  }
}
