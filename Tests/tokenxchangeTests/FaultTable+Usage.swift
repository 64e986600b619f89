import Encoding
import FoundationEssentials
import Glibc
import Platform
import TokenExchange

@testable import tokenxchange

/// The rows of the table of faults.
enum FaultTable {
  /// A fault: a name, the world in which it occurs, and the command line.
  struct Fault: Sendable {
    var name: String
    /// Creates the world, a new one for each run.
    var world: @Sendable () -> WorldDouble
    var arguments: [String]
    /// Lines that are printed before the error.
    var shown: Set<String> = []

    /// Creates a row; without arguments, the run would succeed.
    init(
      _ name: String, _ world: @autoclosure @escaping @Sendable () -> WorldDouble,
      _ arguments: [String] = Sample.base
    ) {
      self.name = name
      self.world = world
      self.arguments = arguments
    }
  }

  static func given(_ name: String, _ arguments: [String], _ variables: [String: String] = [:])
    -> Fault
  {
    Fault(name, Sample.world(variables: variables, outcomes: []), arguments)
  }

  static func more(_ name: String, _ arguments: String...) -> Fault {
    given(name, Sample.base + arguments)
  }

  static let usage: [Fault] = [
    given("unknown command", ["get-tokne"]),
    given("unknown command, far from any", ["frobnicate"]),
    given("unknown flag", ["--isuer=https://x"]),
    given("unknown flag, one dash", ["-client-id=x"]),
    given("flag of another command", ["--file=x"]),
    given("flag without value", ["--client-id"]),
    given("flag instead of a value", ["--client-id", "--connector-id=x"]),
    given("flag with an empty value", ["--client-id="]),
    given("stray argument", ["--verbose", "get-token"]),
    given("stray token", Sample.base + [Sample.subject]),
    given("stray argument after --", ["--", "foo"]),
    given("--help with a value", ["--help=foo"]),
    given("unknown letter among short options", ["token-file", "-vx"]),
    given("long option with one dash", ["get-token", "-output=json"]),
    given("no arguments", []),
    given("client missing, variable given", [], ["TOKENXCHANGE_ISSUER": "https://dex.example"]),
    given("connector missing", ["--issuer=https://dex.example", "--client-id=x"]),
    given("token-file without a file", ["token-file"]),
    more("boolean with a value", "--verbose=maybe"),
    given(
      "client missing, variable empty", ["--issuer=https://dex.example"],
      ["TOKENXCHANGE_CLIENT_ID": ""]),
    given(
      "issuer missing, variable misspelled", ["--client-id=x", "--connector-id=y"],
      ["TOKENXCHANGE_ISSUR": "https://dex.example"]),
    given("unknown flag, capitals", ["--ISSUER=https://x"]),
    given("--version after a command", ["get-token", "--version"]),
    given("boolean followed by a word", ["--verbose", "true"]),
    given("stray word after a secret", ["--client-secret=", "hunter2"]),
    given("stray word after an option", ["--client-id=x", "oops"]),
    given("kubelogin option", ["login", "--oidc-issuer-url=https://dex.example"]),
    given("kubelogin scopes", ["login", "--oidc-extra-scope=groups"]),
    given("unknown kind", ["generate", "kubeconfg"]),
    given("no kind", ["generate"]),
    given("no directory", ["install"]),
    given(
      "two directories after an option", ["publish-issuer", "--public-url=https://x", "a", "b"]),
    given(
      "two directories before an option", ["publish-issuer", "a", "b", "--public-url=https://x"]),
    given("short help after an unknown letter", ["-xh"]),
    given("file twice", ["inspect", "/t", "--file=/t"]),
    given("two files", ["check", "/t", "/u"]),
    given("token instead of a file", ["inspect", Sample.subject]),
    given("token instead of an option's file", ["token-file", "--file=" + Sample.subject]),
    more("token instead of --token-file", "--token-file=" + Sample.subject),
    given(
      "token instead of a file in a variable", Array(Sample.base.dropLast()),
      ["TOKENXCHANGE_TOKEN_FILE": "Bearer " + Sample.subject]),
    given("token for check", ["check", Sample.subject]),
    given("check without a file", ["check"]),
    given("unknown shell", ["completion", "tcsh"]),
    given("generate without its options", ["generate", "api-server"]),
    given("generate --direct without its options", ["generate", "api-server", "--direct"]),
    more("empty list", "--scopes=,"),
    more("identifier with a newline", "--client-id=target-cluster\n"),
    more("malformed URL", "--issuer=https://[::1"),
    more("URL with non-ASCII characters", "--issuer=https://däx.example"),
    more("URL with a space", "--issuer=https://dex example"),
    more("bad URL", "--issuer=dex.example"),
    given(
      "bad URL in a variable", ["--client-id=a", "--connector-id=b"],
      ["TOKENXCHANGE_ISSUER": "https://"]),
    more("URL with a password", "--issuer=https://me:hunter2@dex.example"),
    more("URL with a query", "--token-url=https://dex.example/token?client_secret=hunter2"),
    more("URL with a fragment", "--issuer=https://dex.example/dex#hunter2"),
    more("URL with port 0", "--issuer=https://dex.example:0/dex"),
    more("plain http", "--issuer=http://dex.dex.svc:5556/dex"),
    more("bad duration", "--timeout=10"),
    more("duration in words", "--timeout=ten minutes"),
    more("duration with spaces", "--timeout= 10s "),
    more("zero timeout", "--timeout=0s"),
    more("timeout below a millisecond", "--timeout=1ns"),
    more("timeout above a day", "--timeout=25h"),
    more("timeout that is far too long", "--timeout=9999999h"),
    more("margin above a year", "--expiry-margin=8761h"),
    given(
      "renewal that is too early",
      ["generate", "sidecar", "--image=x", "--refresh-before=9000h"] + Sample.base),
    given("minimum lifetime above a year", ["check", "/t", "--min-ttl=9999999h"]),
    given(
      "token lifetime that is too long",
      ["generate", "dex", "--with-login", "--issuer=https://x", "--client-id=y"]
        + ["--token-lifetime=9999999h"]),
    more("bad margin", "--expiry-margin=-5s"),
    more("bad token type", "--requested-token-type=jwt"),
    more("bad output", "--output=yaml"),
    more("bad version", "--api-version=v2"),
    more("bad client authentication", "--client-auth=digest"),
    more("CA without verification", "--insecure-skip-tls-verify", "--certificate-authority=/ca"),
    more("two CAs", "--certificate-authority-data=QQ==", "--certificate-authority=/ca"),
    more("CA data is not base64", "--certificate-authority-data=%"),
    more("CA data is PEM", "--certificate-authority-data=-----BEGIN CERTIFICATE-----"),
    more("secret without authentication", "--client-auth=none", "--client-secret=x"),
    more("post without a secret", "--client-auth=post"),
    more("two secrets", "--client-secret=x", "--client-secret-file=/s"),
    given("exec info is not JSON", Sample.base, ["KUBERNETES_EXEC_INFO": "nonsense"]),
    given(
      "exec info with a duplicate member", Sample.base,
      ["KUBERNETES_EXEC_INFO": #"{"kind":"ExecCredential","kind":"ExecCredential"}"#]),
    given("exec info of another kind", Sample.base, ["KUBERNETES_EXEC_INFO": #"{"kind":"Pod"}"#]),
    given(
      "exec info of an old version", Sample.base,
      [
        "KUBERNETES_EXEC_INFO":
          #"{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1alpha1"}"#
      ]),
  ]

  /// A configuration file with the given content.
  static func file(_ name: String, _ content: [UInt8], _ flag: String) -> Fault {
    Fault(
      name, Sample.world(files: ["/f": .success(content)], outcomes: []),
      Sample.base + [flag + "=/f"])
  }

  static func file(_ name: String, _ content: String, _ flag: String) -> Fault {
    file(name, Array(content.utf8), flag)
  }

  static let files: [Fault] = [
    more("secret file missing", "--client-secret-file=/nowhere"),
    more("secret instead of its file", "--client-secret-file=hunter2"),
    more("base64 secret instead of its file", "--client-secret-file=/hunter2+a=="),
    more("base64 secret with a slash", "--client-secret-file=/hun7ER2xq9ZkP4wT1mB8sLd3vY6"),
    more("secret instead of the CA", "--certificate-authority=hun7ER2xq9ZkP4wT1mB8sLd3vY6"),
    more("key missing", "--client-certificate=/nowhere", "--client-key=/nowhere"),
    more("PEM instead of its file", "--certificate-authority=-----BEGIN CERTIFICATE-----\nQQ=="),
    more(
      "key instead of its file", "--client-certificate=/c",
      "--client-key=-----BEGIN PRIVATE KEY-----\nhunter2/"),
    more(
      "opaque token instead of its file",
      "--token-file=hunter2/" + String(repeating: "x", count: 300)),
    Fault(
      "path that is too long",
      Sample.world(files: ["/ca": .failure(.system(errno: ENAMETOOLONG))], outcomes: []),
      Sample.base + ["--certificate-authority=/ca"]),
    Fault(
      "links in a circle",
      Sample.world(files: ["/ca": .failure(.system(errno: ELOOP))], outcomes: []),
      Sample.base + ["--certificate-authority=/ca"]),
    Fault(
      "secret file empty", Sample.world(files: ["/s": .success([0x0A])], outcomes: []),
      Sample.base + ["--client-secret-file=/s"]),
    Fault(
      "secret file with two lines",
      Sample.world(files: ["/s": .success(Array("a\nb\n".utf8))], outcomes: []),
      Sample.base + ["--client-secret-file=/s"]),
    Fault(
      "secret file unreadable",
      Sample.world(files: ["/s": .failure(.system(errno: EACCES))], outcomes: []),
      Sample.base + ["--client-secret-file=/s"]),
    more("CA missing", "--certificate-authority=/nowhere"),
    file("CA empty", [], "--certificate-authority"),
    Fault(
      "CA is not PEM", Sample.world(files: ["/ca": .success([0x30, 0x82])], outcomes: []),
      Sample.base + ["--certificate-authority=/ca"]),
    file("CA truncated", "-----BEGIN CERTIFICATE-----\nMIIB", "--certificate-authority"),
    file(
      "CA is a key", "-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n",
      "--certificate-authority"),
    file(
      "CA is not a certificate", "-----BEGIN CERTIFICATE-----\nQUJD\n-----END CERTIFICATE-----\n",
      "--certificate-authority"),
    file("secret is binary", [0xFF], "--client-secret-file"),
  ]

  static func token(_ name: String, _ content: String, _ arguments: String...) -> Fault {
    Fault(
      name, Sample.world(subject: .success(Array(content.utf8)), outcomes: []),
      Sample.base + arguments)
  }

  static func tokenFile(_ name: String, _ fault: FileReadError) -> Fault {
    Fault(name, Sample.world(subject: .failure(fault), outcomes: []))
  }

  static let subject: [Fault] = [
    tokenFile("token missing", .missing),
    more("opaque token instead of its file, short", "--token-file=hun7ER2xq9ZkP4wT1mB8sLd3vY6"),
    more("token missing, relative path", "--token-file=my-service-account-token-2026"),
    tokenFile("token unreadable", .system(errno: EACCES)),
    tokenFile("token on a broken disk", .system(errno: EIO)),
    tokenFile("token is a directory", .notRegular(.directory)),
    tokenFile("token is a pipe", .notRegular(.pipe)),
    tokenFile("token behind links in a circle", .system(errno: ELOOP)),
    token("token with a duplicate claim", Sample.jwt(#"{"aud":"a","aud":"b"}"#)),
    tokenFile("token too large", .tooLarge), tokenFile("token kept changing", .unstable),
    token("token empty", " \n"), token("token binary", "a\u{0}b"),
    token("token with Bearer", "Bearer x.y.z"), token("token is not a JWT", "hello"),
    token("token expired", Sample.jwt(#"{"exp":1795220000}"#)),
    token("token not yet valid", Sample.jwt(#"{"exp":1795226858,"nbf":1795223858}"#)),
    token("token for another audience", Sample.subject, "--subject-audience=other"),
  ]
}
