import Encoding
import FoundationEssentials
import Glibc
import Synchronization
import TestSupport
import Testing
import TokenExchange

@testable import Platform
@testable import tokenxchange

/// Reading of kubeconfigs, with and without kubectl.
struct KubeconfigReaderTests {
  static let blockStyle = """
    apiVersion: v1
    kind: Config
    preferences: {}
    current-context: b
    contexts:
    - name: a
      context:
        cluster: b
        user: admin
    - context:
        cluster: b
        namespace: team-a
        user: plugin
      name: b
    clusters:
    - name: b
      cluster:
        server: https://b.example:6443
        tls-server-name: b.internal
        proxy-url: http://proxy.example:3128
        certificate-authority: pki/ca.crt
    users:
    - name: admin
      user:
        client-certificate-data: eA==
        client-key-data: c2VjcmV0
    - name: plugin
      user:
        exec:
          apiVersion: client.authentication.k8s.io/v1
          command: ./tokenxchange
          args:
          - login
          - --issuer=https://dex.example/dex
          env:
          - name: A
            value: b
          interactiveMode: IfAvailable
          provideClusterInfo: false
    """

  static let flowStyle = """
    apiVersion: v1
    kind: Config
    current-context: b
    contexts: [{name: b, context: {cluster: b, user: plugin}}]
    clusters: [{name: b, cluster: {server: "https://b.example:6443"}}]
    users: [{name: plugin, user: {exec: {command: tokenxchange}}}]
    """

  static let plugin = ClientConfiguration(
    name: "b", server: "https://b.example:6443",
    authority: .file("/home/me/pki/ca.crt", source: "certificate-authority"),
    tlsServerName: "b.internal", proxyURL: "http://proxy.example:3128", namespaces: ["team-a"],
    credential: .exec(
      ExecCommand(
        command: "/home/me/./tokenxchange",
        arguments: ["login", "--issuer=https://dex.example/dex"],
        variables: [.init(name: "A", value: "b")],
        apiVersion: "client.authentication.k8s.io/v1", interactiveMode: "IfAvailable",
        providesClusterInfo: false)))

  /// A world with these files, and with kubectl if there are results for it.
  private static func world(
    _ files: [String: String] = [:], variables: [String: String] = ["HOME": "/home/me"],
    kubectl: [ChildOutput]? = nil, runs: Runs = Runs()
  ) -> World {
    let contents = files.mapValues { Result<[UInt8], FileReadError>.success(Array($0.utf8)) }
    var world = WorldDouble(
      variables: variables.merging(["PATH": "bin:/usr/bin:/bin"]) { first, _ in first },
      files: contents
    ).world
    world.files.status = { path in
      guard files[path] != nil || path == "/bin/kubectl" || path == "/usr/bin/kubectl" else {
        return nil
      }
      return PathStatus(
        target: nil, realPath: path, mode: path == "/bin/kubectl" ? 0o755 : 0o644, owner: 0,
        group: 0,
        size: 1, modified: Date(timeIntervalSince1970: 0))
    }
    world.files.readableKind = { path in
      path.hasSuffix("kubectl") && kubectl != nil ? .regular : nil
    }
    world.process.run = { child throws(ChildProcessError) in
      let number = runs.children.withLock { list in
        list.append(child)
        return list.count - 1
      }
      guard let kubectl, number < kubectl.count else { throw .timedOut }
      return kubectl[number]
    }
    return world
  }

  final class Runs: Sendable { let children = Mutex<[ChildProcess]>([]) }

  private static func output(_ yaml: String) throws -> ChildOutput {
    let document = try YAMLReader.documents(in: yaml)[0]
    return ChildOutput(output: Array(document.text().utf8))
  }

  private static func failure(_ errors: String) -> ChildOutput {
    ChildOutput(output: [], errors: Array(errors.utf8), exitCode: 1)
  }

  // MARK: - Without kubectl

  @Test("block style is read: the current context, with paths relative to the file")
  func currentContext() throws {
    let world = Self.world(["/home/me/config": Self.blockStyle])
    let found = try KubeconfigReader(world: world).read(file: "/home/me/config", context: nil)
    #expect(found == Self.plugin)
  }

  @Test("another context and JSON are read")
  func otherContext() throws {
    let json = try YAMLReader.documents(in: Self.blockStyle)[0].text(indented: true)
    for text in [Self.blockStyle, json] {
      let world = Self.world(["/home/me/config": text])
      let found = try KubeconfigReader(world: world).read(file: "/home/me/config", context: "a")
      #expect(found.name == "a")
      #expect(found.namespaces == [])
      #expect(found.credential == .clientCertificate)
    }
  }

  @Test("the default file and KUBECONFIG are read, even if some of its files do not exist")
  func defaultFiles() throws {
    let first = "current-context: b\nusers:\n- name: plugin\n  user:\n    token: t\n"
    let files = ["/home/me/.kube/config": Self.blockStyle, "/one": first, "/two": Self.blockStyle]
    var found = try KubeconfigReader(world: Self.world(files)).read(file: nil, context: nil)
    #expect(found.authority == .file("/home/me/.kube/pki/ca.crt", source: "certificate-authority"))
    let variables = ["HOME": "/home/me", "KUBECONFIG": "/none::/one:/two"]
    found = try KubeconfigReader(world: Self.world(files, variables: variables))
      .read(file: nil, context: nil)
    // The first file's user is used, and so is its directory if no file has the CA.
    #expect(found.credential == .token)
    #expect(found.authority == .file("/pki/ca.crt", source: "certificate-authority"))
  }

  @Test(
    "the output of generate kubeconfig is read",
    arguments: [
      ["--auth=login", "--issuer=https://dex.example/dex", "--client-id=b"],
      ["--auth=token-file", "--token-file=/tokens/token"],
      Sample.base,
    ])
  func generated(_ options: [String]) throws {
    let double = Sample.world()
    let code = double.run(
      ["generate", "kubeconfig", "--server=https://b.example:6443"] + options)
    #expect(code == .done, "\(double.stderr)")
    let found = try KubeconfigReader(world: Self.world(["/config": double.stdout]))
      .read(file: "/config", context: nil)
    #expect(found.server == "https://b.example:6443")
    guard case .exec(let exec) = found.credential else {
      Issue.record("no exec")
      return
    }
    #expect(exec.command == "tokenxchange")
    for option in options where option.hasPrefix("--") && !option.hasPrefix("--auth") {
      #expect(exec.arguments.contains(option), "\(option)")
    }
  }

  @Test(
    "unreadable kubeconfigs: exit 2, with the file and the line",
    arguments: [
      Row(
        "flow style", flowStyle,
        "/config, line 4: YAML in flow style, which only kubectl can read"),
      Row(
        "flow style that begins with a brace", "{kind: Config}",
        "/config begins with { but is not JSON"),
      Row("another kind", "kind: Secret", "/config is not a kubeconfig"),
      Row("two documents", "kind: Config\n---\nkind: Config\n", "/config is not a kubeconfig"),
      Row("an empty file", "", "/config is not a kubeconfig"),
      Row("a token", "hunter2-hunter2", "/config, line 1: expected \"key: value\""),
      Row(
        "no current context", "kind: Config\ncontexts:\n- name: x\n",
        "the kubeconfig has no current context"),
      Row(
        "an unknown context", "current-context: y\ncontexts:\n- name: x\n",
        "the kubeconfig has no context \"y\""),
      Row(
        "an unknown cluster",
        "current-context: x\ncontexts:\n- name: x\n  context:\n    cluster: c\n",
        "the context \"x\" of the kubeconfig refers to the cluster \"c\", which does not exist"),
      Row(
        "a number in args", blockStyle.replacing("- login", with: "- 12"),
        "the context \"b\" of the kubeconfig has an invalid args"),
    ])
  func errors(_ row: Row<String, String>) {
    do throws(CommandError) {
      _ = try KubeconfigReader(world: Self.world(["/config": row.input]))
        .read(file: "/config", context: nil)
      Issue.record("was read")
    } catch {
      let diagnosis = Diagnosis(error)
      #expect(diagnosis.message.text == row.output)
      #expect(diagnosis.exitCode == .usage)
      #expect(!diagnosis.hint.text.isEmpty && !diagnosis.lines.joined().contains("hunter2"))
    }
  }

  @Test(
    "without a current context, the hint lists existing contexts",
    arguments: [
      Row("some", ["a", "b"], "pass --context: a, b"),
      Row("none", [], "it has no contexts: is it the right file, and complete?"),
    ])
  func noCurrentContext(_ row: Row<[String], String>) {
    #expect(
      Diagnosis(CommandError.kubeconfig(.noCurrentContext(known: row.input))).hint.text
        == row.output)
  }

  @Test("without a file: exit 2 with the paths")
  func noFile() {
    let error = #expect(throws: CommandError.self) {
      try KubeconfigReader(world: Self.world()).read(file: nil, context: nil)
    }
    #expect(error == .kubeconfig(.noFile(searched: ["/home/me/.kube/config"], ofVariable: false)))
    let missing = #expect(throws: CommandError.self) {
      try KubeconfigReader(world: Self.world()).read(file: "/none", context: nil)
    }
    #expect(
      missing
        == .configuration(
          .unreadableFile(.missing, path: "/none", source: "--kubeconfig", user: 999)))
  }

  @Test("the doctor reports a missing file in KUBECONFIG, and does not examine empty options")
  func missingFileOfVariable() {
    let double = Sample.world(
      variables: ["HOME": "/home/me", "KUBECONFIG": "/none:/neither"], outcomes: [])
    #expect(double.run(["doctor"]) == .usage)
    #expect(
      double.stderr == """
        tokenxchange: no kubeconfig found: /none, /neither of KUBECONFIG do not exist
        hint: correct KUBECONFIG, unset it for ~/.kube/config, or pass --kubeconfig=FILE

        """)
    #expect(double.stdout == "")
  }

  // MARK: - With kubectl

  @Test("kubectl reads flow style, without a shell and without tokenxchange variables")
  func withKubectl() throws {
    let runs = Runs()
    let world = Self.world(
      ["/home/me/config": Self.flowStyle],
      variables: ["HOME": "/home/me", "TOKENXCHANGE_CLIENT_SECRET": "s", "KUBERC": "/evil"],
      kubectl: [try Self.output(Self.blockStyle)], runs: runs)
    let found = try KubeconfigReader(world: world).read(file: "/home/me/config", context: "b")
    #expect(found == Self.plugin)
    let children = runs.children.withLock { $0 }
    #expect(children.count == 1)
    #expect(children.first?.path == "/bin/kubectl")
    #expect(
      children.first?.arguments == [
        "config", "view", "--raw", "-o", "json", "--kubeconfig=/home/me/config", "--minify",
        "--context=b",
      ])
    #expect(
      children.first?.variables == [
        "HOME=/home/me", "PATH=bin:/usr/bin:/bin", "KUBERC=off", "KUBECTL_KUBERC=false",
      ])
  }

  @Test("a context that does not exist is named, although kubectl does not name it")
  func unknownContext() throws {
    let world = Self.world(
      ["/config": Self.flowStyle],
      kubectl: [Self.failure("error: anything"), try Self.output(Self.blockStyle)])
    let error = #expect(throws: CommandError.self) {
      try KubeconfigReader(world: world).read(file: "/config", context: "c")
    }
    #expect(error == .kubeconfig(.unknownContext("c", known: ["a", "b"])))
  }

  @Test("if kubectl cannot read the file, its message is shown without values from the file")
  func kubectlFails() {
    let failure = Self.failure("W1128 x\nerror: yaml: cannot unmarshal !!str `hunter2` into x\n")
    let world = Self.world(["/config": "x"], kubectl: [failure, failure])
    let error = #expect(throws: CommandError.self) {
      try KubeconfigReader(world: world).read(file: "/config", context: nil)
    }
    #expect(
      error
        == .kubeconfig(
          .kubectlFailed(message: "yaml: cannot unmarshal !!str `…` into x", exitCode: 1)))
  }

  @Test("if kubectl hangs: exit 2")
  func kubectlHangs() {
    let world = Self.world(["/config": "x"], kubectl: [])
    let error = #expect(throws: CommandError.self) {
      try KubeconfigReader(world: world).read(file: "/config", context: nil)
    }
    #expect(error == .kubeconfig(.kubectlNotRun(.timedOut, path: "/bin/kubectl")))
    #expect(error.map { Diagnosis($0).exitCode } == .usage)
  }
}
