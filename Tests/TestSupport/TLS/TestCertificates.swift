/// Certificates for loopback, created with the openssl program: valid ones and each kind of invalid
/// one.
public struct TestCertificates: Sendable {
  /// openssl is missing or failed.
  public struct Failure: Error, CustomStringConvertible {
    /// The error message.
    public var description: String
  }

  /// A certificate and its key, as PEM files.
  public struct Pair: Sendable {
    /// The certificate's path.
    public var certificate: String
    /// The private key's path.
    public var key: String
  }

  /// The CA of the servers' certificates.
  public let authority: Pair
  /// A CA that signs no server certificate.
  public let otherAuthority: Pair
  /// For 127.0.0.1 and localhost.
  public let server: Pair
  /// For 127.0.0.1 and localhost, expired yesterday.
  public let expired: Pair
  /// For another host.
  public let wrongHost: Pair
  /// For 127.0.0.1 by its common name only, without a subject alternative name.
  public let noSAN: Pair
  /// For 127.0.0.1 by its common name, with only an email address as subject alternative name.
  public let emailSAN: Pair
  /// For 127.0.0.1 and localhost, signed by the other CA.
  public let untrustedCA: Pair
  /// For a client, signed by the CA of the servers.
  public let client: Pair

  private let directory: TemporaryDirectory
  private let openssl: String

  /// Creates them all.
  public init() throws {
    guard let openssl = TestBinary.find("openssl") else {
      throw Failure(description: "no openssl program in PATH")
    }
    self.openssl = openssl
    let directory = try TemporaryDirectory(prefix: "certificates")
    self.directory = directory
    let issuer = Issuer(openssl: openssl, directory: directory)
    authority = try issuer.authority("ca")
    otherAuthority = try issuer.authority("other-ca")
    // 0.0.0.0 reaches this machine on Linux, but is not treated as loopback: useful for proxy
    // tests.
    let local = "IP:127.0.0.1,IP:0.0.0.0,DNS:localhost"
    server = try issuer.leaf("server", names: local, by: authority)
    expired = try issuer.leaf("expired", names: local, by: authority, isExpired: true)
    wrongHost = try issuer.leaf("wrong-host", names: "DNS:elsewhere.example", by: authority)
    noSAN = try issuer.leaf("no-san", names: nil, by: authority)
    emailSAN = try issuer.leaf("email-san", names: "email:a@b.example", by: authority)
    untrustedCA = try issuer.leaf("untrusted-ca", names: local, by: otherAuthority)
    client = try issuer.leaf("client", names: nil, by: authority, usage: "clientAuth")
  }

  private struct Issuer {
    let openssl: String
    let directory: TemporaryDirectory

    func authority(_ name: String) throws -> Pair {
      let pair = pair(name)
      try run(
        "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
        "-keyout", pair.key, "-out", pair.certificate, "-days", "30", "-subj", "/CN=test \(name)",
        "-addext", "basicConstraints=critical,CA:TRUE", "-addext",
        "keyUsage=critical,keyCertSign,cRLSign")
      return pair
    }

    func leaf(
      _ name: String, names: String?, by authority: Pair, isExpired: Bool = false,
      usage: String = "serverAuth"
    ) throws -> Pair {
      let pair = pair(name)
      let request = directory.path("\(name).csr")
      try run(
        "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
        pair.key, "-out", request, "-subj",
        name == "no-san" || name == "email-san" ? "/CN=127.0.0.1" : "/CN=test \(name)")
      let extensions = try directory.write(
        (names.map { "subjectAltName=\($0)\n" } ?? "")
          + "extendedKeyUsage=\(usage)\nbasicConstraints=CA:FALSE\n",
        to: "\(name).ext")
      if isExpired {
        try sign(request, expiredInto: pair, by: authority, extensions: extensions)
      } else {
        try run(
          "x509", "-req", "-in", request, "-CA", authority.certificate, "-CAkey", authority.key,
          "-CAcreateserial", "-out", pair.certificate, "-days", "20", "-extfile", extensions)
      }
      return pair
    }

    /// Before version 3.4 only `openssl ca` can set the dates.
    private func sign(
      _ request: String, expiredInto pair: Pair, by authority: Pair, extensions: String
    ) throws {
      try directory.write("", to: "index.txt")
      let configuration = try directory.write(
        """
        [ca]
        default_ca = own
        [own]
        database = \(directory.path("index.txt"))
        new_certs_dir = \(directory.path)
        rand_serial = yes
        default_md = sha256
        policy = any
        [any]
        commonName = supplied

        """, to: "ca.cnf")
      try run(
        "ca", "-batch", "-config", configuration, "-in", request, "-cert", authority.certificate,
        "-keyfile", authority.key, "-startdate", "20200101000000Z", "-enddate",
        "20200201000000Z", "-extfile", extensions, "-notext", "-out", pair.certificate)
    }

    private func pair(_ name: String) -> Pair {
      Pair(certificate: directory.path("\(name).crt"), key: directory.path("\(name).key"))
    }

    private func run(_ arguments: String...) throws {
      let result = try ProcessRunner(
        openssl, arguments, environment: ["HOME": directory.path, "RANDFILE": "/dev/null"]
      ).run()
      guard result.code == 0 else {
        throw Failure(description: "openssl \(arguments[0]): \(result.errors)")
      }
    }
  }
}
