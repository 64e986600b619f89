import Foundation
import Glibc
import StandIns
import TestSupport
import Testing

@Suite struct LogoutTests {
  private let fixture: CacheFixture

  init() throws { fixture = try CacheFixture() }

  private func logout() async throws -> ProcessResult {
    try await ProcessRunner(TestBinary.path, ["logout", "--cache-dir", fixture.directory]).result()
  }

  /// The output line for a token of the service account.
  private var line: String {
    "removed the token of system:serviceaccount:argocd:argocd-application-controller at "
      + "\(fixture.dex.issuer) for target-cluster\n"
  }

  @Test("all files of this program are removed, and their tokens are listed")
  func removesEntries() async throws {
    #expect(try await fixture.runner().result().token != nil)
    #expect(try await logout().output == line + "removed 1 entry from \(fixture.directory)\n")
    #expect(try await fixture.runner().result().token != nil)
    #expect(try await fixture.runner("--scopes=openid").result().token != nil)
    try fixture.home.write("mine", to: "cache/notes.txt")
    chmod(fixture.directory, 0o700)
    #expect(
      try await logout().output == line + line + "removed 2 entries from \(fixture.directory)\n")
    #expect(fixture.files() == [fixture.directory + "/notes.txt"])
    #expect(fixture.dex.tokenRequests == 3)
  }

  @Test("a file instead of a directory: exit 2")
  func notADirectory() async throws {
    try fixture.home.write("", to: "cache")
    let result = try await logout()
    #expect(result.code == 2)
    #expect(result.stdout.isEmpty)
    #expect(
      result.errors.hasPrefix(
        "tokenxchange: --cache-dir: cannot remove the cache: \(fixture.directory) is not a "
          + "directory\nhint: "))
  }

  @Test("an explicit directory that does not exist: exit 2, and it is not created")
  func missingDirectory() async throws {
    let byOption = try await logout()
    let byVariable = try await ProcessRunner(
      TestBinary.path, ["logout"], environment: ["TOKENXCHANGE_CACHE_DIR": fixture.directory]
    ).result()
    for (result, source) in [(byOption, "--cache-dir"), (byVariable, "TOKENXCHANGE_CACHE_DIR")] {
      #expect(result.code == 2)
      #expect(result.stdout.isEmpty)
      #expect(
        result.errors.hasPrefix(
          "tokenxchange: \(source): cannot remove the cache: the directory "
            + "\(fixture.directory) does not exist\nhint: "))
    }
    #expect(!FileManager.default.fileExists(atPath: fixture.directory))
  }

  @Test("a missing default directory counts as 0 entries")
  func missingDefaultDirectory() async throws {
    let result = try await ProcessRunner(
      TestBinary.path, ["logout"], environment: ["KUBECACHEDIR": fixture.directory]
    ).result()
    #expect(result.code == 0)
    #expect(result.output == "removed 0 entries from \(fixture.directory)/tokenxchange\n")
  }

  @Test("without a directory: exit 2")
  func noDirectory() async throws {
    let result = try await ProcessRunner(TestBinary.path, ["logout"]).result()
    #expect(result.code == 2)
    #expect(result.errors.contains("KUBECACHEDIR"))
  }
}
