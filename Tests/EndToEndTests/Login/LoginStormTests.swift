import Foundation
import TestSupport
import Testing

/// Many at once: one sign-in, one refresh.
@Suite(
  .serialized,
  .enabled(if: LoginStage.hasTerminals, "script(1) is not installed: apt-get install bsdutils"))
struct LoginStormTests {
  private let stage: LoginStage

  init() throws { stage = try LoginStage() }

  /// One at a terminal, then five more at terminals and forty-four without, all of which wait.
  private func fifty() async throws -> [LoginRun.Started] {
    let first = try stage.onTerminal("--no-browser").start()
    try await first.says("and confirm the code")
    let others = try (1..<50).map { number in
      try (number <= 5 ? stage.onTerminal("--no-browser") : stage.plain()).start()
    }
    for other in others.prefix(5) { try await other.says("Waiting for the sign-in at ") }
    return [first] + others
  }

  @Test func fiftyShareOneSignIn() async throws {
    let processes = try await fifty()
    stage.dex.approve()
    var tokens: Set<String> = []
    for (index, process) in processes.enumerated() {
      let result = await process.result
      #expect(result.code == 0, "\(result.errors)")
      if index > 5 { tokens.insert(result.token ?? "none") }
    }
    #expect(tokens.count == 1 && !tokens.contains("none"))
    #expect(stage.signIns == 1)
  }

  /// As a shell's loop starts them, with nothing between; all could ask and open a page.
  @Test func fiftyAtOnceOpenOnePage() async throws {
    let log = stage.home.path("pages")
    let browser = try stage.home.write(
      "#!/bin/sh\necho \"$1\" >> '\(log)'\n", to: "browser", mode: 0o700)
    let words = ([TestBinary.path, "login"] + stage.flags).map { "'\($0)'" }
    let line =
      "for n in $(seq 50); do \(words.joined(separator: " ")) > '\(stage.home.path)/out.'$n & done; "
      + "wait"
    let running = try stage.onTerminal(shell: line, environment: ["BROWSER": browser]).start()
    try await running.says("Waiting for the sign-in at ")
    stage.dex.approve()
    let result = await running.result
    #expect(result.output.ranges(of: "To sign in at").count == 1)
    #expect(stage.signIns == 1)
    let pages = try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n")
    #expect(pages.count == 1)
    let outputs = try (1...50).map {
      try String(contentsOfFile: stage.home.path("out.\($0)"), encoding: .utf8)
    }
    #expect(Set(outputs).count == 1)
    #expect(outputs[0].contains(#""kind":"ExecCredential""#))
  }

  @Test func fiftyEndWhenItFails() async throws {
    let processes = try await fifty()
    stage.dex.expireDeviceCodes()
    for process in processes {
      let result = await process.result
      #expect(result.code == 7)
      #expect(result.duration < 40)
    }
    #expect(stage.signIns == 1)
  }

  @Test func fiftyEndWhenItIsKilled() async throws {
    let processes = try await fifty()
    // script passes the signal on by closing the terminal.
    processes[0].process.send(signal: 9)
    for (index, process) in processes.enumerated().dropFirst() {
      let result = await process.result
      #expect(result.code == 7)
      guard index <= 5 else { continue }
      #expect(
        stage.masked(result.output).replacing(/process \d+/, with: "process N") == """
          Waiting for the sign-in at DEX that process N asks for.
          tokenxchange: the sign-in at DEX that another process asked for came to nothing
          hint: run this again, or by hand: PROGRAM login --issuer=http://DEX/dex \
          --client-id=target-cluster --no-browser --cache-dir=DIR/cache

          """)
    }
    #expect(stage.signIns == 1)
  }

  @Test func twentyShareOneRefresh() async throws {
    // So short that it is due at once; what the refresh brings is not.
    stage.dex.update { $0.tokenLifetime = 20 }
    #expect(try await stage.signIn().code == 0)
    stage.dex.update { $0.tokenLifetime = 600 }
    stage.dex.inject(.delay(1).forever)
    let processes = try (1...20).map { _ in try stage.plain().start() }
    var tokens: Set<String> = []
    for process in processes { tokens.insert(await process.result.token ?? "none") }
    #expect(tokens.count == 1 && !tokens.contains("none"))
    #expect(stage.refreshes == 1)
    #expect(stage.signIns == 1)
  }
}
