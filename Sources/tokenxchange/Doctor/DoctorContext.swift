import Encoding
import FoundationEssentials
import OpenIDConnect
import Platform
import TokenExchange

/// What the steps of the doctor have found so far; each step reads it and adds to it.
struct DoctorContext: Sendable {
  /// The options, with those that the client sets for the cluster once the settings were checked.
  var arguments: ParsedArguments
  let world: World
  let log: VerboseLog

  /// The configuration, once it is known to be complete.
  var configuration: ExchangeConfiguration?
  /// The certificates to trust, once their files have been read.
  var trust: HTTPOptions.Trust?
  /// From when to when the client certificate is valid, if there is one.
  var clientCertificateValidity: (start: Date, end: Date)?
  /// The steps before each connection.
  let network = NetworkRecord()
  /// The request for Dex's discovery document, if its URL is known.
  var discovery: DiscoveryProbe?
  /// The claims of the subject token, even if the token is not usable.
  var subject: UnverifiedJWT?
  /// The request to Dex, once the subject token is known to be usable.
  var request: TokenExchangeRequest?
  /// The token from Dex.
  var token: IssuedToken?

  init(_ arguments: ParsedArguments, world: World, log: VerboseLog) {
    self.arguments = arguments
    self.world = world
    self.log = log
  }

  /// Removes the secrets that were sent from texts of the servers.
  var redaction: Redaction {
    Redaction((request?.secrets ?? []) + (token.map { [$0.secret] } ?? []))
  }

  /// The difference between the clocks; nil if unknown or harmless.
  var harmfulClockDifference: ClockDifference? {
    discovery?.clockDifference.flatMap { $0.isHarmful ? $0 : nil }
  }
}

/// A request for a discovery document and its response.
struct DiscoveryProbe: Sendable {
  var url: EndpointURL
  var response: Result<HTTPResponse, TransportError>
  var milliseconds: Int
  /// From the response's `Date`; nil if there is none.
  var clockDifference: ClockDifference?

  /// Sends the request.
  ///
  /// - Parameters:
  ///   - issuer: The issuer, or the URL that is taken for it.
  ///   - trust: The certificates to accept.
  ///   - timeout: Seconds to wait.
  ///   - world: Everything outside the process.
  init(_ issuer: EndpointURL, trust: HTTPOptions.Trust, timeout: Double, in world: World) {
    url = issuer.appending(IssuerMetadata.discoveryPath)
    let request = HTTPRequest(
      method: "GET", url: url.text,
      headers: [.init("Accept", "application/json"), .init("User-Agent", Version.userAgent)])
    let start = world.uptime()
    do throws(TransportError) {
      let options = HTTPOptions(trust: trust, timeout: timeout)
      let response = try request.send(by: world.network.send, options)
      // The header was written at some time between the request and now: half way is the best guess.
      clockDifference = response.headers["date"].flatMap(HTTPDate.parse).map {
        ClockDifference(
          seconds: world.now().timeIntervalSince($0) - (world.uptime() - start) / 2)
      }
      self.response = .success(response)
    } catch {
      response = .failure(error)
    }
    milliseconds = Int((world.uptime() - start) * 1000)
  }
}
