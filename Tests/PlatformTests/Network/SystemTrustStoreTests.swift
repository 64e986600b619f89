import Glibc
import TestSupport
import Testing
import TokenExchange

@testable import Platform

/// The search for the system's trust store.
struct SystemTrustTests {
  let root: TemporaryDirectory
  let bundle: String

  init() throws {
    root = try TemporaryDirectory()
    bundle = try root.write("x", to: "bundle.pem")
    try root.write("x", to: "hashed/5ad8a5d6.0")
    try root.write("x", to: "plain/ca.crt")
  }

  private func find(file: String? = nil, directory: String? = nil) -> SystemTrustStore? {
    let variables = ["SSL_CERT_FILE": file, "SSL_CERT_DIR": directory].compactMapValues { $0 }
    return SystemTrustStore.find(variables, directory: root.path("hashed"), bundles: [bundle])
  }

  @Test("a hashed directory takes precedence over a bundle") func hashedDirectory() {
    let hashed = SystemTrustStore(directory: root.path("hashed"))
    #expect(find() == hashed)
    #expect(find(file: "", directory: "") == hashed)
    #expect(
      SystemTrustStore.find(
        [:], directory: root.path("plain"), bundles: ["/nowhere", bundle])
        == SystemTrustStore(file: bundle))
    #expect(
      SystemTrustStore.find(
        [:], directory: "/nowhere", bundles: ["/nowhere"])
        == nil)
  }

  @Test("SSL_CERT_FILE and SSL_CERT_DIR replace the defaults") func variables() {
    let several = ":/nowhere:\(root.path("plain")):\(root.path("hashed")):"
    #expect(find(file: bundle) == SystemTrustStore(file: bundle))
    #expect(find(directory: several) == SystemTrustStore(directory: several))
    #expect(find(file: "/nowhere", directory: several) == SystemTrustStore(directory: several))
    #expect(find(file: "/nowhere", directory: "/nowhere:") == nil)
  }

  @Test("a directory without hashed file names is ignored") func unhashedDirectory() {
    for path in [root.path("plain"), bundle, "/nowhere", ":"] {
      #expect(find(directory: path) == nil, "\(path)")
      #expect(find(file: bundle, directory: path) == SystemTrustStore(file: bundle), "\(path)")
    }
    #expect(
      SystemTrustStore.searched(["SSL_CERT_DIR": root.path("plain")], files: .live)
        == [.certDir(root.path("plain"), exists: true)])
    #expect(
      SystemTrustStore.searched(
        ["SSL_CERT_FILE": "/a", "SSL_CERT_DIR": "/nowhere"], files: .live)
        == [.certFile("/a"), .certDir("/nowhere", exists: false)])
  }

  @Test("a bundle must be a regular file") func otherFileTypes() {
    let pipe = root.path("pipe")
    #expect(mkfifo(pipe, 0o600) == 0)
    for path in [pipe, root.path("hashed"), "/dev/zero"] {
      #expect(find(file: path) == nil, "\(path)")
    }
  }
}
