import Foundation
import TestSupport
import Testing
import TokenExchange

@testable import tokenxchange

/// Whom to trust, out of flags and variables.
struct AuthorityTests {
  private func authority(
    _ arguments: [String], _ variables: [String: String] = [:]
  ) throws -> TrustSource {
    try TrustSource(ArgumentParser(arguments: arguments, variables: variables).parse())
  }

  @Test func isTheSystemUnlessSaid() throws {
    #expect(try authority([]) == .system)
    let file = TrustSource.file("/ca.crt", source: "--certificate-authority")
    #expect(try authority(["--certificate-authority=/ca.crt"]) == file)
    let data = TrustSource.data("TUlJ", source: "--certificate-authority-data")
    #expect(try authority(["--certificate-authority-data", "TUlJ"]) == data)
    #expect(try authority(["--insecure-skip-tls-verify"]) == .insecureSkipVerify)
  }

  @Test func aFlagWinsTheWholeGroup() throws {
    let variables = ["TOKENXCHANGE_CERTIFICATE_AUTHORITY": "/ca.crt"]
    let variable = TrustSource.file("/ca.crt", source: "TOKENXCHANGE_CERTIFICATE_AUTHORITY")
    #expect(try authority([], variables) == variable)
    let flag = TrustSource.data("TUlJ", source: "--certificate-authority-data")
    #expect(try authority(["--certificate-authority-data=TUlJ"], variables) == flag)
  }

  @Test func saysWhatContradicts() {
    let both = Problem.conflict(
      "--certificate-authority", "--certificate-authority-data",
      hint: "keep one of them; both say whose certificates to trust")
    #expect(throws: both) {
      try authority(["--certificate-authority=/ca.crt", "--certificate-authority-data=TUlJ"])
    }
    let variables = [
      "TOKENXCHANGE_CERTIFICATE_AUTHORITY": "/ca.crt",
      "TOKENXCHANGE_CERTIFICATE_AUTHORITY_DATA": "TUlJ",
    ]
    #expect(throws: Problem.self) { try authority([], variables) }
    for more in ["--certificate-authority=/ca.crt", "--certificate-authority-data=TUlJ"] {
      let problem = #expect(throws: Problem.self) {
        try authority(["--insecure-skip-tls-verify", more])
      }
      #expect(
        problem?.sentence
          == "--insecure-skip-tls-verify and \(more.prefix { $0 != "=" }) cannot be used together")
    }
  }

  @Test func takesCertificatesAsTheyAre() throws {
    let pem = Array(try authorityPEM.utf8)
    #expect(try PEMCertificates.check(pem, source: "x") == pem)
    let data = Base64.encode(pem)
    #expect(try PEMCertificates.decode(data, source: "x") == pem)
    let wrapped = "\(data.prefix(76))\n\(data.dropFirst(76))\n"
    #expect(try PEMCertificates.decode(wrapped, source: "x") == pem)
  }

  /// What OpenSSL would stumble over or take as it is; the certificates are the same.
  static let forms: [Row<@Sendable (String) -> String, Int>] = [
    Row("comments and two", { "# a comment\r\n\($0)subject=x\n\($0)junk ----" }, 2),
    Row(
      "private key beside it",
      { "-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----\n" + $0 }, 1),
    Row("lines of Windows", { $0.replacing("\n", with: "\r\n") }, 1),
    Row("lines of an old Mac", { $0.replacing("\n", with: "\r") }, 1),
    Row("byte order mark", { "\u{FEFF}" + $0 }, 1),
    Row("indented, as in YAML", { $0.replacing("\n", with: "\n    ") }, 1),
    Row("folded to one line", { $0.replacing("\n", with: " ") }, 1),
    Row("lines lost", { $0.replacing("\n", with: "") }, 1),
    Row("blank lines", { $0.replacing("\n", with: "\n\n") }, 1),
    Row("pasted together", { String($0.dropLast()) + $0 }, 2),
    Row("no newline at the end", { String($0.dropLast()) }, 1),
    Row("zero bytes behind it", { $0 + "\0\0" }, 1),
  ]

  @Test(arguments: forms)
  func writesThemAnew(_ row: Row<@Sendable (String) -> String, Int>) throws {
    let pem = try authorityPEM
    let certificates = try PEMCertificates.check(Array(row.input(pem).utf8), source: "x")
    #expect(
      String(decoding: certificates, as: UTF8.self) == String(repeating: pem, count: row.output))
  }

  @Test func saysHowToTurnDERIntoPEM() throws {
    let lines = try authorityPEM.split(separator: "\n").dropFirst().dropLast()
    let der = try #require(Base64.decode(lines.joined()))
    let problem = #expect(throws: Problem.self) {
      try PEMCertificates.check(der, source: "--x")
    }
    #expect(problem?.sentence == "--x is DER and not PEM")
    #expect(problem?.hint == "turn it into PEM: openssl x509 -inform DER -in FILE -out ca.crt")
  }

  @Test(arguments: [
    ("", "--x is empty"), (" \n", "--x is empty"), ("hello", "--x does not hold PEM"),
    ("-----BEGIN PRIVATE KEY-----\nAA==\n", "--x holds PEM, but no certificate"),
    ("-----BEGIN CERTIFICATE-----\nMII", "certificate 1 of --x has no -----END CERTIFICATE-----"),
    (
      "-----BEGIN CERTIFICATE-----\nM*I=\n-----END CERTIFICATE-----\n",
      "certificate 1 of --x is not base64"
    ),
    (
      "-----BEGIN CERTIFICATE-----\naGVsbG8gaGVsbG8=\n-----END CERTIFICATE-----\n",
      "certificate 1 of --x is no X.509 certificate"
    ),
  ])
  func namesWhatIsWrong(_ text: String, _ sentence: String) {
    let byFile = #expect(throws: Problem.self) {
      try PEMCertificates.check(Array(text.utf8), source: "--x")
    }
    #expect(byFile?.sentence == sentence)
    #expect(byFile?.category == .usage)
    let byData = #expect(throws: Problem.self) {
      try PEMCertificates.decode(Base64.encode(Array(text.utf8)), source: "--x")
    }
    #expect(byData?.sentence == sentence)
  }

  @Test func findsTheCutOneAmongGoodOnes() throws {
    let pem = try authorityPEM
    let lines = pem.split(separator: "\n")
    let cut = (lines.prefix(2) + lines.suffix(1)).joined(separator: "\n")
    let problem = #expect(throws: Problem.self) {
      try PEMCertificates.check(Array((pem + cut).utf8), source: "--x")
    }
    #expect(problem?.sentence == "certificate 2 of --x is no X.509 certificate")
  }

  @Test func dataMustBeBase64() {
    let pem = #expect(throws: Problem.self) {
      try PEMCertificates.decode("-----BEGIN CERTIFICATE-----", source: "--x")
    }
    #expect(pem?.sentence == "--x is PEM itself and not its base64")
    let other = #expect(throws: Problem.self) {
      try PEMCertificates.decode("/etc/ssl/ca.crt?", source: "--x")
    }
    #expect(other?.sentence == "--x is not base64")
  }

  private static let certificates = Result { try TestCertificates() }

  private var authorityPEM: String {
    get throws {
      try String(contentsOfFile: Self.certificates.get().authority.certificate, encoding: .utf8)
    }
  }
}
