import Foundation
import Glibc
import StandIns
import TestSupport
import Testing

/// Signals end the sidecar in any state, and no temporary files remain.
@Suite struct SidecarSignalTests {
  /// Whether PID namespaces can be created, which requires root and util-linux.
  static let canUnshare =
    geteuid() == 0
    && (try? ProcessRunner("unshare", ["--pid", "--fork", "true"]).run())?.code == 0

  @Test(
    "a signal during an exchange ends the sidecar: exit 0",
    arguments: [SIGTERM, SIGINT, SIGHUP, SIGQUIT]) func endsDuringExchange(_ number: Int32)
    async throws
  {
    let run = try SidecarRun()
    run.dex.inject(DexFault.delivery(.hang).forever)
    let sidecar = try run.start()
    #expect(try await SidecarRun.wait { run.dex.tokenRequests == 1 })
    let seconds = try await Self.seconds {
      sidecar.send(signal: number)
    } untilEndOf: {
      sidecar
    }
    #expect(seconds < 3)
    #expect(await sidecar.result.ending == .exit(0))
    let names = [SIGTERM: "SIGTERM", SIGINT: "SIGINT", SIGHUP: "SIGHUP", SIGQUIT: "SIGQUIT"]
    #expect(
      await sidecar.result.errors.hasSuffix("tokenxchange: stopping: \(names[number] ?? "")\n"))
    #expect(run.names.isEmpty)
    Soak.report("signal \(number) in mid-exchange: ended after \(seconds) s")
  }

  @Test(
    "if an exchange hangs outside the request, the sidecar restarts and renews",
    .enabled(if: Tracing.isPossible, "SKIPPED: needs strace (apt-get install strace)"))
  func hangs() async throws {
    let run = try SidecarRun()
    let sidecar = try run.start(["--timeout=1s"])
    #expect(try await SidecarRun.wait { run.token != nil })
    let first = run.text
    // The subject token's file system hangs: the call that opens the file does not return.
    let tracer = try ProcessRunner(
      "strace",
      [
        "-f", "-qq", "-o", run.plugin.directory.path("trace"), "-P", run.plugin.tokenFile,
        "-e", "trace=openat", "-e", "inject=openat:delay_enter=60s", "-p", "\(sidecar.pid)",
      ], environment: Tracing.environment
    ).start()
    #expect(try await SidecarRun.wait { Tracing.tracer(of: sidecar.pid) == tracer.pid })
    sidecar.send(signal: SIGUSR1)
    // The kernel's timer ends the run one second after the timeout.
    try await Task.sleep(for: .seconds(2.5))
    #expect(run.dex.tokenRequests == 1)
    tracer.send(signal: SIGINT)
    _ = await tracer.result
    #expect(
      try await SidecarRun.wait {
        run.text != first && sidecar.errorsSoFar.split(separator: "renewed").count > 2
      })
    sidecar.send(signal: SIGTERM)
    let result = await sidecar.result
    #expect(result.ending == .exit(0))
    let lines = result.errors.split(separator: "\n").map { $0.prefix { $0 != "/" } }
      .filter { !$0.hasPrefix("tokenxchange: received SIGUSR1") }
    // If the file was opened before the signal arrived, the signal stays pending, and the sidecar
    // renews once more.
    #expect(
      lines.prefix(3) == [
        "tokenxchange: renewed ",
        "tokenxchange: the exchange hung for more than 1 s (--timeout); starting again",
        "tokenxchange: renewed ",
      ], "\(result.errors)")
    #expect(lines.last == "tokenxchange: stopping: SIGTERM")
  }

  @Test("a signal ends the sidecar even if its log is not read")
  func endsWithUnreadLog() async throws {
    let run = try SidecarRun()
    let log = try FullPipe()
    var words = ProcessRunner("/bin/sh", ["-c", "exec \"$@\" 2>\(log.path)", "sh"])
    words.arguments += [TestBinary.path] + run.flags
    let sidecar = try words.start()
    #expect(try await SidecarRun.wait { run.token != nil })
    let seconds = try await Self.seconds {
      sidecar.send(signal: SIGTERM)
    } untilEndOf: {
      sidecar
    }
    #expect(seconds < 3)
    #expect(await sidecar.result.ending == .exit(0))
  }

  @Test("with nohup, SIGHUP stays ignored") func keepsIgnoringSIGHUP() async throws {
    let run = try SidecarRun()
    let sidecar = try ProcessRunner(
      "/bin/sh", ["-c", "trap '' HUP; exec \"$@\"", "sh", TestBinary.path] + run.flags
    ).start()
    #expect(try await SidecarRun.wait { run.token != nil })
    sidecar.send(signal: SIGHUP)
    usleep(100_000)
    #expect(sidecar.isRunning)
    sidecar.send(signal: SIGTERM)
    #expect(await sidecar.result.ending == .exit(0))
  }

  @Test("renewals continue while the log is not read, and the dropped lines are reported later")
  func renewsThoughItsLogIsNotRead() async throws {
    let run = try SidecarRun()
    var log: [Int32] = [0, 0]
    try #require(pipe(&log) == 0)
    defer { for end in log { close(end) } }
    _ = fcntl(log[0], F_SETFL, O_NONBLOCK)
    _ = fcntl(log[1], F_SETFL, O_NONBLOCK)
    while write(log[1], "....", 4) > 0 {}
    var words = ProcessRunner(
      "/bin/sh", ["-c", "exec \"$@\" 2>/proc/\(getpid())/fd/\(log[1])", "sh"])
    words.arguments += [TestBinary.path] + run.flags
    let sidecar = try words.start()
    for number in 1...5 {
      #expect(try await SidecarRun.wait(3) { run.dex.tokenRequests == number }, "renewal \(number)")
      #expect(try await SidecarRun.wait(3) { run.token != nil })
      try await Task.sleep(for: .milliseconds(50))
      sidecar.send(signal: SIGUSR1)
    }
    var text = ""
    let isCounted = try await SidecarRun.wait {
      var buffer = [UInt8](repeating: 0, count: 65_536)
      let count = read(log[0], &buffer, buffer.count)
      if count > 0 { text += String(decoding: buffer[..<count], as: UTF8.self) }
      sidecar.send(signal: SIGUSR1)
      return text.contains("tokenxchange: dropped ") && text.contains(": renewed ")
    }
    #expect(isCounted, "\(text.suffix(500))")
    sidecar.send(signal: SIGTERM)
    #expect(await sidecar.result.ending == .exit(0))
  }

  /// Whether a process has blocked SIGUSR1, which is the program's first action.
  private static func blocksSIGUSR1(_ pid: Int32) -> Bool {
    let status = (try? String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix("SigBlk:") }
    let mask = line?.split(whereSeparator: \.isWhitespace).last.flatMap { UInt64($0, radix: 16) }
    return (mask ?? 0) & (1 << UInt64(SIGUSR1 - 1)) != 0
  }

  @Test("SIGUSR1 during startup does not end the sidecar") func survivesEarlySIGUSR1() async throws
  {
    let run = try SidecarRun()
    for round in 0..<Soak.scale(10, 200) {
      let sidecar = try run.start()
      // A signal that arrives before the program's first instruction always ends it.
      // Later, while it waits for signals, the kernel reports none as blocked.
      let isReady = try await SidecarRun.wait {
        Self.blocksSIGUSR1(sidecar.pid) || sidecar.errorsSoFar.contains("renewed")
      }
      #expect(isReady)
      for _ in 0..<(10 + round) {
        sidecar.send(signal: SIGUSR1)
        usleep(100)
      }
      #expect(try await SidecarRun.wait { sidecar.errorsSoFar.contains("renewed") })
      sidecar.send(signal: SIGTERM)
      #expect(await sidecar.result.ending == .exit(0))
    }
  }

  @Test("a signal during a write leaves no temporary file") func noTemporaryFile() async throws {
    let run = try SidecarRun()
    for round in 0..<Soak.scale(10, 200) {
      let sidecar = try run.start()
      #expect(try await SidecarRun.wait { sidecar.errorsSoFar.contains("renewed") })
      for _ in 0..<(round % 7) { sidecar.send(signal: SIGUSR1) }
      usleep(UInt32.random(in: 0...6000))
      sidecar.send(signal: SIGTERM)
      #expect(await sidecar.result.ending == .exit(0))
      #expect(run.names == ["token"])
    }
  }

  @Test("--once exits with 128 plus the signal number") func onceExitCode() async throws {
    let run = try SidecarRun()
    run.dex.inject(DexFault.delivery(.hang).forever)
    let sidecar = try run.start(["--once"])
    #expect(try await SidecarRun.wait { run.dex.tokenRequests == 1 })
    sidecar.send(signal: SIGTERM)
    #expect(await sidecar.result.ending == .exit(143))
  }

  @Test(
    "the sidecar as PID 1 ends on SIGTERM and reaps orphans", .enabled(if: canUnshare),
    arguments: [false, true])
  func processOne(hangs: Bool) async throws {
    let run = try SidecarRun()
    if hangs { run.dex.inject(DexFault.delivery(.hang).forever) }
    let unshare = try ProcessRunner(
      "unshare", ["--pid", "--fork", "--kill-child", TestBinary.path] + run.flags
    ).start()
    #expect(try await SidecarRun.wait { run.dex.tokenRequests == 1 })
    #expect(try await SidecarRun.wait { hangs || run.token != nil })
    let children = try String(
      contentsOfFile: "/proc/\(unshare.pid)/task/\(unshare.pid)/children", encoding: .utf8)
    let pid = try #require(Int32(children.trimmingCharacters(in: .whitespaces)))
    // The sidecar, as PID 1 of the namespace, adopts an orphan, which must not remain a zombie.
    _ = try await ProcessRunner(
      "nsenter", ["--target", "\(pid)", "--pid", "/bin/sh", "-c", "(sleep 0.2 &) ; exit 0"],
      environment: ["PATH": "/usr/bin:/bin"]
    ).result()
    let own = "/proc/\(pid)/task/\(pid)/children"
    let isClean = try await SidecarRun.wait(3) {
      (try? String(contentsOfFile: own, encoding: .utf8)) == ""
    }
    #expect(isClean)
    let seconds = try await Self.seconds {
      kill(pid, SIGTERM)
    } untilEndOf: {
      unshare
    }
    #expect(seconds < 3)
    #expect(await unshare.result.ending == .exit(0))
    #expect(await unshare.result.errors.hasSuffix("tokenxchange: stopping: SIGTERM\n"))
    Soak.report("as PID 1, \(hangs ? "in mid-exchange" : "idle"): ended after \(seconds) s")
  }

  private static func seconds<Ignored>(
    from action: () -> Ignored, untilEndOf process: () -> RunningProcess
  ) async throws -> Double {
    let start = ContinuousClock.now
    _ = action()
    return (await process().result.end - start) / .seconds(1)
  }
}
