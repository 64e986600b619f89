import Foundation
import Platform
import TestSupport
import Testing
import TokenExchange

@Suite("Check of a client certificate") struct ClientCertificateCheckTests {
  private func read(_ path: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(filePath: path)))
  }

  private func pair(_ certificate: [UInt8], _ key: [UInt8]) -> HTTPOptions.ClientCertificate {
    .init(certificates: certificate, key: Secret(String(decoding: key, as: UTF8.self)))
  }

  @Test("a pair, also with the chain, has its validity")
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

  @Test("what is wrong with a pair")
  func invalid() throws {
    let certificates = try TestCertificates.shared
    let key = try read(certificates.client.key)
    let leaf = try read(certificates.client.certificate)
    let authority = try read(certificates.authority.certificate)
    #expect(throws: ClientCertificateError.mismatch) {
      try pair(leaf, read(certificates.server.key)).check()
    }
    // The first certificate counts.
    #expect(throws: ClientCertificateError.mismatch) { try pair(authority + leaf, key).check() }
    #expect(throws: ClientCertificateError.noKey) { try pair(leaf, leaf).check() }
    #expect(throws: ClientCertificateError.noKey) { try pair(leaf, []).check() }
    #expect(throws: ClientCertificateError.invalidCertificate) { try pair(key, key).check() }
    #expect(throws: ClientCertificateError.invalidCertificate) { try pair([], key).check() }
  }
}
