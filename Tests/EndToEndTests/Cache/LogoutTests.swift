import Foundation
import Glibc
import TestSupport
import Testing

@Suite struct LogoutTests {
  private let stage: CacheStage

  init() throws { stage = try CacheStage() }

  private func logout() async throws -> ProcessResult {
    try await ProcessRunner(TestBinary.path, ["logout", "--cache-dir", stage.folder]).result()
  }

  @Test func removesEverythingOfOursAndCounts() async throws {
    #expect(try await logout().output == "removed 0 entries from \(stage.folder)\n")
    #expect(!FileManager.default.fileExists(atPath: stage.folder))
    #expect(try await stage.runner().result().token != nil)
    #expect(try await logout().output == "removed 1 entry from \(stage.folder)\n")
    #expect(try await stage.runner().result().token != nil)
    #expect(try await stage.runner("--scopes=openid").result().token != nil)
    try stage.home.write("mine", to: "cache/notes.txt")
    chmod(stage.folder, 0o700)
    #expect(try await logout().output == "removed 2 entries from \(stage.folder)\n")
    #expect(stage.files() == [stage.folder + "/notes.txt"])
    #expect(stage.dex.tokenRequests == 3)
  }

  @Test func refusesWhatIsNoFolder() async throws {
    try stage.home.write("", to: "cache")
    let result = try await logout()
    #expect(result.code == 2)
    #expect(result.stdout.isEmpty)
    #expect(result.errors.contains("is not a directory"))
    #expect(result.errors.contains("hint: "))
  }

  @Test func needsAPlace() async throws {
    let result = try await ProcessRunner(TestBinary.path, ["logout"]).result()
    #expect(result.code == 2)
    #expect(result.errors.contains("KUBECACHEDIR"))
  }
}
