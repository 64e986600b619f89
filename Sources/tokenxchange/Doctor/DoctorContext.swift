import Encoding
import FoundationEssentials
import OpenIDConnect
import Platform
import TokenExchange

/// What the doctor's steps have found so far; each step reads it and adds to it.
struct DoctorContext: Sendable {
  let plan: DoctorPlan
  /// The plugin's options; the settings step adds those that the client sets for the cluster.
  var arguments: ParsedArguments
  let log: VerboseLog

  /// The configuration of get-token, if it is complete.
  var configuration: ExchangeConfiguration?
  /// The configuration and the request of login, if they are complete.
  var login: (configuration: LoginConfiguration, request: LoginRequest)?
  /// The issuer to connect to: Dex, or that of the token in a file.
  var provider: Provider?
  /// The certificates to trust, if their files can be read.
  var trust: HTTPOptions.Trust?
  /// The API server, if its URL and its certificates are known.
  var target: APIServer?
  /// The validity of the client certificate, if there is one.
  var clientCertificateValidity: (start: Date, end: Date)?
  /// The steps before each connection.
  let network = NetworkRecord()
  /// The response to the discovery request, if its URL is known.
  var discovery: DiscoveryProbe?
  /// The IDs of the issuer's keys, if they could be fetched.
  var keyIDs: [String]?
  /// The claims of the subject token, even if the token is not usable.
  var subject: UnverifiedJWT?
  /// The request to Dex, if the subject token is usable.
  var request: TokenExchangeRequest?
  /// The token for the API server.
  var token: Token?
  /// The user that the API server sees, or why that step was skipped.
  var user: APIServer.User?
  var apiServerSkipReason: DoctorSummary.SkipReason?
  /// Secrets that must not be shown, in addition to the token and the request to Dex.
  var secrets: [Secret] = []

  /// An issuer of tokens, and how to connect to it.
  struct Provider: Equatable, Sendable {
    /// nil if only the token endpoint is configured.
    var issuer: EndpointURL?
    /// nil if no token is requested.
    var tokenURL: EndpointURL?
    /// The issuer, or the parent of the token endpoint.
    var discoveryBase: EndpointURL?
    var authority: TrustSource
    /// Whether it is Dex, and not the issuer of service account tokens.
    var isDex = true
  }

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

  /// Seconds for one request; the doctor does not wait for a user as `login` does.
  var timeout: Double { min(configuration?.timeout ?? 10, 60) }

  /// Removes the secrets that were sent from the servers' texts.
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

/// The response to a discovery request.
struct DiscoveryProbe: Sendable {
  var url: EndpointURL
  var response: Result<HTTPResponse, TransportError>
  var milliseconds: Int
  /// From the response's `Date`; nil if there is none.
  var clockDifference: ClockDifference?

  /// Sends the request.
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
    guard let document = body.flatMap(JSON.init(parsing:)), document["issuer"]?.string != nil
    else { return nil }
    return document
  }

  /// The name that two members of the document have, if it cannot be used for that reason.
  var duplicateMember: String? { body.flatMap(JSON.duplicateName(in:)) }

  private var body: [UInt8]? {
    guard case .success(let response) = response, (200...299).contains(response.status) else {
      return nil
    }
    return response.body
  }
}

extension World {
  func get(
    _ url: EndpointURL, accept: String, _ trust: HTTPOptions.Trust, timeout: Double
  ) throws(TransportError) -> HTTPResponse {
    let request = HTTPRequest(
      method: "GET", url: url.text,
      headers: [.init("Accept", accept), .init("User-Agent", Version.userAgent)])
    return try request.send(by: network.send, HTTPOptions(trust: trust, timeout: timeout))
  }

  /// Fetches the IDs of the keys that a discovery document refers to.
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
