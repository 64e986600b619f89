import Foundation
import Glibc
import StandIns
import TestSupport
import Testing

/// The sidecar as a process: the content of its file, and its behaviour during outages.
@Suite struct SidecarProcessTests {
  @Test("readers see only complete, valid tokens") func readers() async throws {
    let seconds = Soak.scale(7.0, 60)
    let run = try SidecarRun(tokenLifetime: 10)
    // The short variant has a margin of a few seconds for a slow machine.
    let sidecar = try run.start(Soak.scale(["--refresh-before", "7s"], []))
    #expect(try await SidecarRun.wait { run.token != nil })
    let reader = TokenReader(run.file, keys: [run.dex.configuration.signingKey])
    try await Task.sleep(for: .seconds(seconds))
    let sights = reader.stop()
    sidecar.send(signal: SIGTERM)
    let result = await sidecar.result
    #expect(result.ending == .exit(0))
    let renewals = result.errors.split(separator: "\n").count { $0.contains(": renewed ") }
    #expect(sights.reads > Int(seconds * Soak.scale(20, 200)))
    #expect(sights.tokens >= Soak.scale(2, 6))
    #expect(sights.missing + sights.empty + sights.partial + sights.expired == 0)
    #expect(renewals == run.dex.tokenRequests)
    Soak.report("tokens of 10 s for \(seconds) s: \(renewals) renewals, \(sights)")
  }

  /// The kinds of outages.
  enum Outage: CaseIterable, Sendable {
    case stopped
    case failing
  }

  @Test("renewal resumes after an outage", arguments: Outage.allCases)
  func outage(_ outage: Outage) async throws {
    let seconds = Soak.scale(4.0, 30)
    let run = try SidecarRun(tokenLifetime: 60)
    let sidecar = try run.start()
    #expect(try await SidecarRun.wait { run.token != nil })
    let kept = run.text
    if outage == .stopped { run.dex.stop() } else { run.dex.inject(DexFault.status(503).forever) }
    run.dex.resetCounters()
    sidecar.send(signal: SIGUSR1)
    try await Task.sleep(for: .seconds(seconds))
    let requests = run.dex.tokenRequests
    #expect(run.text == kept)
    #expect(requests <= 12)
    let start = ContinuousClock.now
    if outage == .stopped { try run.dex.server.resume() } else { run.dex.clearFaults() }
    #expect(try await SidecarRun.wait(6) { run.text.map { $0 != kept } ?? false })
    let wait = (ContinuousClock.now - start) / .seconds(1)
    #expect(wait < 5.2)
    sidecar.send(signal: SIGTERM)
    let result = await sidecar.result
    let failures = result.errors.split(separator: "\n").count { $0.contains(": renewal failed: ") }
    #expect(failures == 1)
    #expect(run.names == ["token"])
    Soak.report(
      "Dex \(outage) for \(seconds) s: \(requests) requests received, fresh \(wait) s after its return"
    )
  }

  @Test("a token that expires during an outage is removed, and replaced afterwards")
  func expiryDuringOutage() async throws {
    let run = try SidecarRun(tokenLifetime: 3)
    let sidecar = try run.start()
    #expect(try await SidecarRun.wait { run.token != nil })
    run.dex.inject(DexFault.status(503).forever)
    #expect(try await SidecarRun.wait { run.token == nil })
    #expect(run.names.isEmpty)
    run.dex.clearFaults()
    #expect(try await SidecarRun.wait { run.token != nil })
    sidecar.send(signal: SIGINT)
    let result = await sidecar.result
    #expect(result.ending == .exit(0))
    #expect(result.errors.hasSuffix("tokenxchange: stopping: SIGINT\n"))
    #expect(!result.errors.contains("eyJ"))
  }

  @Test("the old file is removed if Dex rejects a new identity") func changedIdentity() async throws
  {
    let run = try SidecarRun()
    let volume = try ProjectedVolume(
      run.plugin.directory.path("own"), token: run.plugin.site.cluster.token())
    let sidecar = try run.start(["--token-file", volume.tokenPath])
    #expect(try await SidecarRun.wait { run.token != nil })
    let first = run.token?.claims["sub"]
    try volume.rotate(
      to: run.plugin.site.cluster.token { $0["sub"] = "system:serviceaccount:argocd:other" })
    #expect(try await SidecarRun.wait { run.token?.claims["sub"] != first })
    #expect(run.token != nil)
    try volume.rotate(
      to: run.plugin.site.cluster.token {
        $0["sub"] = "system:serviceaccount:argocd:third"
        $0["iss"] = "https://unknown.example"
      })
    #expect(try await SidecarRun.wait { run.names.isEmpty })
    sidecar.send(signal: SIGTERM)
    #expect(await sidecar.result.ending == .exit(0))
  }

  @Test(
    "memory and descriptors do not grow",
    .enabled(if: geteuid() == 0, "SKIPPED: only root can look into a process that hides its memory")
  )
  func stableResources() async throws {
    let renewals = Soak.scale(300, 10_000)
    let run = try SidecarRun()
    let sidecar = try run.start()
    #expect(try await SidecarRun.wait { run.token != nil })
    var before: ResourceUsage?
    let warmUp = renewals / 3
    for number in 1...(warmUp + renewals) {
      sidecar.send(signal: SIGUSR1)
      #expect(
        try await SidecarRun.wait { run.dex.tokenRequests > number }, "renewal \(number)")
      if number == warmUp { before = ResourceUsage(pid: sidecar.pid) }
    }
    let after = try #require(ResourceUsage(pid: sidecar.pid))
    let start = try #require(before)
    // A renewal in progress uses a few; a leak would add one for each renewal.
    #expect(after.descriptors <= start.descriptors + 8)
    #expect(after.threads <= start.threads + 2)
    // The size of glibc's arenas varies by a few hundred KiB; a leak of 100 bytes per renewal would
    // add 1 MiB.
    #expect(after.memory - start.memory < Soak.scale(1024, 768))
    Soak.report("\(renewals) renewals: \(start) before, \(after) after")
    sidecar.send(signal: SIGTERM)
    #expect(await sidecar.result.ending == .exit(0))
  }

  @Test("--once writes the token and exits, and check accepts it") func once() async throws {
    let run = try SidecarRun()
    let result = try await run.plugin.run(run.flags + ["--once", "--mode", "0640"])
    #expect(result.ending == .exit(0))
    #expect(result.errors + result.output == "")
    let attributes = try FileManager.default.attributesOfItem(atPath: run.file)
    #expect(attributes[.posixPermissions] as? Int == 0o640)
    #expect(try await run.plugin.run(["check", "--file", run.file]).ending == .exit(0))
    let later = try await run.plugin.run(["check", "--file", run.file, "--min-ttl", "11m"])
    #expect(later.ending == .exit(3))
    run.dex.stop()
    #expect(try await run.plugin.run(run.flags + ["--once"]).ending == .exit(4))
    #expect(run.names == ["token"])
  }

  @Test("dexsidecar's variables are accepted") func dexsidecarVariables() async throws {
    let run = try SidecarRun()
    let environment = [
      "dex_access_token_file": run.file, "dex_endpoint": run.dex.tokenURL,
      "dex_basic_auth": "target-cluster:", "dex_connector_id": "argocd-cluster",
      "dex_grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
      "dex_scope": "openid federated_id",
      "dex_requested_token_type": "urn:ietf:params:oauth:token-type:access_token",
      "dex_file_subject_token": run.plugin.tokenFile,
      "dex_subject_token_type": "urn:ietf:params:oauth:token-type:id_token",
      "dex_refresh_interval": "1m", "dex_refresh_before": "1h",
    ]
    let sidecar = try ProcessRunner(TestBinary.path, ["sidecar"], environment: environment).start()
    #expect(try await SidecarRun.wait { run.token != nil })
    let attributes = try FileManager.default.attributesOfItem(atPath: run.file)
    #expect(attributes[.posixPermissions] as? Int == 0o644)
    sidecar.send(signal: SIGTERM)
    let result = await sidecar.result
    #expect(result.ending == .exit(0))
    #expect(run.dex.tokenRequests == 1)
    let names = run.dex.server.requests.flatMap { $0.form.map(\.name) }
    #expect(!names.contains { $0.hasPrefix("refresh") })
    let warnings = result.errors.split(separator: "\n").filter { $0.contains("warning: ") }
    #expect(warnings.count == 2)
    #expect(result.errors.contains("did you mean federated:id?"))
    Soak.report("dexsidecar's environment:\n" + run.plugin.masked(result.errors))
  }

  @Test(
    "no input file is overwritten, regardless of the path",
    arguments: [
      "/volume/token", "/volume/./token", "//volume//token", "/kept/../volume/token",
      "/linked/token",
      "/alias",
    ])
  func inputsAreKept(path: String) async throws {
    let run = try SidecarRun()
    let directory = run.plugin.directory
    #expect(symlink(directory.path("volume"), directory.path("linked")) == 0)
    #expect(symlink("volume/token", directory.path("alias")) == 0)
    let before = try String(contentsOfFile: run.plugin.tokenFile, encoding: .utf8)
    let flags = ["sidecar", "--once", "--write", directory.path + path] + run.plugin.flags
    let result = try await run.plugin.run(flags)
    #expect(result.ending == .exit(2))
    #expect(
      result.errors.hasPrefix(
        "tokenxchange: --write \(directory.path + path) is the file that the "))
    #expect(run.dex.tokenRequests == 0)
    #expect(try String(contentsOfFile: run.plugin.tokenFile, encoding: .utf8) == before)
  }

  @Test(
    "a pipe, a directory and a device are rejected before the first exchange",
    arguments: [
      "pipe", "directory", "/dev/null",
    ])
  func targetsAreChecked(name: String) async throws {
    let run = try SidecarRun()
    let path = name.hasPrefix("/") ? name : run.plugin.directory.path(name)
    if name == "pipe" { #expect(mkfifo(path, 0o600) == 0) }
    if name == "directory" { #expect(mkdir(path, 0o700) == 0) }
    let result = try await run.plugin.run(["sidecar", "--write", path] + run.plugin.flags)
    #expect(result.ending == .exit(2))
    #expect(result.errors.contains("tokenxchange: --write: cannot replace \(path): it is a "))
    #expect(run.dex.tokenRequests == 0)
  }

  @Test("the mode of an existing file is set at startup, even while Dex is down")
  func modeAtStart() async throws {
    let run = try SidecarRun()
    #expect(try await run.plugin.run(run.flags + ["--once", "--mode=0644"]).ending == .exit(0))
    run.dex.stop()
    let sidecar = try run.start(["--mode=0600"])
    let isClosed = try await SidecarRun.wait {
      let attributes = try? FileManager.default.attributesOfItem(atPath: run.file)
      return attributes?[.posixPermissions] as? Int == 0o600
    }
    #expect(isClosed)
    sidecar.send(signal: SIGTERM)
    #expect(await sidecar.result.ending == .exit(0))
  }
}
