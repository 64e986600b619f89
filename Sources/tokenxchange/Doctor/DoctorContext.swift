import Encoding
import FoundationEssentials
import OpenIDConnect
import Platform
import TokenExchange

/// What the steps of the doctor have found so far; each step reads it and adds to it.
struct DoctorContext: Sendable {
  let plan: DoctorPlan
  /// The plugin's options, with those that the client sets for the cluster once the settings were
  /// checked.
  var arguments: ParsedArguments
  let log: VerboseLog

  /// The configuration of get-token, once it is known to be complete.
  var configuration: ExchangeConfiguration?
  /// The configuration and the request of login, once they are known to be complete.
  var login: (configuration: LoginConfiguration, request: LoginRequest)?
  /// The issuer to connect to: Dex, or that of the token in a file.
  var provider: Provider?
  /// The certificates to trust, once their files have been read.
  var trust: HTTPOptions.Trust?
  /// The API server, once its URL and its certificates are known.
  var target: APIServer?
  /// The validity of the client certificate, if there is one.
  var clientCertificateValidity: (start: Date, end: Date)?
  /// The steps before each connection.
  let network = NetworkRecord()
  /// The request for the discovery document, if its URL is known.
  var discovery: DiscoveryProbe?
  /// The IDs of the issuer's keys, once they were fetched.
  var keyIDs: [String]?
  /// The claims of the subject token, even if the token is not usable.
  var subject: UnverifiedJWT?
  /// The request to Dex, once the subject token is known to be usable.
  var request: TokenExchangeRequest?
  /// The token for the API server.
  var token: Token?
  /// The user that the API server sees.
  var user: APIServer.User?
  /// Secrets that must not be shown, in addition to the token and the request to Dex.
  var secrets: [Secret] = []

  /// An issuer of tokens, and how to connect to it.
  struct Provider: Equatable, Sendable {
    /// The issuer, if it is known by name.
    var issuer: EndpointURL?
    /// The token endpoint, if tokens are requested.
    var tokenURL: EndpointURL?
    /// The URL above the discovery document.
    var discoveryBase: EndpointURL?
    var authority: TrustSource
    /// Whether it is Dex, and not the issuer of service account tokens.
    var isDex = true
  }

  /// A token for the API server.
  struct Token: Equatable, Sendable {
    var secret: Secret
    var jwt: UnverifiedJWT?
  }

  init(_ plan: DoctorPlan, log: VerboseLog) {
    self.plan = plan
    arguments = plan.arguments
    self.log = log
  }

  var world: World { plan.world }

  /// The world with the client certificate for the issuer.
  var providerWorld: World {
    var world = world
    // An unusable client certificate was reported by the settings step.
    if let network = try? configuration?.network(in: world) { world.network = network }
    return world
  }
  var method: AuthenticationMethod { plan.method ?? .getToken }

  /// Seconds for one request; a sign-in has minutes for a user, which the doctor does not wait for.
  var timeout: Double { min(configuration?.timeout ?? 10, 60) }

  /// Removes the secrets that were sent from texts of the servers.
  var redaction: Redaction {
    Redaction(secrets + (request?.secrets ?? []) + (token.map { [$0.secret] } ?? []))
  }

  /// The difference between the clocks; nil if unknown or harmless.
  var harmfulClockDifference: ClockDifference? {
    discovery?.clockDifference.flatMap { $0.isHarmful ? $0 : nil }
  }

  /// Whether the issuer publishes the key of a token; nil if that is unknown.
  func isKeyPublished(of jwt: UnverifiedJWT?) -> Bool? {
    guard let keyIDs, let id = jwt?.header["kid"]?.string else { return nil }
    return keyIDs.containsBytes(of: id)
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
    let start = world.uptime()
    do throws(TransportError) {
      let response = try world.get(url, accept: "application/json", trust, timeout: timeout)
      // The header was written between the request and now, so the middle is the best estimate.
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

  /// The discovery document; nil if there is none.
  var document: JSON? {
    guard case .success(let response) = response, (200...299).contains(response.status),
      let document = JSON(parsing: response.body), document["issuer"]?.string != nil
    else { return nil }
    return document
  }
}

extension World {
  /// Requests a public document.
  func get(
    _ url: EndpointURL, accept: String, _ trust: HTTPOptions.Trust, timeout: Double
  ) throws(TransportError) -> HTTPResponse {
    let request = HTTPRequest(
      method: "GET", url: url.text,
      headers: [.init("Accept", accept), .init("User-Agent", Version.userAgent)])
    return try request.send(by: network.send, HTTPOptions(trust: trust, timeout: timeout))
  }

  /// The IDs of the keys that a discovery document points to.
  ///
  /// - Returns: nil if they cannot be fetched.
  func keyIDs(
    of document: JSON, _ trust: HTTPOptions.Trust, timeout: Double
  ) -> Result<[String], KeySetFailure> {
    let location = document["jwks_uri"]?.string
    guard let location, let url = try? EndpointURL(location) else {
      return .failure(.noURL(location))
    }
    do throws(TransportError) {
      // An API server rejects application/json here.
      let response = try get(url, accept: "application/jwk-set+json, */*", trust, timeout: timeout)
      guard (200...299).contains(response.status),
        case .array(let keys)? = JSON(parsing: response.body)?["keys"]
      else { return .failure(.noKeys(url, status: response.status)) }
      return .success(keys.compactMap { $0["kid"]?.string })
    } catch {
      return .failure(.transport(error, url, timeout: timeout))
    }
  }
}

/// Why the keys of an issuer cannot be fetched.
enum KeySetFailure: Error, Equatable, Sendable {
  /// The discovery document has no usable `jwks_uri`.
  case noURL(String?)
  case noKeys(EndpointURL, status: Int)
  case transport(TransportError, EndpointURL, timeout: Double)
}
