import Encoding
import Foundation
import TestSupport
import Testing
import TokenExchange

@testable import tokenxchange

/// The trusted certificates, set by flags and variables.
struct AuthorityTests {
  private func authority(
    _ arguments: [String], _ variables: [String: String] = [:]
  ) throws -> TrustSource {
    try TrustSource(ArgumentParser(arguments: arguments, variables: variables).parse())
  }

  @Test("the default is the system's trust store") func defaultTrust() throws {
    #expect(try authority([]) == .system)
    let file = TrustSource.file("/ca.crt", source: "--certificate-authority")
    #expect(try authority(["--certificate-authority=/ca.crt"]) == file)
    let data = TrustSource.data("TUlJ", source: "--certificate-authority-data")
    #expect(try authority(["--certificate-authority-data", "TUlJ"]) == data)
    #expect(try authority(["--insecure-skip-tls-verify"]) == .insecureSkipVerify)
  }

  @Test("a flag overrides the variables of its group") func precedence() throws {
    let variables = ["TOKENXCHANGE_CERTIFICATE_AUTHORITY": "/ca.crt"]
    let variable = TrustSource.file("/ca.crt", source: "TOKENXCHANGE_CERTIFICATE_AUTHORITY")
    #expect(try authority([], variables) == variable)
    let flag = TrustSource.data("TUlJ", source: "--certificate-authority-data")
    #expect(try authority(["--certificate-authority-data=TUlJ"], variables) == flag)
  }

  @Test("conflicting options are an error") func conflicts() {
    let both = CommandError.configuration(
      .conflict("--certificate-authority", "--certificate-authority-data", .certificatesTwice))
    #expect(throws: both) {
      try authority(["--certificate-authority=/ca.crt", "--certificate-authority-data=TUlJ"])
    }
    let variables = [
      "TOKENXCHANGE_CERTIFICATE_AUTHORITY": "/ca.crt",
      "TOKENXCHANGE_CERTIFICATE_AUTHORITY_DATA": "TUlJ",
    ]
    #expect(throws: CommandError.self) { try authority([], variables) }
    for more in ["--certificate-authority=/ca.crt", "--certificate-authority-data=TUlJ"] {
      let option = String(more.prefix { $0 != "=" })
      let error = CommandError.configuration(
        .conflict("--insecure-skip-tls-verify", option, .certificatesAndSkipVerify))
      #expect(throws: error) { try authority(["--insecure-skip-tls-verify", more]) }
    }
  }

  @Test("valid PEM is not changed") func unchanged() throws {
    let pem = Array(try authorityPEM.utf8)
    #expect(try PEMCertificates.check(pem, source: "x") == pem)
    let data = Base64.encode(pem)
    #expect(try PEMCertificates.decode(data, source: "x") == pem)
    let wrapped = "\(data.prefix(76))\n\(data.dropFirst(76))\n"
    #expect(try PEMCertificates.decode(wrapped, source: "x") == pem)
  }

  /// Variants of PEM with the same certificates, some of which OpenSSL rejects.
  static let forms: [Row<@Sendable (String) -> String, Int>] = [
    Row("two certificates, with comments", { "# a comment\r\n\($0)subject=x\n\($0)junk ----" }, 2),
    Row(
      "with a private key",
      { "-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----\n" + $0 }, 1),
    Row("CRLF line endings", { $0.replacing("\n", with: "\r\n") }, 1),
    Row("CR line endings", { $0.replacing("\n", with: "\r") }, 1),
    Row("byte order mark", { "\u{FEFF}" + $0 }, 1),
    Row("indented, as in YAML", { $0.replacing("\n", with: "\n    ") }, 1),
    Row("folded to one line", { $0.replacing("\n", with: " ") }, 1),
    Row("no line breaks", { $0.replacing("\n", with: "") }, 1),
    Row("blank lines", { $0.replacing("\n", with: "\n\n") }, 1),
    Row("no newline between two", { String($0.dropLast()) + $0 }, 2),
    Row("no newline at the end", { String($0.dropLast()) }, 1),
    Row("trailing zero bytes", { $0 + "\0\0" }, 1),
  ]

  @Test("certificates are reformatted", arguments: forms)
  func reformats(_ row: Row<@Sendable (String) -> String, Int>) throws {
    let pem = try authorityPEM
    let certificates = try PEMCertificates.check(Array(row.input(pem).utf8), source: "x")
    #expect(
      String(decoding: certificates, as: UTF8.self) == String(repeating: pem, count: row.output))
  }

  @Test("for DER, the hint shows how to convert it to PEM") func der() throws {
    let lines = try authorityPEM.split(separator: "\n").dropFirst().dropLast()
    let der = try #require(Base64.decode(lines.joined()))
    #expect(throws: invalid(.der)) { try PEMCertificates.check(der, source: "--x") }
  }

  @Test(
    "invalid certificates are rejected",
    arguments: [
      ("", InvalidCertificates.empty), (" \n", .empty), ("hello", .notPEM),
      ("-----BEGIN PRIVATE KEY-----\nAA==\n", .noCertificate),
      ("-----BEGIN CERTIFICATE-----\nMII", .certificate(1, .noEnd)),
      (
        "-----BEGIN CERTIFICATE-----\nM*I=\n-----END CERTIFICATE-----\n",
        .certificate(1, .notBase64)
      ),
      (
        "-----BEGIN CERTIFICATE-----\naGVsbG8gaGVsbG8=\n-----END CERTIFICATE-----\n",
        .certificate(1, .notX509)
      ),
    ])
  func rejectsInvalidCertificates(_ text: String, _ error: InvalidCertificates) {
    #expect(throws: invalid(error)) {
      try PEMCertificates.check(Array(text.utf8), source: "--x")
    }
    #expect(throws: invalid(error)) {
      try PEMCertificates.decode(Base64.encode(Array(text.utf8)), source: "--x")
    }
  }

  private func invalid(_ error: InvalidCertificates) -> CommandError {
    .configuration(.invalidCertificates(error, source: "--x"))
  }

  @Test("a truncated certificate among valid ones is detected") func truncatedCertificate() throws {
    let pem = try authorityPEM
    let lines = pem.split(separator: "\n")
    let cut = (lines.prefix(2) + lines.suffix(1)).joined(separator: "\n")
    #expect(throws: invalid(.certificate(2, .notX509))) {
      try PEMCertificates.check(Array((pem + cut).utf8), source: "--x")
    }
  }

  @Test("certificate data must be base64") func dataMustBeBase64() {
    #expect(throws: invalid(.pemInsteadOfBase64)) {
      try PEMCertificates.decode("-----BEGIN CERTIFICATE-----", source: "--x")
    }
    #expect(throws: invalid(.notBase64)) {
      try PEMCertificates.decode("/etc/ssl/ca.crt?", source: "--x")
    }
  }

  private var authorityPEM: String {
    get throws {
      try String(contentsOfFile: TestCertificates.shared.authority.certificate, encoding: .utf8)
    }
  }
}
