import Foundation
import Glibc

/// Certificates for loopback, created with the openssl program: valid and invalid ones.
///
/// They are created once per process, because that takes longer than most tests.
package struct TestCertificates: Sendable {
  /// A certificate and its key, as paths of PEM files.
  package struct Pair: Sendable {
    package var certificate: String
    package var key: String
  }

  /// The CA of the servers' certificates.
  package let authority: Pair
  /// A CA that signs no server certificate but `untrustedCA`.
  package let otherAuthority: Pair
  /// For 127.0.0.1 and localhost.
  package let server: Pair
  /// The same, expired yesterday.
  package let expired: Pair
  package let wrongHost: Pair
  /// For 127.0.0.1 by its common name only, without a subject alternative name.
  package let noSAN: Pair
  /// For 127.0.0.1 by its common name, with only an email address as subject alternative name.
  package let emailSAN: Pair
  /// For 127.0.0.1 and localhost, signed by the other CA.
  package let untrustedCA: Pair
  /// For a client, signed by the CA of the servers.
  package let client: Pair
  private let directory: TemporaryDirectory

  package static var shared: TestCertificates { get throws { try created.get() } }

  private static let created: Result<TestCertificates, any Error> = Result {
    // A global is never released.
    atexit { try? FileManager.default.removeItem(atPath: created.get().directory.path) }
    return try TestCertificates()
  }

  private init() throws {
    let directory = try TemporaryDirectory(prefix: "certificates")
    self.directory = directory
    let configuration = try directory.write("[req]\ndistinguished_name = req\n", to: "req.cnf")
    func openssl(_ arguments: [String]) throws {
      _ = try ProcessRunner(
        TestBinary.find("openssl") ?? "openssl", arguments, environment: ["HOME": directory.path]
      ).output()
    }
    /// A certificate with extensions; without `issuer` it is signed by itself.
    func pair(
      _ name: String, _ extensions: [String], by issuer: Pair? = nil, days: Int = 20,
      commonName: String? = nil
    ) throws -> Pair {
      let pair = Pair(
        certificate: directory.path("\(name).crt"), key: directory.path("\(name).key"))
      let own = issuer == nil ? pair.certificate : directory.path("\(name).own")
      try openssl(
        [
          "req", "-x509", "-config", configuration, "-newkey", "ec", "-pkeyopt",
          "ec_paramgen_curve:P-256", "-nodes", "-keyout", pair.key, "-out", own, "-days", "30",
          "-subj", "/CN=\(commonName ?? "test \(name)")",
        ] + extensions.flatMap { ["-addext", $0] })
      guard let issuer else { return pair }
      try openssl([
        "x509", "-in", own, "-CA", issuer.certificate, "-CAkey", issuer.key, "-CAcreateserial",
        "-days", "\(days)", "-out", pair.certificate,
      ])
      return pair
    }
    let ofAuthority = [
      "basicConstraints=critical,CA:TRUE", "keyUsage=critical,keyCertSign,cRLSign",
    ]
    let ofServer = ["basicConstraints=CA:FALSE", "extendedKeyUsage=serverAuth"]
    // 0.0.0.0 reaches this machine on Linux, but is not treated as loopback: useful for proxy
    // tests.
    let local = ofServer + ["subjectAltName=IP:127.0.0.1,IP:0.0.0.0,DNS:localhost"]
    authority = try pair("ca", ofAuthority)
    otherAuthority = try pair("other-ca", ofAuthority)
    server = try pair("server", local, by: authority)
    expired = try pair("expired", local, by: authority, days: -1)
    wrongHost = try pair(
      "wrong-host", ofServer + ["subjectAltName=DNS:elsewhere.example"], by: authority)
    noSAN = try pair("no-san", ofServer, by: authority, commonName: "127.0.0.1")
    emailSAN = try pair(
      "email-san", ofServer + ["subjectAltName=email:a@b.example"], by: authority,
      commonName: "127.0.0.1")
    untrustedCA = try pair("untrusted-ca", local, by: otherAuthority)
    client = try pair(
      "client", ["basicConstraints=CA:FALSE", "extendedKeyUsage=clientAuth"], by: authority)
  }
}
