import Testing
import TokenExchange

@testable import Platform

/// What the hook of `CPlatform` cannot vouch for is not sent.
struct TransportRefusalTests {
  @Test func anOptionThatCannotBeSetStopsTheRequest() {
    // libcurl takes no URL of more than 8 million bytes. This one is longer by little; URLSession
    // sets a shorter one, and the hook the true one, as for every IPv6 address.
    let start = "https://[0000:0000:0000:0000:0000:0000:0000:0001]:1/"
    let url = start + String(repeating: "a", count: 8_000_010 - start.utf8.count)
    let error = #expect(throws: TransportError.self) {
      try URLSessionTransport().send(
        HTTPRequest(method: "POST", url: url, headers: [], body: []),
        HTTPOptions(trust: .insecureSkipVerify, timeout: 5))
    }
    #expect(error == .notSent(.optionRejected(10002)))
  }

  @Test func trustInNothingStopsTheRequest() {
    let error = #expect(throws: TransportError.self) {
      try URLSessionTransport().send(
        HTTPRequest(method: "POST", url: "https://127.0.0.1:1/", headers: [], body: []),
        HTTPOptions(trust: .certificates(pem: []), timeout: 5))
    }
    #expect(error == .notSent(.noCACertificates))
  }
}
