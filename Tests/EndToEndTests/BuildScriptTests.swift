import Foundation
import TestSupport
import Testing

/// The script that builds libcurl removes only what it created.
struct BuildScriptTests {
  @Test(
    "a LIBCURL_DIR that the script did not create is not changed",
    arguments: [
      (files: ["notes.txt"], reason: "it is not empty"),
      (files: ["built", "notes.txt"], reason: "it contains ./notes.txt"),
      (files: ["made-by-libcurl-script", ".hidden"], reason: "it contains ./.hidden"),
    ])
  func keepsOtherFiles(files: [String], reason: String) async throws {
    let directory = try TemporaryDirectory()
    for file in files { try directory.write("mine", to: file) }
    let result = try await Repository.run(".ci/libcurl", [directory.path])
    #expect(result.ending == .exit(1))
    #expect(
      result.errors == "libcurl: \(directory.path) was not created by this script (\(reason)): "
        + "set LIBCURL_DIR to a new directory\n")
    let left = try FileManager.default.contentsOfDirectory(atPath: directory.path).sorted()
    #expect(left == files.sorted())
  }
}
