import Foundation
import Platform
import TestSupport
import Testing
import TokenExchange

@Suite("Client certificate check") struct ClientCertificateCheckTests {
  private func read(_ path: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(filePath: path)))
  }

  private func pair(_ certificate: [UInt8], _ key: [UInt8]) -> HTTPOptions.ClientCertificate {
    .init(certificates: certificate, key: Secret(String(decoding: key, as: UTF8.self)))
  }

  @Test("the validity of a matching pair is returned, even with a chain")
  func valid() throws {
    let certificates = try TestCertificates.shared
    let key = try read(certificates.client.key)
    let leaf = try read(certificates.client.certificate)
    let chain = try leaf + read(certificates.authority.certificate)
    for bytes in [leaf, chain] {
      let validity = try pair(bytes, key).check()
      let days = validity.end.timeIntervalSince(validity.start) / 86_400
      #expect(days == 20)
      #expect(abs(validity.start.timeIntervalSinceNow) < 600)
    }
  }

  @Test("mismatched and invalid pairs are reported")
  func invalid() throws {
    let certificates = try TestCertificates.shared
    let key = try read(certificates.client.key)
    let leaf = try read(certificates.client.certificate)
    let authority = try read(certificates.authority.certificate)
    #expect(throws: ClientCertificateError.mismatch) {
      try pair(leaf, read(certificates.server.key)).check()
    }
    // Only the first certificate in the file is the client's.
    #expect(throws: ClientCertificateError.mismatch) { try pair(authority + leaf, key).check() }
    #expect(throws: ClientCertificateError.noKey) { try pair(leaf, leaf).check() }
    #expect(throws: ClientCertificateError.noKey) { try pair(leaf, []).check() }
    #expect(throws: ClientCertificateError.invalidCertificate) { try pair(key, key).check() }
    #expect(throws: ClientCertificateError.invalidCertificate) { try pair([], key).check() }
  }
}
