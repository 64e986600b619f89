import Foundation
import Glibc
import TestSupport
import Testing

@Suite struct LogoutTests {
  private let stage: CacheStage

  init() throws { stage = try CacheStage() }

  private func logout() async throws -> ProcessResult {
    try await ProcessRunner(TestBinary.path, ["logout", "--cache-dir", stage.directory]).result()
  }

  /// A line of the output for a token of the service account.
  private var line: String {
    "removed the token of system:serviceaccount:argocd:argocd-application-controller at "
      + "\(stage.dex.issuer) for target-cluster\n"
  }

  @Test("removes all files of this program and prints what they were")
  func removesEntries() async throws {
    #expect(try await logout().output == "removed 0 entries from \(stage.directory)\n")
    #expect(!FileManager.default.fileExists(atPath: stage.directory))
    #expect(try await stage.runner().result().token != nil)
    #expect(try await logout().output == line + "removed 1 entry from \(stage.directory)\n")
    #expect(try await stage.runner().result().token != nil)
    #expect(try await stage.runner("--scopes=openid").result().token != nil)
    try stage.home.write("mine", to: "cache/notes.txt")
    chmod(stage.directory, 0o700)
    #expect(
      try await logout().output == line + line + "removed 2 entries from \(stage.directory)\n")
    #expect(stage.files() == [stage.directory + "/notes.txt"])
    #expect(stage.dex.tokenRequests == 3)
  }

  @Test("a file instead of a directory: exit 2")
  func notADirectory() async throws {
    try stage.home.write("", to: "cache")
    let result = try await logout()
    #expect(result.code == 2)
    #expect(result.stdout.isEmpty)
    #expect(result.errors.contains("is not a directory"))
    #expect(result.errors.contains("hint: "))
  }

  @Test("without a directory: exit 2")
  func noDirectory() async throws {
    let result = try await ProcessRunner(TestBinary.path, ["logout"]).result()
    #expect(result.code == 2)
    #expect(result.errors.contains("KUBECACHEDIR"))
  }
}
