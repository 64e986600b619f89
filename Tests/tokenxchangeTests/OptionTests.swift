import TestSupport
import Testing
import TokenExchange

@testable import tokenxchange

@Suite struct OptionTableTests {
  @Test func namesAndVariablesAreUnique() {
    for command in Command.all {
      let spellings = command.options.flatMap(\.spellings)
      #expect(Set(spellings).count == spellings.count, "\(command.name)")
    }
    #expect(Set(Command.all.map(\.name)).count == Command.all.count)
    #expect(Command.table.map(\.name) == Command.all.map(\.name))
  }

  @Test func everyRowHasAnEnding() {
    for command in Command.all {
      for spec in command.options {
        #expect(spec.help.hasSuffix("."), "\(command.name) \(spec.name)")
        #expect((spec.kind == .flag) == spec.placeholder.isEmpty, "\(command.name) \(spec.name)")
      }
    }
  }

  @Test func variablesFollowNames() {
    #expect(OptionSpec.tokenURL.variable == "TOKENXCHANGE_TOKEN_URL")
    #expect(OptionSpec.verbose.variable == nil)
  }
}

@Suite struct ArgumentParserTests {
  func parse(
    _ arguments: [String], _ variables: [String: String] = [:]
  ) throws(Problem) -> Invocation {
    try ArgumentParser(arguments: arguments, variables: variables).parse()
  }

  @Test(arguments: [
    ["--issuer", "https://a"], ["--issuer=https://a"], ["get-token", "--issuer=https://a"],
    ["--issuer=https://b", "--issuer=https://a"], ["get-token", "--issuer", "https://a", "--"],
  ])
  func spellingsOfAValue(arguments: [String]) throws {
    let invocation = try parse(arguments)
    #expect(invocation.command.name == "get-token")
    #expect(invocation.text(.issuer) == "https://a")
  }

  @Test func theNamesOfTheGoToolMeanTheSame() throws {
    let invocation = try parse(["--oidc-endpoint", "https://a/token", "--dex-connector=c"])
    #expect(invocation.text(.tokenURL) == "https://a/token")
    #expect(invocation.text(.connectorID) == "c")
    #expect(invocation.source(.tokenURL) == "--oidc-endpoint")
  }

  @Test(arguments: [
    Row("commas", ["--scopes=openid,email"], ["openid", "email"]),
    Row("spaces", ["--scopes", "openid email"], ["openid", "email"]),
    Row("repeats add up", ["--scopes=a", "--scopes", "b,c"], ["a", "b", "c"]),
    Row("empty items are dropped", ["--scopes=a,,b ,"], ["a", "b"]),
  ])
  func lists(row: Row<[String], [String]>) throws {
    let variables = ["TOKENXCHANGE_SCOPES": "from-variable"]
    #expect(try parse(row.input, variables).list(.scopes) == row.output)
    #expect(try parse([], variables).list(.scopes) == ["from-variable"])
  }

  @Test func anEmptyVariableIsUnset() throws {
    #expect(try parse([], ["TOKENXCHANGE_CLIENT_ID": ""]).text(.clientID) == nil)
    #expect(try parse([], ["TOKENXCHANGE_CLIENT_ID": "a"]).text(.clientID) == "a")
    #expect(
      try parse(["--client-id=b"], ["TOKENXCHANGE_CLIENT_ID": "a"]).text(.clientID) == "b")
  }

  @Test func aGroupIsWonWhole() throws {
    let variables = [
      "TOKENXCHANGE_TOKEN_URL": "https://variable/token",
      "TOKENXCHANGE_CLIENT_SECRET": "hunter2",
    ]
    let flags = try parse(["--issuer=https://flag", "--client-secret="], variables)
    #expect(flags.text(.tokenURL) == nil)
    #expect(flags.text(.issuer) == "https://flag")
    #expect(flags.text(.clientSecret) == "")
    #expect(try parse([], variables).text(.tokenURL) == "https://variable/token")
  }

  @Test func booleanFlagsTakeTrueAndFalse() throws {
    #expect(try parse(["--verbose"]).isOn(.verbose))
    #expect(try parse(["--verbose=true"]).isOn(.verbose))
    #expect(try !parse(["--verbose", "--verbose=false"]).isOn(.verbose))
    #expect(try !parse([], ["TOKENXCHANGE_VERBOSE": "true"]).isOn(.verbose))
  }

  @Test(
    arguments: [
      Row("long", ["--help"], []), Row("short", ["-h"], []),
      Row("of a command", ["token-file", "--file", "x", "--help"], ["token-file"]),
      Row("word", ["help", "token-file"], ["token-file"]),
    ] as [Row<[String], [String]>])
  func help(row: Row<[String], [String]>) throws {
    let invocation = try parse(row.input)
    #expect(invocation.command.name == "help")
    #expect(invocation.operands == row.output)
  }

  @Test(
    arguments: [
      Row("zero", "0", 0), Row("seconds", "90s", 90), Row("both", "1h30m", 5400),
      Row("fraction", "1.5h", 5400), Row("milliseconds", "300ms", 0.3), Row("bare", "10", nil),
      Row("negative", "-5s", nil), Row("empty", "", nil), Row("words", "ten", nil),
      Row("unit first", "s10", nil), Row("days", "1d", nil), Row("overflow", "9999999999h", nil),
      Row("two points", "1.2.3s", nil), Row("non-ASCII digits", "٣s", nil),
    ] as [Row<String, Double?>])
  func durations(row: Row<String, Double?>) {
    #expect(GoDuration.seconds(row.input) == row.output)
  }

  @Test(
    arguments: [
      Row("swap", "get-tokne", "get-token"), Row("one missing", "verson", "version"),
      Row("far", "frobnicate", nil), Row("short and far", "x", nil),
    ] as [Row<String, String?>])
  func suggestions(row: Row<String, String?>) {
    #expect(Suggestion.nearest(to: row.input, in: Command.all.map(\.name)) == row.output)
  }
}
