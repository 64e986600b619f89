import FoundationEssentials
import OpenIDConnect
import Platform
import TokenExchange

/// Something that a step found to be wrong.
enum DoctorFinding: Equatable, Sendable {
  /// The error that the plugin would report.
  case error(CommandError)
  /// A warning of the plugin.
  case warning(Warning)
  case client(ClientFinding)
  case unknownScopes([UnknownScope])
  /// Variables that begin with `TOKENXCHANGE_` and set no option.
  case unknownVariables([UnknownVariable])
  case apiVersionMismatch(requested: ExecAPIVersion, option: String)
  case subjectToken(SubjectTokenFinding)
  /// Plain http was sent to a port for https.
  case httpToTLSPort(EndpointURL, status: Int)
  case clockDifference(ClockDifference, isDex: Bool = true)
  case discovery(DiscoveryFinding)
  /// An object of the discovery document has two members of the same name.
  case duplicateMember(String, EndpointURL, isDex: Bool)
  case issuer(IssuerFinding)
  /// Dex's `access_denied`, with what was observed about its causes.
  case accessDenied(CommandError, ExchangeContext, SubjectObservations)
  case signIn(SignInFinding)
  case result(ResultFinding)
  case apiServer(APIServerFinding)
  case access(AccessFinding)
  /// The build cannot set TLS and proxy options.
  case noTLSOptions

  /// A scope that Dex does not support, and a similar one that it does.
  struct UnknownScope: Equatable, Sendable {
    var name: String
    var nearest: String?
  }

  /// Failed if the plugin or the API server fails; otherwise a warning.
  var status: DoctorStep.Status { DoctorReport.Finding(self).status }
}

/// What can be wrong with a kubeconfig, a cluster Secret, or their command.
enum ClientFinding: Equatable, Sendable {
  /// A Secret without the label that Argo CD uses to find clusters.
  case noClusterLabel
  /// A CA and `insecure: true`, which client-go rejects.
  case authorityAndInsecure
  /// Argo CD ignores the plugin for its own cluster.
  case inClusterServer
  /// client-go rejects the `apiVersion`; nil if there is none.
  case apiVersion(String?)
  /// client-go rejects the `interactiveMode`; nil if there is none and v1 requires one.
  case interactiveMode(String?)
  case commandNotFound(String)
  case notExecutable(String)
  /// The user authenticates without a plugin.
  case noPlugin(ClientConfiguration.Credential, name: String)
  /// Another program, and the configuration that runs this one instead.
  case otherTool(PluginCommand.Tool, line: String)
  /// A program whose options cannot be translated.
  case unknownTool(PluginCommand.Tool)
}

/// What can be wrong with a subject token that could be read, and with its file.
enum SubjectTokenFinding: Equatable, Sendable {
  /// The token has an error, but it is valid by Dex's clock.
  case wrongClock(ClockDifference, CommandError)
  case issuedByDex
  /// An audience that the API server of its cluster accepts.
  case apiServerAudience(String)
  case sentAsAccessToken
  case worldWritable
  case subPathMount
  case notRenewed(percent: Int)
}

/// What can be wrong with Dex's discovery document.
enum DiscoveryFinding: Equatable, Sendable {
  /// There is none; perhaps there is one for another issuer.
  case noDocument(EndpointURL, status: Int, otherIssuer: String?)
  case issuerMismatch(found: String, option: String)
  case issuerDiffersBySlash(found: String, option: String)
  case tokenEndpointMismatch(found: String, configured: EndpointURL)
  case exchangeNotOffered(EndpointURL)
}

/// What can be wrong with the issuer of a service account token, which the API server trusts.
enum IssuerFinding: Equatable, Sendable {
  /// It cannot be reached from here; perhaps from the API server.
  case unreachable(TransportError, EndpointURL, timeout: Double)
  case noDocument(EndpointURL, status: Int)
  case mismatch(found: String, token: String)
  case noKeys(KeySetFailure)
  /// The key of the token is not published.
  case unknownKey(String, known: [String])
}

/// What was observed about the causes of Dex's `access_denied`; nil if unknown.
struct SubjectObservations: Equatable, Sendable {
  /// Whether this machine's clock and Dex's agree.
  var clocksAgree: Bool?
  /// Whether the issuer of the subject token publishes its key.
  var isKeyPublished: Bool?
}

/// What can be wrong with a stored sign-in.
enum SignInFinding: Equatable, Sendable {
  case notSignedIn(issuer: EndpointURL, command: String)
  /// Dex rejects the refresh token; the ID token is valid until `until`, or has expired.
  case refreshRejected(OAuthError?, until: Date?, now: Date, command: String)
  case noRefreshToken(until: Date?, now: Date, command: String)
  /// A sign-in with the selected flow would fail.
  case flowNotAllowed(CommandError, isSignedIn: Bool)
  /// A sign-in works on machines with a browser only.
  case deviceFlowNotAllowed(CommandError)
}

/// What can be wrong with a token from Dex.
enum ResultFinding: Equatable, Sendable {
  case opaque(EndpointURL)
  case issuerDiffersBySlash(issuer: String)
  case notYetValid(start: Date, now: Date)
  /// In seconds; that of the subject token may be unknown.
  case longLifetime(Double, subjectToken: Double?)
  case noExpiryMargin
  case claimLikeServiceAccount(UsernameClaims.Claim)
  /// Dex no longer publishes the token's key.
  case unknownKey(String, known: [String], isStored: Bool)
  /// The same for a token in the cache, which kubectl gets.
  case cachedUnknownKey(String, known: [String])
  case largeHeader(bytes: Int, groups: Int)
}

/// What can be wrong with the API server.
enum APIServerFinding: Equatable, Sendable {
  case error(APIServerError)
  case certificateNotVerified(EndpointURL)
  /// It sees a user that is not a claim of the token.
  case composedUsername(String)
  case mapsSubject(user: String)
  case mapsUnsafeClaim(UsernameClaims.Claim, user: String)
}

/// What can be wrong with the rights of the user.
enum AccessFinding: Equatable, Sendable {
  case error(APIServerError)
  case invalidQuestion(String)
  case denied(AccessQuestion, namespace: String?, user: String)
  /// The user has no rights in these namespaces except those of every user.
  case noRights([String], isGiven: Bool, user: String)
  case argoCDCannotList(user: String)
}

/// How far this machine's clock is from Dex's.
struct ClockDifference: Equatable, Sendable {
  /// Positive if this machine's clock is ahead.
  var seconds: Double

  /// Whether it is more than what Dex tolerates.
  var isHarmful: Bool { abs(seconds) > 60 }
}
