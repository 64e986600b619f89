import Foundation
import Glibc
import TestSupport
import Testing

/// Unusable files and directories: a cache miss, and the run succeeds.
@Suite struct CacheFileTests {
  private let stage: CacheStage

  init() throws { stage = try CacheStage() }

  /// Damage to a file or directory.
  struct Spoiling: Sendable, CustomTestStringConvertible {
    var testDescription: String
    /// Whether the next run repairs it.
    var isRepaired = true
    /// Whether this user can cause it.
    var isPossible = true
    var spoil: @Sendable (_ path: String) throws -> Void

    init(
      _ name: String, isRepaired: Bool = true, isPossible: Bool = true,
      spoil: @escaping @Sendable (String) throws -> Void
    ) {
      testDescription = name
      self.isRepaired = isRepaired
      self.isPossible = isPossible
      self.spoil = spoil
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
      Spoiling("open to the group") { chmod($0, 0o640) },
      Spoiling("open to all") { chmod($0, 0o604) },
      Spoiling("another user's", isPossible: isRoot) { chown($0, 65534, 65534) },
      Spoiling("empty") { try rewrite($0) { $0 = Data() } },
      Spoiling("truncated") { try rewrite($0) { $0 = $0.prefix($0.count / 2) } },
      Spoiling("without its last byte") { try rewrite($0) { $0.removeLast() } },
      Spoiling("longer") { try rewrite($0) { $0.append(0x0A) } },
      Spoiling("binary") { try rewrite($0) { $0 = Data((0...255).map { UInt8($0) }) } },
      Spoiling("one byte changed") { try rewrite($0) { $0[$0.count / 2] ^= 1 } },
      Spoiling("huge") { try rewrite($0) { $0 = Data(count: 3 << 20) } },
      Spoiling("of the next version") {
        try rewrite($0) { $0[$0.startIndex + 19] = UInt8(ascii: "2") }
      },
      Spoiling("a link to itself") { path in
        rename(path, path + ".old")
        symlink(path + ".old", path)
      },
      Spoiling("a dangling link") { path in
        unlink(path)
        symlink("/nowhere", path)
      },
      Spoiling("a pipe") { path in
        unlink(path)
        mkfifo(path, 0o600)
      },
      Spoiling("a directory", isRepaired: false) { path in
        unlink(path)
        mkdir(path, 0o700)
      },
    ])
  func unusableEntry(spoiling: Spoiling) async throws {
    guard spoiling.isPossible else { return }
    #expect(try await stage.runner().result().token != nil)
    let entry = try #require(stage.files("token").first)
    try spoiling.spoil(entry)
    #expect(try await stage.runner().result().token != nil)
    #expect(stage.dex.tokenRequests == 2)
    #expect(try await stage.runner().result().token != nil)
    #expect(stage.dex.tokenRequests == (spoiling.isRepaired ? 2 : 3))
  }

  @Test("an entry with another key is a miss")
  func anotherKey() async throws {
    try stage.writeSubject("other", account: "someone-else")
    let mine = try await stage.runner().result()
    let path = try #require(stage.files("token").first)
    let foreign = try await stage.runner(subject: "other").result()
    let other = try #require(stage.files("token").first { $0 != path })
    #expect(foreign.token != mine.token)
    rename(other, path)
    let again = try await stage.runner().result()
    #expect(again.token != nil)
    #expect(again.token != foreign.token)
    #expect(stage.dex.tokenRequests == 3)
  }

  @Test(
    "with an unusable lock the run continues without it",
    arguments: [
      Spoiling("a pipe") { mkfifo($0, 0o600) }, Spoiling("a directory") { mkdir($0, 0o700) },
      Spoiling("a link") { symlink("/dev/null", $0) },
      Spoiling("another user's", isPossible: isRoot) { path in
        close(creat(path, 0o600))
        chown(path, 65534, 65534)
      },
      Spoiling("without permissions") { path in
        creat(path, 0)
        chmod(path, 0)
      },
    ])
  func unusableLock(spoiling: Spoiling) async throws {
    guard spoiling.isPossible else { return }
    #expect(try await stage.runner().result().token != nil)
    let lock = try #require(stage.files("lock").first)
    unlink(lock)
    try spoiling.spoil(lock)
    let forced = try await stage.runner("--force-refresh").result()
    #expect(forced.token != nil)
    #expect(forced.duration < 3)
    #expect(stage.dex.tokenRequests == 2)
  }

  @Test(
    "an unusable directory is not used",
    arguments: [
      Spoiling("open to others") {
        mkdir($0, 0o700)
        chmod($0, 0o755)
      },
      Spoiling("a link") { path in
        mkdir(path + ".real", 0o700)
        symlink(path + ".real", path)
      },
      Spoiling("another user's", isPossible: isRoot) { path in
        mkdir(path, 0o700)
        chown(path, 65534, 65534)
      },
      Spoiling("a file") { close(creat($0, 0o600)) },
      Spoiling("a pipe") { mkfifo($0, 0o600) },
    ])
  func unusableDirectory(spoiling: Spoiling) async throws {
    guard spoiling.isPossible else { return }
    try spoiling.spoil(stage.directory)
    for _ in 1...2 { #expect(try await stage.runner().result().token != nil) }
    #expect(stage.dex.tokenRequests == 2)
    let verbose = try await stage.runner("--verbose").result()
    #expect(verbose.errors.contains("cache: not used: "))
    #expect(stage.files("token").isEmpty)
  }

  @Test(
    "with a full disk the run continues",
    .enabled(if: geteuid() == 0 && TestBinary.find("mount") != nil, "needs root and mount"))
  func fullDisk() async throws {
    mkdir(stage.directory, 0o700)
    let mounted = try await ProcessRunner(
      "mount", ["-t", "tmpfs", "-o", "size=4k,mode=700", "none", stage.directory],
      environment: ["PATH": "/usr/bin:/bin:/usr/sbin:/sbin"]
    ).result()
    guard mounted.code == 0 else { return }
    defer { umount2(stage.directory, 2) }
    try Data(count: 4096).write(to: URL(filePath: stage.directory + "/full"))
    for _ in 1...2 { #expect(try await stage.runner().result().token != nil) }
    #expect(stage.files("token").isEmpty)
    #expect(stage.files().allSatisfy { !$0.contains(".tokenxchange-") })
    let verbose = try await stage.runner("--verbose").result()
    #expect(verbose.errors.contains("cache: not stored"))
  }

  @Test(
    "a read-only directory is read and not written",
    .enabled(if: geteuid() == 0 && TestBinary.find("mount") != nil, "needs root and mount"))
  func readOnlyDirectory() async throws {
    let runner = {
      ProcessRunner("mount", $0, environment: ["PATH": "/usr/bin:/bin:/usr/sbin:/sbin"])
    }
    mkdir(stage.directory, 0o700)
    let mounted = try await runner(["-t", "tmpfs", "-o", "mode=700", "none", stage.directory])
      .result()
    guard mounted.code == 0 else { return }
    defer { umount2(stage.directory, 2) }
    let first = try await stage.runner().result()
    #expect(first.token != nil)
    #expect(try await runner(["-o", "remount,ro", stage.directory]).result().code == 0)
    #expect(try await stage.runner().result().stdout == first.stdout)
    #expect(stage.dex.tokenRequests == 1)
    #expect(try await stage.runner("--force-refresh").result().token != nil)
    let verbose = try await stage.runner("--force-refresh", "--verbose").result()
    #expect(
      verbose.errors.contains("cache: cannot lock: open the lock file: Read-only file system"))
    #expect(verbose.errors.contains("cache: not stored: cannot create a file in "))
  }

  @Test("only the owner can read the files")
  func modes() async throws {
    #expect(try await stage.runner().result().token != nil)
    for file in stage.files() {
      let status = try FileManager.default.attributesOfItem(atPath: file)
      #expect(status[.posixPermissions] as? Int == 0o600)
    }
    #expect(
      stage.files().map { URL(filePath: $0).pathExtension } == ["lock", "token"])
  }

  @Test(
    "files that are too old or from the future are removed, and foreign files are kept",
    arguments: [0, 4_000_000_000])
  func cleanup(date: Int) async throws {
    mkdir(stage.directory, 0o700)
    let name = String(repeating: "0a", count: 32)
    let old = [
      "\(name).token", "\(name).failure", "\(name).lock", ".x.tokenxchange-1abc",
    ]
    let kept = ["notes.txt", "\(name).bak", "x.token"]
    for file in old + kept {
      let path = try stage.home.write("x", to: "cache/\(file)")
      var times = [timeval(), timeval(tv_sec: date, tv_usec: 0)]
      #expect(utimes(path, &times) == 0)
    }
    chmod(stage.directory, 0o700)
    #expect(try await stage.runner().result().token != nil)
    let left = stage.files().map { URL(filePath: $0).lastPathComponent }
    #expect(left.filter(old.contains).isEmpty)
    #expect(left.filter(kept.contains).sorted() == kept.sorted())
  }

  @Test("entries in the earlier format are misses and are removed")
  func entriesOfTheEarlierFormat() async throws {
    mkdir(stage.directory, 0o700)
    let name = String(repeating: "0a", count: 32)
    for kind in ["token", "login", "failure"] {
      try stage.home.write("tokenxchange \(kind) 1\n3:abc,", to: "cache/\(name).\(kind)")
    }
    chmod(stage.directory, 0o700)
    #expect(try await stage.runner().result().token != nil)
    #expect(stage.files().allSatisfy { !$0.contains(name) })
    #expect(stage.files("token").count == 1)
    let entry = try #require(stage.files("token").first)
    let old = "tokenxchange token 1\n" + String(repeating: "x", count: 200)
    try old.write(toFile: entry, atomically: false, encoding: .utf8)
    #expect(try await stage.runner().result().token != nil)
    #expect(stage.dex.tokenRequests == 2)
    #expect(try await stage.runner().result().token != nil)
    #expect(stage.dex.tokenRequests == 2)
  }

  @Test("an entry is JSON, without the key's parts")
  func entriesAreJSON() async throws {
    let token = try #require(try await stage.runner().result().token)
    let entry = try #require(stage.files("token").first)
    let lines = try String(contentsOfFile: entry, encoding: .utf8).split(separator: "\n")
    #expect(lines.count == 2)
    let record = try JSONValue(parsing: Data(lines[0].utf8))
    #expect(record["kind"]?.string == "token")
    #expect(entry.hasSuffix("/" + (record["key"]?.string ?? "none") + ".token"))
    #expect(record["value"]?["token"]?.string == token)
    #expect(!lines[0].contains("argocd-cluster"))
  }

  @Test("a link before trailing dots or slashes is detected", arguments: ["", "/", "/.", "//.", "/./"])
  func aLinkIsFound(suffix: String) async throws {
    let link = stage.home.path("link")
    mkdir(stage.directory, 0o700)
    #expect(symlink(stage.directory, link) == 0)
    let result = try await ProcessRunner(
      TestBinary.path, stage.arguments(["--cache-dir", link + suffix, "--verbose"])
    ).result()
    #expect(result.code == 0)
    #expect(result.errors.contains("cache: not used: \(link) is not a directory"))
    #expect(stage.files().isEmpty)
  }

  @Test("a cache that cannot be written does not fail the run")
  func aFileSizeLimit() async throws {
    let result = try await ProcessRunner(
      "/bin/sh",
      ["-c", "ulimit -f 0; exec \"$@\"", "sh", TestBinary.path]
        + stage.arguments(["--cache-dir", stage.directory])
    ).result()
    #expect(result.token != nil)
    #expect(stage.files("token").isEmpty)
    #expect(stage.files().allSatisfy { !$0.contains(".tokenxchange-") })
  }
}
