import Testing
import TokenExchange

@testable import Platform

/// A request is not sent if the hook in `CPlatform` cannot set its options.
struct TransportRefusalTests {
  @Test("an option that libcurl rejects stops the request") func rejectedOption() {
    // libcurl rejects URLs of more than 8 million bytes. This one is slightly longer. URLSession
    // gets a shorter placeholder and the hook sets the real URL, as for every IPv6 address.
    let start = "https://[0000:0000:0000:0000:0000:0000:0000:0001]:1/"
    let url = start + String(repeating: "a", count: 8_000_010 - start.utf8.count)
    let error = #expect(throws: TransportError.self) {
      try URLSessionTransport().send(
        HTTPRequest(method: "POST", url: url, headers: [], body: []),
        HTTPOptions(trust: .insecureSkipVerify, timeout: 5))
    }
    #expect(error == .notSent(.optionRejected(10002)))
  }

  @Test("an empty list of CA certificates stops the request") func emptyTrust() {
    let error = #expect(throws: TransportError.self) {
      try URLSessionTransport().send(
        HTTPRequest(method: "POST", url: "https://127.0.0.1:1/", headers: [], body: []),
        HTTPOptions(trust: .certificates(pem: []), timeout: 5))
    }
    #expect(error == .notSent(.noCACertificates))
  }
}
