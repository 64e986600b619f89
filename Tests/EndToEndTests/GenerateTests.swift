import Foundation
import StandIns
import TestSupport
import Testing

/// Generated files, parsed by Python's YAML parser, kubectl and a shell.
@Suite(.enabled(if: Python.hasYAML, "python3 has no module yaml: apt-get install python3-yaml"))
struct GenerateTests {
  /// Strings that YAML parsers and shells misinterpret without quotes.
  static let hardToQuote = [
    "yes", "null", "~", "1e3", "0x10", "2026-11-21", "a: b", "- a", "# a", "a #b", "'", "\"", "\\",
    "a\nb", "a\n---\nb: c", "\t", " a ", "{a}", "[a]", "&a", "*a", "!a", "|", ">", "%", "@", "`id`",
    "$(id)", "ü", "日本", "👩‍👩‍👧", "\u{2028}", "\u{85}", "\u{FEFF}", "\u{7F}", "\u{202E}abc", "\u{FFFE}",
    "--flag=value", "it's $HOME",
  ]

  private func generate(_ arguments: [String]) async throws -> String {
    let result = try await ProcessRunner(TestBinary.path, ["generate"] + arguments).result()
    #expect(result.errors == "")
    #expect(result.ending == .exit(0))
    return result.output
  }

  private static let dex = [
    "--server=https://target.example:6443", "--issuer=https://dex.example/dex",
    "--client-id=target-cluster",
  ]

  @Test("values in a kubeconfig are parsed back unchanged")
  func kubeconfigValues() async throws {
    var outputs: [String] = []
    for text in Self.hardToQuote {
      let output = try await generate(
        ["kubeconfig", "--connector-id=\(text)", "--cluster-name=\(text)"] + Self.dex
          + (text.contains(where: \.isWhitespace) ? [] : ["--command=\(text)"]))
      #expect(output.split(separator: "\n").allSatisfy { !$0.contains("\u{2028}") })
      outputs.append(output)
    }
    let documents = try Python.yaml(outputs.joined())
    #expect(documents.count == Self.hardToQuote.count)
    for (text, config) in zip(Self.hardToQuote, documents) {
      #expect(config["current-context"]?.string == text)
      #expect(config["clusters"]?.array?.first?["name"]?.string == text)
      let exec = config["users"]?.array?.first?["user"]?["exec"]
      let command = text.contains(where: \.isWhitespace) ? "tokenxchange" : text
      #expect(exec?["command"]?.string == command)
      let arguments = exec?["args"]?.array?.compactMap(\.string) ?? []
      #expect(arguments.contains("--connector-id=\(text)"))
    }
  }

  @Test("values in the JSON of the cluster Secret are parsed back unchanged")
  func secretValues() async throws {
    var outputs: [String] = []
    for text in Self.hardToQuote {
      outputs.append(
        try await generate(
          ["argocd-cluster", "--connector-id=\(text)", "--cluster-name=\(text)"] + Self.dex))
    }
    let documents = try Python.yaml(outputs.joined())
    #expect(documents.count == Self.hardToQuote.count)
    for (text, secret) in zip(Self.hardToQuote, documents) {
      #expect(secret["stringData"]?["name"]?.string == text)
      let name = try #require(secret["metadata"]?["name"]?.string)
      #expect(try #/[a-z0-9]([-a-z0-9]*[a-z0-9])?/#.wholeMatch(in: name) != nil, "\(name)")
      let config = try JSONValue(parsing: secret["stringData"]?["config"]?.string ?? "")
      let arguments = config["execProviderConfig"]?["args"]?.array?.compactMap(\.string) ?? []
      #expect(arguments.contains("--connector-id=\(text)"))
    }
  }

  @Test(
    "the kubectl commands in the comments create the same kubeconfig",
    .enabled(if: TestBinary.find("kubectl") != nil, "kubectl is not installed"))
  func commandsInComments() async throws {
    let directory = try TemporaryDirectory()
    let connector = "it's \"a\", $HOME `id`\nb#"
    let certificates = ExampleTests.directory.appendingPathComponent("dex/ca.crt").path
    let output = try await generate(
      [
        "kubeconfig", "--connector-id=\(connector)", "--cluster-name=a b", "--scopes=openid,groups",
        "--certificate-authority=\(certificates)", "--server-ca=\(certificates)",
      ] + Self.dex)
    let file = try directory.write(output, to: "generated")
    let commands = output.split(separator: "\n").map { $0.dropFirst(2) }
      .drop { $0 != "To add the same to an existing kubeconfig:" }.dropFirst().prefix { $0 != "" }
    #expect(!commands.contains { $0.contains("LS0t") })
    let kubectl = try #require(TestBinary.find("kubectl"))
    let path = URL(fileURLWithPath: kubectl).deletingLastPathComponent().path
    func view(_ config: String, _ script: String = "") async throws -> JSONValue {
      let result = try await ProcessRunner(
        "/bin/bash", ["-ec", script + "\nkubectl config view --raw -o json >&2"],
        environment: [
          "KUBECONFIG": config, "HOME": directory.path, "PATH": "\(path):/usr/bin:/bin",
        ]
      ).result()
      return try JSONValue(parsing: result.stderr)
    }
    let generated = try await view(file)
    let configured = try await view(directory.path("configured"), commands.joined(separator: "\n"))
    #expect(generated["clusters"] == configured["clusters"])
    #expect(generated["contexts"] == configured["contexts"])
    let (left, right) = (generated["users"]?.array?.first, configured["users"]?.array?.first)
    #expect(left?["name"] == right?["name"])
    for name in ["apiVersion", "args", "command", "interactiveMode", "provideClusterInfo"] {
      #expect(left?["user"]?["exec"]?[name] != nil)
      #expect(left?["user"]?["exec"]?[name] == right?["user"]?["exec"]?[name], "\(name)")
    }
  }

  @Test("opaque usernames in RBAC equal the sub that Dex issued")
  func opaqueUsernames() async throws {
    let output = try await generate([
      "rbac", "--argocd", "--connector-id=argocd-cluster", "--cluster-role=view",
      "--username-claim=sub",
    ])
    let subjects = try Python.yaml(output)[0]["subjects"]?.array?.compactMap { $0["name"]?.string }
    let recorded =
      "CjpzeXN0ZW06c2VydmljZWFjY291bnQ6YXJnb2NkOmFyZ29jZC1hcHBsaWNhdGlvbi1jb250cm9sbGVyEg5hcmdvY2Q"
      + "tY2x1c3Rlcg"
    #expect(subjects?.first == "dex:" + recorded)
    #expect(subjects?.count == 2)
  }

  @Test("the application's kubeconfig names the token file")
  func applicationKubeconfig() async throws {
    let server = "https://target.example.com:6443"
    let output = try await generate(
      ["sidecar", "--image=i", "--connector-id=c", "--server=\(server)"] + Self.dex.dropFirst())
    let documents = try Python.yaml(output)
    let spec = try #require(documents.last?["spec"])
    #expect(spec["securityContext"] == nil)
    let application = try #require(spec["containers"]?.array?.first)
    #expect(application["env"]?.array?.first?["value"]?.string == "/etc/tokenxchange/kubeconfig")
    let kubeconfig = try Python.yaml(documents[0]["data"]?["kubeconfig"]?.string ?? "")[0]
    #expect(
      kubeconfig["users"]?.array?.first?["user"]
        == ["tokenFile": "/var/run/tokenxchange/token"])
    #expect(
      kubeconfig["clusters"]?.array?.first?["cluster"]?["server"]?.string == server)
  }

  @Test("the sidecar is a restartable init container with probes")
  func nativeSidecar() async throws {
    let output = try await generate(
      ["sidecar", "--image=i", "--connector-id=c", "--mode=0640"] + Self.dex.dropFirst())
    let spec = try #require(try Python.yaml(output)[0]["spec"])
    let sidecar = try #require(spec["initContainers"]?.array?.first)
    #expect(sidecar["restartPolicy"]?.string == "Always")
    let arguments = sidecar["args"]?.array?.compactMap(\.string) ?? []
    #expect(
      arguments.prefix(3) == ["sidecar", "--write=/var/run/tokenxchange/token", "--mode=0640"])
    #expect(!arguments.contains { $0.hasPrefix("--expiry-margin") })
    let probe = sidecar["startupProbe"]?["exec"]?["command"]?.array?.compactMap(\.string)
    #expect(probe == ["/tokenxchange", "check", "--file=/var/run/tokenxchange/token"])
    #expect(sidecar["readinessProbe"]?["exec"] == sidecar["startupProbe"]?["exec"])
    #expect(spec["securityContext"]?["fsGroup"]?.integer == 65532)
    #expect(spec["volumes"]?.array?.first?["emptyDir"]?["medium"]?.string == "Memory")
  }
}
