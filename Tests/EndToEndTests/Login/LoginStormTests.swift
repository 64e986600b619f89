import Foundation
import StandIns
import TestSupport
import Testing

/// Many concurrent processes share one sign-in and one refresh.
@Suite(
  .serialized,
  .enabled(if: LoginFixture.hasTerminals, "script(1) is not installed: apt-get install bsdutils"))
struct LoginStormTests {
  private let fixture: LoginFixture

  init() throws { fixture = try LoginFixture() }

  /// Starts one process in a terminal, then five in terminals and forty-four without, which all
  /// wait.
  private func fifty() async throws -> [LoginRun.Started] {
    let first = try fixture.onTerminal("--no-browser").start()
    try await first.says("and confirm the code")
    let others = try (1..<50).map { number in
      try (number <= 5 ? fixture.onTerminal("--no-browser") : fixture.plain()).start()
    }
    for other in others.prefix(5) { try await other.says("started this sign-in") }
    return [first] + others
  }

  @Test("fifty processes share one sign-in")
  func sharedSignIn() async throws {
    let processes = try await fifty()
    fixture.dex.approve()
    var tokens: Set<String> = []
    for (index, process) in processes.enumerated() {
      let result = await process.result
      #expect(result.code == 0, "\(result.errors)")
      if index > 5 { tokens.insert(result.token ?? "none") }
    }
    #expect(tokens.count == 1 && !tokens.contains("none"))
    #expect(fixture.signIns == 1)
  }

  /// They are started by a shell loop in a terminal, so each of them could open a page.
  @Test("fifty processes in one terminal open one page")
  func onePage() async throws {
    let log = fixture.home.path("pages")
    let browser = try fixture.home.write(
      "#!/bin/sh\necho \"$1\" >> '\(log)'\n", to: "browser", mode: 0o700)
    let words = ([TestBinary.path, "login", "--flow=device"] + fixture.flags).map { "'\($0)'" }
    let line =
      "for n in $(seq 50); do \(words.joined(separator: " ")) > '\(fixture.home.path)/out.'$n & done; "
      + "wait"
    let running = try fixture.onTerminal(shell: line, environment: ["BROWSER": browser]).start()
    try await running.says("started this sign-in")
    fixture.dex.approve()
    let result = await running.result
    let codes = Set(result.output.matches(of: /user_code=([A-Z-]+)/).map(\.output.1))
    #expect(codes.count == 1)
    #expect(fixture.signIns == 1)
    let pages = try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n")
    #expect(pages.count == 1)
    let outputs = try (1...50).map {
      try String(contentsOfFile: fixture.home.path("out.\($0)"), encoding: .utf8)
    }
    #expect(Set(outputs).count == 1)
    #expect(outputs[0].contains(#""kind":"ExecCredential""#))
  }

  @Test("all waiting processes end when the sign-in expires")
  func expiredSignIn() async throws {
    let processes = try await fifty()
    fixture.dex.expireDeviceCodes()
    for process in processes {
      let result = await process.result
      #expect(result.code == 7)
      #expect(result.duration < 40)
    }
    #expect(fixture.signIns == 1)
  }

  @Test("when the process that signs in is killed, one waiting process with a terminal takes over")
  func killedSignIn() async throws {
    let processes = try await fifty()
    // script closes the terminal, which passes the signal on.
    processes[0].process.send(signal: 9)
    try await fixture.signIns(2)
    for process in processes[1...5] {
      try await process.saysTwice("started this sign-in", or: "this one starts another")
    }
    fixture.dex.approve()
    var tokens: Set<String> = []
    var successors = 0
    for (index, process) in processes.enumerated().dropFirst() {
      let result = await process.result
      #expect(result.code == 0, "\(result.errors)")
      if index > 5 { tokens.insert(result.token ?? "none") }
      if result.output.contains("ended before its sign-in was complete") { successors += 1 }
    }
    #expect(successors == 1)
    #expect(tokens.count == 1 && !tokens.contains("none"))
    #expect(fixture.signIns == 2)
  }

  @Test("without a terminal, no process takes over, and all of them end")
  func killedSignInWithoutTerminals() async throws {
    let first = try fixture.onTerminal("--no-browser").start()
    try await first.says("and confirm the code")
    let others = try (1...10).map { _ in try fixture.plain().start() }
    try await Task.sleep(for: .seconds(1))
    first.process.send(signal: 9)
    for other in others {
      let result = await other.result
      #expect(result.code == 7)
      #expect(
        fixture.masked(result.errors) == """
          tokenxchange: the sign-in at DEX that another process started was not completed
          hint: run this again in a terminal: PROGRAM login --issuer=http://DEX/dex \
          --client-id=target-cluster --cache-dir=DIR/cache

          """)
      #expect(result.duration < 20)
    }
    #expect(fixture.signIns == 1)
  }

  @Test("twenty processes share one refresh")
  func sharedRefresh() async throws {
    // The lifetime is so short that the token is not used while another process refreshes it.
    fixture.dex.update { $0.tokenLifetime = 9 }
    #expect(try await fixture.signIn().code == 0)
    fixture.dex.update { $0.tokenLifetime = 600 }
    fixture.dex.inject(.delay(1).forever)
    let processes = try (1...20).map { _ in try fixture.plain().start() }
    var tokens: Set<String> = []
    for process in processes { tokens.insert(await process.result.token ?? "none") }
    #expect(tokens.count == 1 && !tokens.contains("none"))
    #expect(fixture.refreshes == 1)
    #expect(fixture.signIns == 1)
  }
}
