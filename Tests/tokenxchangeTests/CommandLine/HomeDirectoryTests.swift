import TestSupport
import Testing

@testable import tokenxchange

@Suite("A leading ~/ in an option's path") struct HomeDirectoryTests {
  @Test(
    "is expanded to the home directory",
    arguments: [
      Row("below home", "~/a/b", "/home/me/a/b"), Row("home itself", "~/", "/home/me/"),
      Row("another user's", "~you/a", "~you/a"), Row("in the middle", "/a/~/b", "/a/~/b"),
      Row("absolute", "/a", "/a"), Row("relative", "a", "a"),
    ])
  func expanding(row: Row<String, String>) {
    #expect(HomeDirectory(["HOME": "/home/me"]).expanding(row.input) == row.output)
    #expect(HomeDirectory(["HOME": "/home/me/"]).expanding(row.input) == row.output)
  }

  @Test("cannot be expanded without a usable HOME", arguments: [[:], ["HOME": ""], ["HOME": "a"]])
  func without(variables: [String: String]) {
    #expect(HomeDirectory(variables).expanding("~/a") == nil)
  }

  @Test(
    "is expanded by commands that use the path, and kept by generate",
    arguments: [
      Row("get-token", ["--token-file=~/t"], "/home/me/t"),
      Row("separate value", ["get-token", "--token-file", "~/t"], "/home/me/t"),
      Row("inspect", ["inspect", "--file=~/t"], "/home/me/t"),
      Row("generate", ["generate", "kubeconfig", "--token-file=~/t"], "~/t"),
    ])
  func parsing(row: Row<[String], String>) throws {
    let parsed = try ArgumentParser(arguments: row.input, variables: ["HOME": "/home/me"]).parse()
    let option = try #require(parsed.resolved.first { $0.option.isPath })
    #expect(option.values == [row.output])
  }

  @Test("is expanded in variables, and values that are not paths are unchanged")
  func variables() throws {
    let parsed = try ArgumentParser(
      arguments: ["--client-id=~/a"],
      variables: ["HOME": "/home/me", "TOKENXCHANGE_CACHE_DIR": "~/c"]
    ).parse()
    #expect(parsed.values(of: .cacheDir) == ["/home/me/c"])
    #expect(parsed.values(of: .clientID) == ["~/a"])
  }

  @Test("is kept without HOME")
  func unknownHome() throws {
    let parsed = try ArgumentParser(arguments: ["--token-file=~/t"], variables: [:]).parse()
    #expect(parsed.values(of: .tokenFile) == ["~/t"])
  }
}
