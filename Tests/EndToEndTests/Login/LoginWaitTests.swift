import Foundation
import Glibc
import StandIns
import TestSupport
import Testing

/// Sign-ins with several terminals, and processes that are interrupted or orphaned.
@Suite(
  .enabled(if: LoginFixture.hasTerminals, "script(1) is not installed: apt-get install bsdutils"))
struct LoginWaitTests {
  private let fixture: LoginFixture
  private let browser: String

  init() throws {
    fixture = try LoginFixture()
    let log = fixture.home.path("pages")
    browser = try fixture.home.write(
      "#!/bin/sh\necho \"$1\" >>'\(log)'\n", to: "browser", mode: 0o700)
  }

  /// A run in a terminal that writes its process ID to a file.
  private func start(_ name: String, flow: String) throws -> LoginRun.Started {
    let words = ([TestBinary.path, "login", "--flow=\(flow)"] + fixture.flags).map { "'\($0)'" }
    return try fixture.onTerminal(
      shell: "echo $$ >'\(fixture.home.path(name))'; exec \(words.joined(separator: " "))",
      environment: ["BROWSER": browser]
    ).start()
  }

  private func pid(_ name: String) async throws -> Int32 {
    let path = fixture.home.path(name)
    for _ in 0..<1000 {
      if let text = try? String(contentsOfFile: path, encoding: .utf8),
        let pid = Int32(text.trimmingCharacters(in: .whitespacesAndNewlines))
      {
        return pid
      }
      try await Task.sleep(for: .milliseconds(10))
    }
    throw CocoaError(.fileReadUnknown)
  }

  private var pages: [String] {
    let text = try? String(contentsOfFile: fixture.home.path("pages"), encoding: .utf8)
    return (text ?? "").split(separator: "\n").map(String.init)
  }

  /// Signs the user in on the newest page.
  private func complete(_ flow: String) async throws {
    guard flow == "browser" else {
      fixture.dex.approve()
      return
    }
    let page = try #require(pages.last)
    let browser = FakeBrowser(fixture.site)
    #expect(try await onThread { try browser.open(page) }.status == 200)
  }

  @Test(
    "twelve terminals show one page, and after Ctrl-C in the first, another one takes over",
    arguments: ["device", "browser"])
  func twelve(flow: String) async throws {
    let first = try start("first", flow: flow)
    try await first.says("within ")
    let others = try (2...12).map { try start("other-\($0)", flow: flow) }
    for other in others { try await other.says("started this sign-in") }
    #expect(pages.count == 1)
    let shown = Set(others.map { urls(in: $0.process.outputSoFar) })
    #expect(shown == [urls(in: first.process.outputSoFar)])

    kill(try await pid("first"), SIGINT)
    #expect(await first.result.code == 130)
    for other in others {
      try await other.saysTwice("started this sign-in", or: "this one starts another")
    }
    #expect(pages.count == 2)
    try await complete(flow)
    var successors = 0
    for other in others {
      let result = await other.result
      #expect(result.code == 0, "\(result.output)")
      #expect(result.output.contains("Signed in as kilgore@kilgore.trout"))
      if result.output.contains("ended before its sign-in was complete") { successors += 1 }
    }
    #expect(successors == 1)
    #expect(pages.count == 2)
  }

  private func urls(in output: String) -> Set<String> {
    Set(output.matches(of: /http\S+\/(auth|device)\?\S+/).map { String($0.output.0) })
  }

  @Test("a process whose parent was killed ends immediately, and the next one signs in")
  func orphan() async throws {
    let words = ([TestBinary.path, "login", "--no-browser"] + fixture.flags).map { "'\($0)'" }
    let script = try fixture.home.write(
      "echo $$ >'\(fixture.home.path("parent"))'\n\(words.joined(separator: " ")) >/dev/null\n:\n",
      to: "parent.sh")
    let first = try fixture.onTerminal(shell: "sh '\(script)'; sleep 60").start()
    try await first.says("and confirm the code")
    kill(try await pid("parent"), SIGKILL)
    try await first.says("no process waits for its result")
    #expect(
      fixture.masked(first.process.outputSoFar).contains(
        """
        tokenxchange: the sign-in at DEX ended because no process waits for its result
        hint: the process that started this one, or the reader of its output, has ended

        """))
    let second = try fixture.onTerminal("--no-browser").start()
    try await second.says("and confirm the code")
    #expect(fixture.signIns == 2)
    fixture.dex.approve()
    let result = await second.result
    #expect(result.code == 0)
    #expect(!result.output.contains("started this sign-in"))
    first.process.send(signal: SIGKILL)
    _ = await first.result
  }

  @Test(
    "a process exits immediately when its output is closed", arguments: ["device", "browser"])
  func closedOutput(flow: String) async throws {
    let words = ([TestBinary.path, "login", "--flow=\(flow)", "--no-browser"] + fixture.flags)
      .map { "'\($0)'" }
    let run = try fixture.onTerminal(shell: "\(words.joined(separator: " ")) | sleep 2").start()
    let result = await run.result
    #expect(result.output.contains("no process waits for its result"))
    #expect(result.duration < 20)
  }

  @Test("a waiting process whose parent was killed does not take over")
  func orphanedWaiter() async throws {
    let first = try start("first", flow: "device")
    try await first.says("and confirm the code")
    let words = ([TestBinary.path, "login", "--no-browser"] + fixture.flags).map { "'\($0)'" }
    let script = try fixture.home.write(
      "echo $$ >'\(fixture.home.path("parent"))'\n\(words.joined(separator: " ")) >/dev/null\n:\n",
      to: "parent.sh")
    let second = try fixture.onTerminal(shell: "sh '\(script)'; sleep 60").start()
    try await second.says("started this sign-in")
    kill(try await pid("parent"), SIGKILL)
    try await second.says("no process waits for its result")
    kill(try await pid("first"), SIGINT)
    _ = await first.result
    #expect(fixture.signIns == 1)
    second.process.send(signal: SIGKILL)
    _ = await second.result
  }
}
