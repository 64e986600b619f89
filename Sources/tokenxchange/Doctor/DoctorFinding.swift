import FoundationEssentials
import Platform
import TokenExchange

/// Something that a step found to be wrong.
enum DoctorFinding: Equatable, Sendable {
  /// The error with which `get-token` would fail.
  case error(CommandError)
  /// The warning of `get-token`.
  case warning(Warning)
  case unknownScopes([UnknownScope])
  case apiVersionMismatch(requested: ExecAPIVersion, option: String)
  case subjectToken(SubjectTokenFinding)
  /// Plain http was sent to a port for https.
  case httpToTLSPort(EndpointURL, status: Int)
  case clockDifference(ClockDifference)
  case discovery(DiscoveryFinding)
  case result(ResultFinding)
  case apiServer(APIServerFinding)
  /// The build cannot set TLS and proxy options.
  case noTLSOptions

  /// A scope that Dex does not know, and the known one that is similar.
  struct UnknownScope: Equatable, Sendable {
    var name: String
    var nearest: String?
  }

  /// Whether get-token or the API server fails, or works in spite of the finding.
  var status: DoctorStep.Status {
    switch self {
    case .error, .httpToTLSPort, .subjectToken(.wrongClock), .discovery(.noDocument),
      .discovery(.issuerMismatch),
      .discovery(.exchangeNotOffered), .apiServer(.error):
      .failed
    default: .warning
    }
  }
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

/// What can be wrong with a token from Dex.
enum ResultFinding: Equatable, Sendable {
  case opaque(EndpointURL)
  case issuerDiffersBySlash(issuer: String)
  case notYetValid(start: Date, now: Date)
  /// In seconds; that of the subject token may be unknown.
  case longLifetime(Double, subjectToken: Double?)
  case noExpiryMargin
  case claimLikeServiceAccount(UsernameClaims.Claim)
}

/// What can be wrong with the API server.
enum APIServerFinding: Equatable, Sendable {
  case error(APIServerError)
  /// It sees a user that is not a claim of the token.
  case composedUsername(String)
  case mapsSubject(user: String)
  case mapsUnsafeClaim(UsernameClaims.Claim, user: String)
}

/// How far this machine's clock is from Dex's.
struct ClockDifference: Equatable, Sendable {
  /// Positive if this machine's clock is ahead.
  var seconds: Double

  /// Whether it is more than what Dex tolerates.
  var isHarmful: Bool { abs(seconds) > 60 }
}
