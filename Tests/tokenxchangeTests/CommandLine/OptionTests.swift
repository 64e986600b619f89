import Encoding
import OpenIDConnect
import Platform
import TestSupport
import Testing
import TokenExchange

@testable import tokenxchange

@Suite struct OptionTableTests {
  static let commands = Command.all.flatMap { [$0] + $0.subcommands }

  @Test("option names are unique within a command, and command names are unique")
  func uniqueNames() {
    for command in Self.commands {
      let names = command.options.flatMap(\.names)
      #expect(Set(names).count == names.count, "\(command.name)")
      #expect(
        Set(command.options.compactMap(\.variable)).count
          == command.options.count {
            $0.variable != nil
          }, "\(command.name)")
    }
    #expect(Set(Self.commands.map(\.name)).count == Self.commands.count)
    #expect(Command.table.map(\.name) == Command.all.map(\.name))
  }

  @Test("every help text is a sentence, and flags have no placeholder")
  func helpTexts() {
    for command in Self.commands {
      for option in command.options {
        #expect(option.help.hasSuffix("."), "\(command.name) \(option.name)")
        #expect(
          (option.kind == .flag) == option.placeholder.isEmpty, "\(command.name) \(option.name)")
      }
    }
  }

  @Test("-o, -f and -v stand only for --output, --file and --verbose")
  func letters() {
    let letters = ["-o": "--output", "-f": "--file", "-v": "--verbose"]
    for command in Self.commands {
      for option in command.options {
        for (short, long) in letters {
          #expect(
            option.names.contains(short) == option.names.contains(long),
            "\(command.name) \(option.name)")
        }
      }
    }
  }

  @Test("every example is accepted and sets all required options", arguments: commands.map(\.name))
  func examples(name: String) throws {
    let command = try #require(Command.named(name))
    let words = command.example.split(separator: " ").map(String.init)
    #expect(words.first == "tokenxchange")
    let parsed = try ArgumentParser(arguments: Array(words.dropFirst()), variables: [:]).parse()
    #expect(parsed.command.name == name || !command.subcommands.isEmpty)
    guard case .usage(.missingOptions(let missing, _, _, _)) = parsed.missing() else {
      Issue.record("another error")
      return
    }
    #expect(missing.filter { !$0.isEmpty } == [])
  }

  @Test("defaults are values that the parser accepts")
  func defaults() throws {
    let parsed = try ArgumentParser(arguments: [], variables: [:]).parse()
    #expect(try parsed[.timeout] == 10)
    #expect(try parsed[.expiryMargin] == 0)
    #expect(try parsed[.clientAuth] == .auto)
    #expect(try parsed[.apiVersion] == .auto)
    #expect(try parsed[.output] == .credential)
    #expect(try parsed[.subjectTokenType] == .idToken)
    #expect(parsed[.scopes] == ["openid", "profile", "email", "groups", "federated:id"])
    #expect(try parsed[.tokenFile] == "/var/run/secrets/kubernetes.io/serviceaccount/token")
    let login = try ArgumentParser(arguments: ["login"], variables: [:]).parse()
    #expect(try login[.timeout] == 300)
    #expect(login[.scopes] == LoginConfiguration.defaultScopes)
  }

  @Test("variables are named after the options")
  func variables() {
    #expect(OptionDeclaration.tokenURL.variable == "TOKENXCHANGE_TOKEN_URL")
    #expect(OptionDeclaration.tokenURL.hasVariable(named: "TOKENXCHANGE_TOKEN_URL"))
    #expect(!OptionDeclaration.tokenURL.hasVariable(named: "TOKENXCHANGE_TOKEN-URL"))
    #expect(OptionDeclaration.verbose.variable == nil)
    #expect(!OptionDeclaration.verbose.hasVariable(named: "TOKENXCHANGE_VERBOSE"))
  }
}

@Suite struct ArgumentParserTests {
  func parse(
    _ arguments: [String], _ variables: [String: String] = [:]
  ) throws(UsageError) -> ParsedArguments {
    try ArgumentParser(arguments: arguments, variables: variables).parse()
  }

  @Test(
    "a value may follow an option as a word or after =",
    arguments: [
      ["--issuer", "https://a"], ["--issuer=https://a"], ["get-token", "--issuer=https://a"],
      ["--issuer=https://b", "--issuer=https://a"], ["get-token", "--issuer", "https://a", "--"],
    ])
  func valueForms(arguments: [String]) throws {
    let parsed = try parse(arguments)
    #expect(parsed.command.name == "get-token")
    #expect(try parsed[.issuer]?.text == "https://a")
  }

  @Test("aliases set the same option, and messages use the name on the command line")
  func aliases() throws {
    let parsed = try parse(["--oidc-endpoint", "https://a/token", "--dex-connector=c"])
    #expect(try parsed[.tokenURL]?.text == "https://a/token")
    #expect(try parsed[.connectorID].text == "c")
    #expect(parsed.source(of: .tokenURL) == "--oidc-endpoint")
  }

  @Test(
    "short options are parsed",
    arguments: [
      Row("-o VALUE", ["-o", "json"], "json"), Row("-o=VALUE", ["-o=token"], "token"),
      Row("after the command", ["get-token", "-v", "-o", "json"], "json"),
      Row("-oVALUE", ["-otoken"], "token"), Row("-vo VALUE", ["-vo", "token"], "token"),
      Row("-voVALUE", ["-vojson"], "json"), Row("-vo=VALUE", ["-vo=json"], "json"),
    ])
  func shortOptions(row: Row<[String], String>) throws {
    #expect(try parse(row.input)[.output].rawValue == row.output)
  }

  @Test("-v alone prints the version, and otherwise means --verbose")
  func letterV() throws {
    #expect(try parse(["-v"]).command.name == "version")
    #expect(try parse(["--version"]).command.name == "version")
    #expect(try parse(["token-file", "-v"])[.verbose])
    #expect(try parse(["-v", "--client-id=x"])[.verbose])
  }

  @Test(
    "list values are parsed",
    arguments: [
      Row("commas", ["--scopes=openid,email"], ["openid", "email"]),
      Row("spaces", ["--scopes", "openid email"], ["openid", "email"]),
      Row("repeated options accumulate", ["--scopes=a", "--scopes", "b,c"], ["a", "b", "c"]),
      Row("empty items are dropped", ["--scopes=a,,b ,"], ["a", "b"]),
    ])
  func lists(row: Row<[String], [String]>) throws {
    let variables = ["TOKENXCHANGE_SCOPES": "from-variable"]
    #expect(try parse(row.input, variables)[.scopes] == row.output)
    #expect(try parse([], variables)[.scopes] == ["from-variable"])
  }

  @Test("an empty variable counts as unset")
  func emptyVariables() throws {
    #expect(try !parse([], ["TOKENXCHANGE_CLIENT_ID": ""]).isSet(.clientID))
    #expect(try parse([], ["TOKENXCHANGE_CLIENT_ID": ""]).emptyVariables.count == 1)
    #expect(try parse([], ["TOKENXCHANGE_CLIENT_ID": "a"])[.clientID].text == "a")
    #expect(
      try parse(["--client-id=b"], ["TOKENXCHANGE_CLIENT_ID": "a"])[.clientID].text == "b")
  }

  @Test("a flag overrides the variables of its group")
  func groups() throws {
    let variables = [
      "TOKENXCHANGE_TOKEN_URL": "https://variable/token",
      "TOKENXCHANGE_CLIENT_SECRET": "hunter2",
    ]
    let flags = try parse(["--issuer=https://flag", "--client-secret="], variables)
    #expect(try flags[.tokenURL] == nil)
    #expect(try flags[.issuer]?.text == "https://flag")
    #expect(flags[.clientSecret] == "")
    #expect(try parse([], variables)[.tokenURL]?.text == "https://variable/token")
  }

  @Test("flags accept =true and =false")
  func flags() throws {
    #expect(try parse(["--verbose"])[.verbose])
    #expect(try parse(["--verbose=true"])[.verbose])
    #expect(try !parse(["--verbose", "--verbose=false"])[.verbose])
    #expect(try !parse([], ["TOKENXCHANGE_VERBOSE": "true"])[.verbose])
  }

  @Test(
    "all forms of --help are accepted",
    arguments: [
      Row("long", ["--help"], []), Row("short", ["-h"], []),
      Row("for a command", ["token-file", "--file", "x", "--help"], ["token-file"]),
      Row("for a subcommand", ["generate", "rbac", "-h"], ["generate", "rbac"]),
      Row("help command", ["help", "token-file"], ["token-file"]),
      Row("with -v", ["-vh"], []), Row("with -v of a command", ["login", "-hv"], ["login"]),
    ] as [Row<[String], [String]>])
  func help(row: Row<[String], [String]>) throws {
    let parsed = try parse(row.input)
    #expect(parsed.command.name == "help")
    #expect(parsed.positional == row.output)
  }

  @Test("arguments are split at bytes, so a combining mark belongs to the value")
  func combiningMarks() throws {
    let mark = "\u{301}hunter2"
    #expect(try parse(["--client-secret=" + mark])[.clientSecret] == mark)
    #expect(try parse(["--client-secret", mark])[.clientSecret] == mark)
    #expect(throws: UsageError.unknownOption(nil, command: "get-token", advice: nil)) {
      try parse(["-\u{301}hunter2"])
    }
    #expect(throws: UsageError.unknownOption(nil, command: "get-token", advice: nil)) {
      try parse(["--\u{301}hunter2=x"])
    }
  }

  @Test(
    "inspect accepts the file as an argument or option",
    arguments: [
      Row("argument of inspect", ["inspect", "/t"], "/t"),
      Row("--file of inspect", ["inspect", "--file=/t"], "/t"),
      Row("-f of inspect", ["inspect", "-f", "/t"], "/t"),
      Row("standard input", ["inspect", "-"], "-"), Row("nothing", ["inspect"], nil),
    ] as [Row<[String], String?>])
  func positionalFile(row: Row<[String], String?>) throws {
    #expect(try parse(row.input)[.inspectedFile] == row.output)
  }

  @Test("check FILE is equivalent to check --file FILE")
  func checkedFile() throws {
    #expect(try parse(["check", "/t", "--min-ttl=1m"])[.checkedFile] == "/t")
    #expect(try parse(["check", "--min-ttl=1m", "-f=/t"])[.checkedFile] == "/t")
  }

  @Test(
    "durations are parsed",
    arguments: [
      Row("zero", "0", 0), Row("seconds", "90s", 90), Row("hours and minutes", "1h30m", 5400),
      Row("fraction", "1.5h", 5400), Row("milliseconds", "300ms", 0.3), Row("no unit", "10", nil),
      Row("negative", "-5s", nil), Row("empty", "", nil), Row("not a number", "ten", nil),
      Row("unit first", "s10", nil), Row("days", "1d", nil), Row("overflow", "9999999999h", nil),
      Row("two decimal points", "1.2.3s", nil), Row("non-ASCII digits", "٣s", nil),
    ] as [Row<String, Double?>])
  func durations(row: Row<String, Double?>) {
    #expect(GoDuration.seconds(row.input) == row.output)
  }

  @Test(
    "mistyped words have suggestions",
    arguments: [
      Row("swapped letters", "get-tokne", "get-token"), Row("missing letter", "verson", "version"),
      Row("too different", "frobnicate", nil), Row("short and too different", "x", nil),
    ] as [Row<String, String?>])
  func suggestions(row: Row<String, String?>) {
    #expect(Suggestion.nearest(to: row.input, in: Command.all.map(\.name)) == row.output)
  }
}

/// Messages do not contain a secret that was passed in the wrong place.
@Suite struct MisplacedSecretTests {
  static let token = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJodW50ZXIyIn0.c2VjcmV0"

  @Test(
    "a misplaced secret is not printed",
    arguments: [
      ["--client-secret=", "hunter2"], ["--client-secret=", "--hunter2"],
      ["--client-secret=", "--hunter2=hunter2"], ["--client-secret=", "-hunter2"],
      ["--client-secret", "--hunter2"], ["--client-secret", "pass", "hunter2"],
      ["--client-secret", "pass", "--verbose", "hunter2"],
      ["--client-secret=pass", "--verbose=hunter2"], ["--client-secret=pass", "-hunter2"],
      ["--client-secret-file=", "hunter2"], ["--client-secret-file", "a", "hunter2"],
      ["--client-auth=id:hunter2"], ["--client-auth=hunter2"], ["--client-auth", "a", "hunter2"],
      ["--client-secret:hunter2"], ["--client-secret\u{301}=hunter2"], ["--secret=hunter2"],
      ["--clientsecret=hunter2"], ["--client-secret", "x", "--", "hunter2"],
      ["login", "--client-secret=", "hunter2"], ["-client-secret=hunter2"],
      ["--client-id:hunter2"], ["id:hunter2"], ["inspect", "--client-secret=hunter2"],
      ["inspect", token], ["check", token], ["--verbose", token], [token], ["--" + token],
      ["generate", token], ["help", token], ["completion", token], ["--verbose=" + token],
      ["--timeout=" + token], ["--output=" + token], ["--client-auth=" + token],
    ])
  func isNotPrinted(arguments: [String]) {
    let double = Sample.world(outcomes: [])
    #expect(double.run(arguments) == .usage)
    #expect(double.stdout == "")
    #expect(!double.stderr.contains("hunter2"), "\(double.stderr)")
    #expect(!double.stderr.contains("eyJ"), "\(double.stderr)")
    #expect(double.stderr.split(separator: "\n").count == 2, "\(double.stderr)")
  }
}

/// The output of `tokenxchange` without arguments.
@Suite struct ShortHelpTests {
  private func run(
    _ variables: [String: String] = [:], isTerminal: Bool = true, _ arguments: [String] = []
  ) -> (code: ExitCode, errors: String) {
    let double = WorldDouble(
      variables: variables, terminal: isTerminal ? .interactive : .none)
    let code = double.run(arguments)
    #expect(double.stdout == "")
    return (code, double.stderr)
  }

  @Test("on a terminal, two examples are printed to stderr: exit 2")
  func onATerminal() {
    let result = run()
    #expect(result.code == .usage)
    #expect(result.errors == HelpText().short + "\n")
    #expect(HelpText().short.contains("\n  tokenxchange get-token "))
    #expect(HelpText().short.contains("\n  tokenxchange generate kubeconfig "))
  }

  @Test(
    "otherwise, the missing options are reported",
    arguments: [
      ("no terminal", [:], false, []),
      ("run by client-go", ["KUBERNETES_EXEC_INFO": "{}"], true, []),
      ("a variable is set", ["TOKENXCHANGE_CLIENT_ID": "x"], true, []),
      ("the command is named", [:], true, ["get-token"]),
    ] as [(String, [String: String], Bool, [String])])
  func otherwise(
    name: String, variables: [String: String], isTerminal: Bool, arguments: [String]
  ) {
    let result = run(variables, isTerminal: isTerminal, arguments)
    #expect(result.code == .usage)
    #expect(result.errors.hasPrefix("tokenxchange: missing required options: --issuer"))
  }
}

/// The layout of `--help`.
@Suite struct HelpTests {
  @Test("help lines have at most 100 columns", arguments: OptionTableTests.commands.map(\.name))
  func width(name: String) throws {
    let text = HelpText().command(try #require(Command.named(name)))
    for line in text.split(separator: "\n") { #expect(line.count <= 100, "\(line)") }
    #expect(text.contains("\nExample:\n  tokenxchange "))
    #expect(HelpText().overview.split(separator: "\n").allSatisfy { $0.count <= 100 })
  }

  @Test("options have names and variables in columns, followed by the description")
  func option() {
    let text = HelpText().command(.login)
    #expect(
      text.contains(
        """

        Options:                                            Variable:
          --issuer URL                                      TOKENXCHANGE_ISSUER
                Required unless --kubeconfig. Dex's issuer URL. The token's iss must equal it.
          --client-id ID                                    TOKENXCHANGE_CLIENT_ID
                Required unless --kubeconfig. The Dex client of the target cluster.

        """))
    #expect(text.contains("\nTLS options:  "))
    #expect(text.contains("\nAdvanced options:  "))
    #expect(
      HelpText().command(.getToken).contains("        Required (or --token-url). Dex's issuer URL;")
    )
    #expect(
      HelpText().command(.generateRBAC).contains(
        "        Required unless --direct. The Dex connector"))
  }

  @Test("version --output=json prints JSON")
  func version() throws {
    let double = WorldDouble()
    #expect(double.run(["version", "--output=json"]) == .done)
    let document = try #require(JSON(parsing: Array(double.stdout.utf8)))
    #expect(document["version"]?.string == Version.number)
    #expect(document["libraries"]?.string == LinkedLibraries.versions)
    #expect(document["static"]?.bool != nil)
  }
}
