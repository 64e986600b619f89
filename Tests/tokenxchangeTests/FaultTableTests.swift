import FoundationEssentials
import TestSupport
import Testing
import TokenExchange

@testable import tokenxchange

/// Every fault that a user can meet: its two lines and its exit code, in one reviewed file.
@Suite struct FaultTableTests {
  /// A fault: a name, the world in which it happens, and the command line.
  struct Fault {
    var name: String
    var world: WorldDouble
    var arguments: [String]
    /// What a person is told before it.
    var shown: Set<String> = []

    init(_ name: String, _ world: WorldDouble, _ arguments: [String] = Sample.base) {
      self.name = name
      self.world = world
      self.arguments = arguments
    }
  }

  static func usage(_ name: String, _ arguments: [String], _ variables: [String: String] = [:])
    -> Fault
  {
    Fault(name, Sample.world(variables: variables, outcomes: []), arguments)
  }

  static func more(_ name: String, _ arguments: String...) -> Fault {
    usage(name, Sample.base + arguments)
  }

  static let usageFaults: [Fault] = [
    usage("unknown command", ["get-tokne"]),
    usage("unknown command, far from any", ["frobnicate"]),
    usage("unknown flag", ["--isuer=https://x"]),
    usage("unknown flag, one dash", ["-client-id=x"]),
    usage("flag of another command", ["--file=x"]),
    usage("flag without value", ["--client-id"]),
    usage("flag in the place of a value", ["--client-id", "--connector-id=x"]),
    usage("flag with an empty value", ["--client-id="]),
    usage("stray word", ["--verbose", "get-token"]),
    usage("stray token", Sample.base + [Sample.subject]),
    usage("nothing given", []),
    usage("client missing, variable given", [], ["TOKENXCHANGE_ISSUER": "https://dex.example"]),
    usage("connector missing", ["--issuer=https://dex.example", "--client-id=x"]),
    usage("token-file without a file", ["token-file"]),
    more("boolean with a value", "--verbose=maybe"),
    more("bad URL", "--issuer=dex.example"),
    usage(
      "bad URL in a variable", ["--client-id=a", "--connector-id=b"],
      ["TOKENXCHANGE_ISSUER": "https://"]),
    more("URL with a password", "--issuer=https://me:hunter2@dex.example"),
    more("URL with a query", "--token-url=https://dex.example/token?client_secret=hunter2"),
    more("plain http", "--issuer=http://dex.dex.svc:5556/dex"),
    more("bad duration", "--timeout=10"),
    more("no time at all", "--timeout=0s"),
    more("bad margin", "--expiry-margin=-5s"),
    more("bad token type", "--requested-token-type=jwt"),
    more("bad output", "--output=yaml"),
    more("bad version", "--api-version=v2"),
    more("bad client authentication", "--client-auth=digest"),
    more("secret and no authentication", "--client-auth=none", "--client-secret=x"),
    more("post without a secret", "--client-auth=post"),
    more("two secrets", "--client-secret=x", "--client-secret-file=/s"),
    more("secret file missing", "--client-secret-file=/nowhere"),
    Fault(
      "secret file empty", Sample.world(files: ["/s": .success([0x0A])], outcomes: []),
      Sample.base + ["--client-secret-file=/s"]),
    Fault(
      "secret file of two lines",
      Sample.world(files: ["/s": .success(Array("a\nb\n".utf8))], outcomes: []),
      Sample.base + ["--client-secret-file=/s"]),
    Fault(
      "secret file unreadable",
      Sample.world(files: ["/s": .failure(.unreadable("Permission denied"))], outcomes: []),
      Sample.base + ["--client-secret-file=/s"]),
    more("CA missing", "--certificate-authority=/nowhere"),
    Fault(
      "CA empty", Sample.world(files: ["/ca": .success([])], outcomes: []),
      Sample.base + ["--certificate-authority=/ca"]),
    Fault(
      "CA is no PEM", Sample.world(files: ["/ca": .success([0x30, 0x82])], outcomes: []),
      Sample.base + ["--certificate-authority=/ca"]),
    usage("exec info is no JSON", Sample.base, ["KUBERNETES_EXEC_INFO": "nonsense"]),
    usage("exec info of another kind", Sample.base, ["KUBERNETES_EXEC_INFO": #"{"kind":"Pod"}"#]),
    usage(
      "exec info of an old version", Sample.base,
      [
        "KUBERNETES_EXEC_INFO":
          #"{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1alpha1"}"#
      ]),
  ]

  static func subject(_ name: String, _ content: String, _ arguments: String...) -> Fault {
    Fault(
      name, Sample.world(subject: .success(Array(content.utf8)), outcomes: []),
      Sample.base + arguments)
  }

  static func file(_ name: String, _ fault: FileFault) -> Fault {
    Fault(name, Sample.world(subject: .failure(fault), outcomes: []))
  }

  static let subjectFaults: [Fault] = [
    file("token missing", .missing), file("token unreadable", .unreadable("Permission denied")),
    file("token is a folder", .notRegular("a folder")),
    file("token is a pipe", .notRegular("a pipe")),
    file("token too large", .tooLarge), file("token kept changing", .unstable),
    subject("token empty", " \n"), subject("token binary", "a\u{0}b"),
    subject("token with Bearer", "Bearer x.y.z"), subject("token is no JWT", "hello"),
    subject("token expired", Sample.jwt(#"{"exp":1795220000}"#)),
    subject("token not yet valid", Sample.jwt(#"{"exp":1795226858,"nbf":1795223858}"#)),
    subject("token for someone else", Sample.subject, "--subject-audience=other"),
  ]

  static func transport(
    _ name: String, _ kind: TransportError.Kind, _ detail: String = ""
  ) -> Fault {
    Fault(name, Sample.world(outcomes: [.failure(TransportError(kind, detail: detail))]))
  }

  static let transportFaults: [Fault] = [
    transport("name not found", .nameNotFound), transport("connection refused", .refused),
    transport("connection broken", .reset), transport("time-out", .timedOut),
    transport(
      "unknown issuer", .tls,
      "SSL certificate problem: unable to get local issuer certificate"),
    transport("certificate expired", .tls, "SSL certificate problem: certificate has expired"),
    transport(
      "certificate not yet valid", .tls, "SSL certificate problem: certificate is not yet valid"),
    transport(
      "certificate for another name", .tls,
      "SSL: no alternative certificate subject name matches target host name 'dex.example'"),
    transport("http on the https port", .tls, "error:0A00010B:SSL routines::wrong version number"),
    transport(
      "TLS 1.1 only", .tls, "error:0A00042E:SSL routines::tlsv1 alert protocol version"),
    transport(
      "other TLS fault", .tls, "error:0A000410:SSL routines::sslv3 alert handshake failure"),
    transport("proxy", .proxy, "Received HTTP code 407 from proxy after CONNECT"),
    transport("not sent", .notSent, "this build cannot set TLS and proxy options"),
    transport("anything else", .other, "weird\u{1B}[31m words"),
    transport("answer too large", .tooLarge),
  ]

  static func answer(_ name: String, _ outcome: WorldDouble.Outcome, _ arguments: String...)
    -> Fault
  {
    Fault(name, Sample.world(outcomes: [outcome]), Sample.base + arguments)
  }

  static let answerFaults: [Fault] = [
    answer("HTML page", Sample.answer(200, "<!DOCTYPE html><title>Dex</title>", type: "text/html")),
    answer("HTML page of an ingress", Sample.answer(502, "<html>502</html>", type: "text/html")),
    answer("503 in plain words", Sample.answer(503, "no healthy upstream", type: "text/plain")),
    answer("429", Sample.answer(429, "", headers: ["retry-after": "30"])),
    answer("404", Sample.answer(404, "404 page not found\n", type: "text/plain")),
    answer("403 of a firewall", Sample.answer(403, "<html>", type: "text/html")),
    answer(
      "redirect",
      Sample.answer(
        307, "", headers: ["location": "https://evil.example:8443/steal?token=hunter2"])),
    answer("redirect on the same host", Sample.answer(302, "", headers: ["location": "/login"])),
    answer("redirect to nowhere", Sample.answer(302, "")),
    answer("truncated JSON", Sample.answer(200, #"{"access_token":"ab"#)),
    answer("empty body", Sample.answer(200, "")),
    answer("JSON array", Sample.answer(200, "[]")),
    answer("no token", Sample.answer(200, "{}")),
    answer("token is null", Sample.answer(200, #"{"access_token":null}"#)),
    answer("token is a number", Sample.answer(200, #"{"access_token":1}"#)),
    answer("token is empty", Sample.token("")),
    answer("token with a control character", Sample.token(#"a\u0007b"#)),
    answer("token with a newline", Sample.token(#"a\nb"#)),
    answer("token is half a JWT", Sample.token(String(Sample.issued.prefix(60)))),
    answer("error of a wrong type", Sample.answer(200, #"{"error":{"code":7}}"#)),
    answer("result expired", Sample.token(Sample.issued(expiry: 1_795_223_250))),
    answer("opaque result expired", Sample.token("opaque", more: #","expires_in":0"#)),
    answer("result of another issuer", Sample.token(Sample.issued(issuer: "https://other"))),
    answer("result for someone else", Sample.token(Sample.issued(audience: "other-cluster"))),
    answer("result lacks an audience", Sample.token(Sample.issued), "--audience=peer"),
    answer(
      "refusal with control characters",
      Sample.answer(
        400, #"{"error":"invalid_request","error_description":"a\u001b[31mb\nc\u202e"}"#)),
    answer(
      "refusal without end",
      Sample.answer(
        400,
        #"{"error":"invalid_request","error_description":""#
          + String(repeating: "long ", count: 200) + #""}"#)),
    answer(
      "refusal that echoes the request",
      Sample.answer(
        400,
        #"{"error":"invalid_request","error_description":"bad: secret=hunter2&token="#
          + Sample.subject + #""}"#), "--client-secret=hunter2"),
    answer("refusal with status 200", Sample.answer(200, #"{"error":"invalid_scope"}"#)),
    answer("unauthorized client", Sample.answer(400, #"{"error":"unauthorized_client"}"#)),
    answer("server error", Sample.answer(500, #"{"error":"server_error"}"#)),
    answer(
      "server error, audience", Sample.answer(500, #"{"error":"server_error"}"#),
      "--audience=peer"),
    answer(
      "connector not allowed",
      Sample.answer(
        400,
        #"{"error":"invalid_grant","error_description":"Connector not allowed for this client."}"#)),
    answer("access denied", Sample.answer(401, #"{"error":"access_denied"}"#)),
    answer(
      "client refused, secret sent", Sample.answer(401, #"{"error":"invalid_client"}"#),
      "--client-secret=hunter2"),
    answer("client refused, no secret", Sample.answer(401, #"{"error":"invalid_client"}"#)),
  ]

  @Test func allFaultsAreAsReviewed() {
    var text = ""
    let faults =
      Self.usageFaults + Self.subjectFaults + Self.transportFaults + Self.answerFaults
      + Self.loginFaults
    for fault in faults {
      let code = fault.world.run(fault.arguments)
      #expect(fault.world.stdout == "", "\(fault.name)")
      let lines = fault.world.stderr.split(separator: "\n")
        .filter { !$0.hasPrefix("tokenxchange: warning: ") && !fault.shown.contains(String($0)) }
      #expect(lines.count == 2, "\(fault.name): \(fault.world.stderr)")
      #expect(!fault.world.stderr.contains("hunter2"), "\(fault.name)")
      #expect(!fault.world.stderr.contains("c2VjcmV0LXNpZ25hdHVyZQ"), "\(fault.name)")
      text += "\(fault.name): exit \(code.rawValue)\n" + lines.map { "  \($0)\n" }.joined()
    }
    #expect(Golden.difference(text, from: "faults.txt") == nil)
  }
}
