import Encoding
import FoundationEssentials
import Synchronization
import TestSupport
import Testing
import TokenExchange

@testable import tokenxchange

/// Options from `spec.cluster.config` in KUBERNETES_EXEC_INFO, with `--cluster-config`.
@Suite("Cluster configuration") struct ClusterConfigTests {
  private static let flags = [
    "--issuer=https://dex.example/dex", "--token-file=/tokens/token", "--cluster-config",
  ]

  private static func info(cluster: String) -> String {
    #"{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","#
      + #""spec":{\#(cluster)"interactive":false}}"# + "\n"
  }

  private static func info(config: String) -> String {
    info(cluster: #""cluster":{"server":"https://b.example:6443","config":\#(config)},"#)
  }

  private static func world(
    _ info: String?, _ variables: [String: String] = [:], audience: String = "target-cluster"
  ) -> WorldDouble {
    var variables = variables
    variables["KUBERNETES_EXEC_INFO"] = info
    return Sample.world(
      variables: variables, outcomes: [Sample.token(Sample.issued(audience: audience))])
  }

  /// The form fields that were sent.
  private static func form(_ world: WorldDouble) throws -> [String: String] {
    let body = try #require(world.requests.withLock { $0.first?.body })
    var form: [String: String] = [:]
    for field in String(decoding: body, as: UTF8.self).split(separator: "&") {
      let parts = field.split(separator: "=", maxSplits: 1).map(String.init)
      form[parts[0]] = parts.last?.replacing("%3A", with: ":").replacing("+", with: " ")
    }
    return form
  }

  @Test(
    "all four settings are used, also with option names as keys",
    arguments: [
      Row(
        "keys",
        #"{"clientID":"b","connectorID":"a","audiences":["x","y"],"scopes":["openid","groups"]}"#,
        0),
      Row(
        "option names",
        #"{"client-id":"b","connector-id":"a","audience":"x,y","scopes":"openid groups"}"#, 0),
      Row(
        "an alias, and null for settings that are not set elsewhere",
        #"{"clientID":"b","dex-connector":"a","audience":["x","y"],"scopes":"openid,groups"}"#, 0),
    ])
  func taken(row: Row<String, Int>) throws {
    let world = WorldDouble(
      variables: ["KUBERNETES_EXEC_INFO": Self.info(config: row.input)],
      files: [WorldDouble.tokenPath: .success(Array(Sample.subject.utf8))],
      outcomes: [
        Sample.token(
          Sample.jwt(
            #"{"iss":"https://dex.example/dex","aud":["x","y"],"exp":1795223858,"sub":"Cg"}"#))
      ])
    #expect(world.run(Self.flags) == .done)
    #expect(world.stderr == "")
    let form = try Self.form(world)
    #expect(form["client_id"] == "b")
    #expect(form["connector_id"] == "a")
    #expect(
      form["scope"] == "openid groups audience:server:client_id:x audience:server:client_id:y")
  }

  @Test("options on the command line override the config, which overrides variables")
  func precedence() throws {
    let world = Self.world(
      Self.info(config: #"{"clientID":"config","connectorID":"config","scopes":null}"#),
      [
        "TOKENXCHANGE_CLIENT_ID": "variable", "TOKENXCHANGE_CONNECTOR_ID": "variable",
        "TOKENXCHANGE_SCOPES": "openid",
      ], audience: "config")
    #expect(world.run(Self.flags + ["--dex-connector=flag", "--verbose"]) == .done)
    let form = try Self.form(world)
    #expect(form["client_id"] == "config")
    #expect(form["connector_id"] == "flag")
    #expect(form["scope"] == "openid")
    #expect(
      world.stderr.contains("] --client-id config [spec.cluster.config.clientID]\n"),
      "\(world.stderr)")
    #expect(world.stderr.contains("] --connector-id flag [--dex-connector]\n"))
    #expect(!world.stderr.contains("[spec.cluster.config.connectorID]"))
  }

  @Test("without --cluster-config, the config is not read, regardless of its content")
  func offByDefault() throws {
    let world = Self.world(Self.info(config: #"{"issuer":"https://evil.example","clientID":"b"}"#))
    #expect(world.run(Sample.base) == .done)
    #expect(try Self.form(world)["client_id"] == "target-cluster")
  }

  private static let forbiddenHint =
    "a cluster entry must not choose the server, the trusted CAs or the file to read: pass %@ as an "
    + "argument"

  /// Every get-token option that a cluster must not set, in each spelling.
  static let forbidden: [(key: String, option: String)] = [
    ("issuer", "--issuer"), ("Issuer", "--issuer"), ("tokenURL", "--token-url"),
    ("token-url", "--token-url"), ("token_url", "--token-url"), ("oidcEndpoint", "--token-url"),
    ("clientSecret", "--client-secret-file"), ("client-secret", "--client-secret-file"),
    ("clientSecretFile", "--client-secret-file"), ("clientAuth", "--client-auth"),
    ("tokenFile", "--token-file"), ("token-file", "--token-file"), ("tokenEnv", "--token-env"),
    ("githubActions", "--github-actions"), ("clientCertificate", "--client-certificate"),
    ("clientKey", "--client-key"),
    ("certificateAuthority", "--certificate-authority"),
    ("certificate-authority", "--certificate-authority"),
    ("certificateAuthorityData", "--certificate-authority-data"),
    ("insecureSkipTLSVerify", "--insecure-skip-tls-verify"),
    ("insecure-skip-tls-verify", "--insecure-skip-tls-verify"),
    ("insecureAllowHTTP", "--insecure-allow-http"), ("cacheDir", "--cache-dir"),
  ]

  @Test("a key that decides where a token is sent is rejected by name", arguments: forbidden)
  func forbiddenKeys(key: String, option: String) {
    let world = Self.world(
      Self.info(config: #"{"\#(key)":"x","clientID":"b","connectorID":"a"}"#))
    #expect(world.run(Self.flags) == .usage)
    #expect(world.stdout == "")
    #expect(
      world.stderr == """
        tokenxchange: spec.cluster.config must not set "\(key)"
        hint: \(Self.forbiddenHint.replacing("%@", with: option))

        """)
    #expect(world.requests.withLock { $0.isEmpty })
  }

  @Test("every get-token option is a setting, rejected by name, or unknown")
  func everyOption() {
    let settings = ClusterSetting.all.map(\.option.name)
    let harmless = [
      "subject-token-type", "requested-token-type", "subject-audience", "expiry-margin",
      "expiry-jitter", "api-version", "output", "cluster-config", "cache", "force-refresh",
      "timeout", "verbose",
    ]
    for option in Command.getToken.options where !settings.contains(option.name) {
      let world = Self.world(
        Self.info(config: #"{"\#(option.name)":"x","clientID":"b","connectorID":"a"}"#))
      #expect(world.run(Self.flags) == .usage)
      let start =
        harmless.contains(option.name)
        ? #"tokenxchange: unknown key "\#(option.name)" in spec.cluster.config"#
        : #"tokenxchange: spec.cluster.config must not set "\#(option.name)""#
      #expect(world.stderr.hasPrefix(start + "\n"), "\(world.stderr)")
    }
  }

  private static let known = "known keys: audiences, clientID, connectorID, scopes"

  static let invalid: [Row<String?, [String]>] = [
    Row(
      "the variable is not set", nil,
      [
        "--cluster-config needs KUBERNETES_EXEC_INFO, which is not set",
        "the client sets it; in a shell pass --client-id and --connector-id instead",
      ]),
    Row(
      "provideClusterInfo: false, or Argo CD before 3.5.0", info(cluster: ""),
      [
        "KUBERNETES_EXEC_INFO has no spec.cluster, so spec.cluster.config is missing",
        "add provideClusterInfo: true next to the plugin's command; Argo CD before 3.5.0 ignores "
          + "it: pass --client-id and --connector-id as arguments",
      ]),
    Row(
      "spec.cluster is null", info(cluster: #""cluster":null,"#),
      [
        "KUBERNETES_EXEC_INFO has no spec.cluster, so spec.cluster.config is missing",
        "add provideClusterInfo: true next to the plugin's command; Argo CD before 3.5.0 ignores "
          + "it: pass --client-id and --connector-id as arguments",
      ]),
    Row("no extension", info(config: "null"), noConfig),
    Row(
      "no config, as with the Python client", info(cluster: #""cluster":{"server":"s"},"#),
      noConfig),
    Row("a string", info(config: #""just a string""#), notObject),
    Row("a list", info(config: "[1]"), notObject),
    Row(
      "an unknown key", info(config: #"{"apiVersion":"v1"}"#),
      [#"unknown key "apiVersion" in spec.cluster.config"#, known]),
    Row(
      "a key in another case", info(config: #"{"clientId":"b"}"#),
      [#"unknown key "clientId" in spec.cluster.config"#, "did you mean clientID? " + known]),
    Row(
      "a misspelled key", info(config: #"{"audeinces":[]}"#),
      [#"unknown key "audeinces" in spec.cluster.config"#, "did you mean audiences? " + known]),
    Row(
      "one setting twice", info(config: #"{"clientID":"b","client-id":"b"}"#),
      [
        #"spec.cluster.config sets both "client-id" and "clientID""#,
        "they are the same setting: remove one of them",
      ]),
    Row(
      "a number as client ID", info(config: #"{"clientID":1}"#),
      [#""clientID" in spec.cluster.config is not a string"#, #"write it as "clientID": "…""#]),
    Row(
      "a list as client ID", info(config: #"{"clientID":["b"]}"#),
      [#""clientID" in spec.cluster.config is not a string"#, #"write it as "clientID": "…""#]),
    Row(
      "an object as scopes", info(config: #"{"scopes":{}}"#),
      [
        #""scopes" in spec.cluster.config is not a list of strings"#,
        #"write it as "scopes": ["…"]"#,
      ]),
    Row(
      "a number in audiences", info(config: #"{"audiences":["b",1]}"#),
      [
        #""audiences" in spec.cluster.config is not a list of strings"#,
        #"write it as "audiences": ["…"]"#,
      ]),
    Row("an empty client ID", info(config: #"{"clientID":""}"#), empty("clientID")),
    Row("no audiences", info(config: #"{"audiences":[]}"#), empty("audiences")),
    Row("an empty audience", info(config: #"{"audiences":["b",""]}"#), empty("audiences")),
    Row(
      "a newline in a client ID", info(config: #"{"clientID":"b\n","connectorID":"a"}"#),
      [
        "spec.cluster.config.clientID starts or ends with white space, or contains a control "
          + "character",
        "it is compared byte for byte: does it end with the newline of a file or Secret?",
      ]),
    Row(
      "neither client nor connector", info(config: "{}"),
      [
        "spec.cluster.config has no clientID and connectorID",
        "add them there, or pass --client-id and --connector-id as arguments",
      ]),
    Row(
      "KUBERNETES_EXEC_INFO is not JSON", "garbage",
      [
        "KUBERNETES_EXEC_INFO does not contain a JSON object",
        "kubectl sets it to an ExecCredential of client.authentication.k8s.io/v1 or v1beta1; in a "
          + "shell, unset it",
      ]),
  ]

  private static let noConfig = [
    "spec.cluster.config is missing or null in KUBERNETES_EXEC_INFO",
    "add the extension client.authentication.k8s.io/exec to the kubeconfig's cluster, or config to "
      + "execProviderConfig (Argo CD 3.5.0; before it, use arguments)",
  ]
  private static let notObject = [
    "spec.cluster.config is not a JSON object",
    #"write it as {"clientID": "target-cluster", "connectorID": "cluster-a"}"#,
  ]

  private static func empty(_ key: String) -> [String] {
    [#""\#(key)" in spec.cluster.config is empty"#, "set it, or remove the key"]
  }

  @Test("missing and invalid settings are reported in two lines", arguments: invalid)
  func invalidConfig(row: Row<String?, [String]>) {
    let world = Self.world(row.input)
    // With an explicit version, only the config is read.
    #expect(world.run(Self.flags + ["--api-version=v1"]) == .usage)
    #expect(world.stdout == "")
    #expect(world.stderr == "tokenxchange: \(row.output[0])\nhint: \(row.output[1])\n")
    #expect(world.requests.withLock { $0.isEmpty })
  }

  @Test(
    "the doctor names the source of each option, and reports errors in its first step",
    arguments: [
      Row(
        "settings", #"{"clientID":"b","connectorID":"a"}"#,
        ["ok", "b [spec.cluster.config.clientID]"]),
      Row("an error", #"{"issuer":"x"}"#, ["failed", nil]),
    ])
  func doctor(row: Row<String, [String?]>) throws {
    let world = Self.world(Self.info(config: row.input))
    let parser = ArgumentParser(arguments: ["doctor"] + Self.flags, variables: [:])
    var context = DoctorContext(
      try DoctorPlan(try parser.parse(), world: world.world), log: .silent)
    let step = Doctor.settings(&context)
    #expect(step.status.rawValue == row.output[0])
    #expect(step.facts.first { $0.name == "--client-id" }?.value == row.output[1])
  }

  @Test("the cache key contains the effective values")
  func cacheKey() throws {
    func key(_ config: String, _ flags: [String] = []) throws -> CacheKey? {
      let world = Self.world(Self.info(config: config))
      var arguments = try ArgumentParser(arguments: Self.flags + flags, variables: [:]).parse()
      try arguments.applyClusterConfig(from: world.variables)
      let configuration = try ExchangeConfiguration(arguments, world: world.world)
      return CacheKey(try configuration.request(in: world.world), trust: [])
    }
    let cluster = try key(#"{"clientID":"b","connectorID":"a"}"#)
    #expect(cluster != nil)
    #expect(try key(#"{"client-id":"b","connectorID":"a"}"#) == cluster)
    #expect(try key(#"{"clientID":"x","connectorID":"a"}"#, ["--client-id=b"]) == cluster)
    for other in [
      #"{"clientID":"c","connectorID":"a"}"#, #"{"clientID":"b","connectorID":"x"}"#,
      #"{"clientID":"b","connectorID":"a","audiences":["b"]}"#,
      #"{"clientID":"b","connectorID":"a","scopes":["openid"]}"#,
    ] {
      #expect(try key(other) != cluster, "\(other)")
    }
  }
}
