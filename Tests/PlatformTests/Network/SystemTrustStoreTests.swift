import Glibc
import TestSupport
import Testing
import TokenExchange

@testable import Platform

/// Where the machine's trusted certificates are looked for.
struct SystemTrustTests {
  let folder: TemporaryDirectory
  let bundle: String

  init() throws {
    folder = try TemporaryDirectory()
    bundle = try folder.write("x", to: "bundle.pem")
    try folder.write("x", to: "hashed/5ad8a5d6.0")
    try folder.write("x", to: "plain/ca.crt")
  }

  private func find(file: String? = nil, directory: String? = nil) -> SystemTrustStore? {
    SystemTrustStore.find(
      certFile: file, certDir: directory, directory: folder.path("hashed"), bundles: [bundle])
  }

  @Test func prefersAHashedFolder() {
    let hashed = SystemTrustStore(directory: folder.path("hashed"))
    #expect(find() == hashed)
    #expect(find(file: "", directory: "") == hashed)
    #expect(
      SystemTrustStore.find(
        certFile: nil, certDir: nil, directory: folder.path("plain"), bundles: ["/nowhere", bundle])
        == SystemTrustStore(file: bundle))
    #expect(
      SystemTrustStore.find(
        certFile: nil, certDir: nil, directory: "/nowhere", bundles: ["/nowhere"])
        == nil)
  }

  @Test func takesWhatTheVariablesName() {
    let several = ":/nowhere:\(folder.path("plain")):\(folder.path("hashed")):"
    #expect(find(file: bundle) == SystemTrustStore(file: bundle))
    #expect(find(directory: several) == SystemTrustStore(directory: several))
    #expect(find(file: "/nowhere", directory: several) == SystemTrustStore(directory: several))
    #expect(find(file: "/nowhere", directory: "/nowhere:") == nil)
  }

  @Test func takesNoFolderThatOpenSSLFindsNothingIn() {
    for path in [folder.path("plain"), bundle, "/nowhere", ":"] {
      #expect(find(directory: path) == nil, "\(path)")
      #expect(find(file: bundle, directory: path) == SystemTrustStore(file: bundle), "\(path)")
    }
    #expect(
      SystemTrustStore.searched(certFile: nil, certDir: folder.path("plain"), files: .live)
        == [.certDir(folder.path("plain"), exists: true)])
    #expect(
      SystemTrustStore.searched(certFile: "/a", certDir: "/nowhere", files: .live)
        == [.certFile("/a"), .certDir("/nowhere", exists: false)])
  }

  @Test func takesNoFileThatIsNone() {
    let pipe = folder.path("pipe")
    #expect(mkfifo(pipe, 0o600) == 0)
    for path in [pipe, folder.path("hashed"), "/dev/zero"] {
      #expect(find(file: path) == nil, "\(path)")
    }
  }
}
