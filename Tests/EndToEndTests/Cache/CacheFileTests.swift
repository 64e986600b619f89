import Foundation
import Glibc
import StandIns
import TestSupport
import Testing

/// Unusable files and directories are a cache miss, and the run succeeds.
@Suite struct CacheFileTests {
  private let fixture: CacheFixture

  init() throws { fixture = try CacheFixture() }

  /// Damage to a file or directory.
  struct Damage: Sendable, CustomTestStringConvertible {
    var testDescription: String
    /// Whether the next run repairs it.
    var isRepaired = true
    /// Whether this user can cause it.
    var isPossible = true
    var apply: @Sendable (_ path: String) throws -> Void

    init(
      _ name: String, isRepaired: Bool = true, isPossible: Bool = true,
      apply: @escaping @Sendable (String) throws -> Void
    ) {
      testDescription = name
      self.isRepaired = isRepaired
      self.isPossible = isPossible
      self.apply = apply
    }
  }

  /// Only root can create files of other users.
  private static let isRoot = geteuid() == 0

  private static func rewrite(_ path: String, _ change: (inout Data) -> Void) throws {
    var data = try Data(contentsOf: URL(filePath: path))
    change(&data)
    try data.write(to: URL(filePath: path))
    chmod(path, 0o600)
  }

  @Test(
    "an unusable entry is a miss",
    arguments: [
      Damage("readable by the group") { chmod($0, 0o640) },
      Damage("readable by all users") { chmod($0, 0o604) },
      Damage("owned by another user", isPossible: isRoot) { chown($0, 65534, 65534) },
      Damage("empty") { try rewrite($0) { $0 = Data() } },
      Damage("truncated") { try rewrite($0) { $0 = $0.prefix($0.count / 2) } },
      Damage("without its last byte") { try rewrite($0) { $0.removeLast() } },
      Damage("extended") { try rewrite($0) { $0.append(0x0A) } },
      Damage("binary") { try rewrite($0) { $0 = Data((0...255).map { UInt8($0) }) } },
      Damage("one byte changed") { try rewrite($0) { $0[$0.count / 2] ^= 1 } },
      Damage("huge") { try rewrite($0) { $0 = Data(count: 3 << 20) } },
      Damage("with a newer version") {
        try rewrite($0) { data in
          let record = String(decoding: data.prefix { $0 != 0x0A }, as: UTF8.self)
            .replacing(#""version":2"#, with: #""version":3"#)
          let digest = RSAKey.sha256(Array(record.utf8)).map { String(0x100 + Int($0), radix: 16) }
          data = Data((record + "\n" + digest.map { $0.dropFirst() }.joined() + "\n").utf8)
        }
      },
      Damage("a link to itself") { path in
        rename(path, path + ".old")
        symlink(path + ".old", path)
      },
      Damage("a dangling link") { path in
        unlink(path)
        symlink("/nowhere", path)
      },
      Damage("a pipe") { path in
        unlink(path)
        mkfifo(path, 0o600)
      },
      Damage("a directory", isRepaired: false) { path in
        unlink(path)
        mkdir(path, 0o700)
      },
    ])
  func unusableEntry(damage: Damage) async throws {
    guard damage.isPossible else { return }
    #expect(try await fixture.runner().result().token != nil)
    let entry = try #require(fixture.files("token").first)
    try damage.apply(entry)
    #expect(try await fixture.runner().result().token != nil)
    #expect(fixture.dex.tokenRequests == 2)
    #expect(try await fixture.runner().result().token != nil)
    #expect(fixture.dex.tokenRequests == (damage.isRepaired ? 2 : 3))
  }

  @Test("an entry with another key is a miss")
  func anotherKey() async throws {
    try fixture.writeSubject("other", account: "someone-else")
    let mine = try await fixture.runner().result()
    let path = try #require(fixture.files("token").first)
    let foreign = try await fixture.runner(subject: "other").result()
    let other = try #require(fixture.files("token").first { $0 != path })
    #expect(foreign.token != mine.token)
    rename(other, path)
    let again = try await fixture.runner().result()
    #expect(again.token != nil)
    #expect(again.token != foreign.token)
    #expect(fixture.dex.tokenRequests == 3)
  }

  @Test(
    "if the lock is unusable, the run continues without it",
    arguments: [
      Damage("a pipe") { mkfifo($0, 0o600) }, Damage("a directory") { mkdir($0, 0o700) },
      Damage("a link") { symlink("/dev/null", $0) },
      Damage("owned by another user", isPossible: isRoot) { path in
        close(creat(path, 0o600))
        chown(path, 65534, 65534)
      },
      Damage("without permissions") { path in
        creat(path, 0)
        chmod(path, 0)
      },
    ])
  func unusableLock(damage: Damage) async throws {
    guard damage.isPossible else { return }
    #expect(try await fixture.runner().result().token != nil)
    let lock = try #require(fixture.files("lock").first)
    unlink(lock)
    try damage.apply(lock)
    let forced = try await fixture.runner("--force-refresh").result()
    #expect(forced.token != nil)
    #expect(forced.duration < 3)
    #expect(fixture.dex.tokenRequests == 2)
  }

  @Test(
    "an unusable directory is not used",
    arguments: [
      Damage("open to others") {
        mkdir($0, 0o700)
        chmod($0, 0o755)
      },
      Damage("a link") { path in
        mkdir(path + ".real", 0o700)
        symlink(path + ".real", path)
      },
      Damage("owned by another user", isPossible: isRoot) { path in
        mkdir(path, 0o700)
        chown(path, 65534, 65534)
      },
      Damage("a file") { close(creat($0, 0o600)) },
      Damage("a pipe") { mkfifo($0, 0o600) },
    ])
  func unusableDirectory(damage: Damage) async throws {
    guard damage.isPossible else { return }
    try damage.apply(fixture.directory)
    for _ in 1...2 { #expect(try await fixture.runner().result().token != nil) }
    #expect(fixture.dex.tokenRequests == 2)
    let verbose = try await fixture.runner("--verbose").result()
    #expect(verbose.errors.contains("cache: not used: "))
    #expect(fixture.files("token").isEmpty)
  }

  @Test(
    "if the disk is full, the run continues",
    .enabled(if: geteuid() == 0 && TestBinary.find("mount") != nil, "needs root and mount"))
  func fullDisk() async throws {
    mkdir(fixture.directory, 0o700)
    let mounted = try await ProcessRunner(
      "mount", ["-t", "tmpfs", "-o", "size=4k,mode=700", "none", fixture.directory],
      environment: ["PATH": "/usr/bin:/bin:/usr/sbin:/sbin"]
    ).result()
    guard mounted.code == 0 else { return }
    defer { umount2(fixture.directory, 2) }
    try Data(count: 4096).write(to: URL(filePath: fixture.directory + "/full"))
    for _ in 1...2 { #expect(try await fixture.runner().result().token != nil) }
    #expect(fixture.files("token").isEmpty)
    #expect(fixture.files().allSatisfy { !$0.contains(".tokenxchange-") })
    let verbose = try await fixture.runner("--verbose").result()
    #expect(verbose.errors.contains("cache: not stored"))
  }

  @Test(
    "entries in a read-only directory are used",
    .enabled(if: geteuid() == 0 && TestBinary.find("mount") != nil, "needs root and mount"))
  func readOnlyDirectory() async throws {
    let runner = {
      ProcessRunner("mount", $0, environment: ["PATH": "/usr/bin:/bin:/usr/sbin:/sbin"])
    }
    mkdir(fixture.directory, 0o700)
    let mounted = try await runner(["-t", "tmpfs", "-o", "mode=700", "none", fixture.directory])
      .result()
    guard mounted.code == 0 else { return }
    defer { umount2(fixture.directory, 2) }
    let first = try await fixture.runner().result()
    #expect(first.token != nil)
    #expect(try await runner(["-o", "remount,ro", fixture.directory]).result().code == 0)
    #expect(try await fixture.runner().result().stdout == first.stdout)
    #expect(fixture.dex.tokenRequests == 1)
    #expect(try await fixture.runner("--force-refresh").result().token != nil)
    let verbose = try await fixture.runner("--force-refresh", "--verbose").result()
    #expect(
      verbose.errors.contains("cache: cannot lock: open the lock file: Read-only file system"))
    #expect(verbose.errors.contains("cache: not stored: cannot create a file in "))
  }

  @Test("only the owner can read the files")
  func modes() async throws {
    #expect(try await fixture.runner().result().token != nil)
    for file in fixture.files() {
      let status = try FileManager.default.attributesOfItem(atPath: file)
      #expect(status[.posixPermissions] as? Int == 0o600)
    }
    #expect(
      fixture.files().map { URL(filePath: $0).pathExtension } == ["lock", "token"])
  }

  @Test(
    "files that are too old or from the future are removed, and other programs' files are kept",
    arguments: [0, 4_000_000_000])
  func cleanup(date: Int) async throws {
    mkdir(fixture.directory, 0o700)
    let name = String(repeating: "0a", count: 32)
    let old = [
      "\(name).token", "\(name).failure", "\(name).lock", ".x.tokenxchange-1abc",
    ]
    let kept = ["notes.txt", "\(name).bak", "x.token"]
    for file in old + kept {
      let path = try fixture.home.write("x", to: "cache/\(file)")
      var times = [timeval(), timeval(tv_sec: date, tv_usec: 0)]
      #expect(utimes(path, &times) == 0)
    }
    chmod(fixture.directory, 0o700)
    #expect(try await fixture.runner().result().token != nil)
    let left = fixture.files().map { URL(filePath: $0).lastPathComponent }
    #expect(left.filter(old.contains).isEmpty)
    #expect(left.filter(kept.contains).sorted() == kept.sorted())
  }

  @Test("entries in the previous format are misses and are removed")
  func entriesOfTheEarlierFormat() async throws {
    mkdir(fixture.directory, 0o700)
    let name = String(repeating: "0a", count: 32)
    for kind in ["token", "login", "failure"] {
      try fixture.home.write("tokenxchange \(kind) 1\n3:abc,", to: "cache/\(name).\(kind)")
    }
    chmod(fixture.directory, 0o700)
    #expect(try await fixture.runner().result().token != nil)
    #expect(fixture.files().allSatisfy { !$0.contains(name) })
    #expect(fixture.files("token").count == 1)
    let entry = try #require(fixture.files("token").first)
    let old = "tokenxchange token 1\n" + String(repeating: "x", count: 200)
    try old.write(toFile: entry, atomically: false, encoding: .utf8)
    #expect(try await fixture.runner().result().token != nil)
    #expect(fixture.dex.tokenRequests == 2)
    #expect(try await fixture.runner().result().token != nil)
    #expect(fixture.dex.tokenRequests == 2)
  }

  @Test("an entry is JSON, and does not contain the parts of its key")
  func entriesAreJSON() async throws {
    let token = try #require(try await fixture.runner().result().token)
    let entry = try #require(fixture.files("token").first)
    let lines = try String(contentsOfFile: entry, encoding: .utf8).split(separator: "\n")
    #expect(lines.count == 2)
    let record = try JSONValue(parsing: Data(lines[0].utf8))
    #expect(record["kind"]?.string == "token")
    #expect(entry.hasSuffix("/" + (record["key"]?.string ?? "none") + ".token"))
    #expect(record["value"]?["token"]?.string == token)
    #expect(!lines[0].contains("argocd-cluster"))
  }

  @Test(
    "a link before trailing dots or slashes is detected", arguments: ["", "/", "/.", "//.", "/./"])
  func aLinkIsFound(suffix: String) async throws {
    let link = fixture.home.path("link")
    mkdir(fixture.directory, 0o700)
    #expect(symlink(fixture.directory, link) == 0)
    let result = try await ProcessRunner(
      TestBinary.path, fixture.arguments(["--cache-dir", link + suffix, "--verbose"])
    ).result()
    #expect(result.code == 0)
    #expect(result.errors.contains("cache: not used: \(link) is not a directory"))
    #expect(fixture.files().isEmpty)
  }

  @Test("a cache that cannot be written does not fail the run")
  func aFileSizeLimit() async throws {
    let result = try await ProcessRunner(
      "/bin/sh",
      ["-c", "ulimit -f 0; exec \"$@\"", "sh", TestBinary.path]
        + fixture.arguments(["--cache-dir", fixture.directory])
    ).result()
    #expect(result.token != nil)
    #expect(fixture.files("token").isEmpty)
    #expect(fixture.files().allSatisfy { !$0.contains(".tokenxchange-") })
  }
}
