import FoundationEssentials
import Platform
import TokenExchange

/// The result of a step without findings.
enum DoctorSummary: Equatable, Sendable {
  case skipped(SkipReason)
  case settingsComplete
  /// There is no exec info; credentials have this version.
  case noExecInfo(version: ExecAPIVersion)
  case execInfo(version: ExecAPIVersion?)
  case opaqueSubjectToken
  case subjectToken(UnverifiedJWT, now: Date)
  case connected(EndpointURL, isCertificateVerified: Bool)
  case discovered(issuer: String)
  case exchanged
  case result(UnverifiedJWT, now: Date)
  /// The claims that name the user, if the token has them.
  case username(userID: String?, connectorID: String?)
  case apiServer(user: String)
  case program(isStatic: Bool)

  /// Why a step was skipped.
  enum SkipReason: Equatable, Sendable {
    case incompleteSettings
    case noDiscoveryURL
    case noConnection(EndpointURL?)
    case noSubjectToken
    case noToken
    case noServer
  }
}
