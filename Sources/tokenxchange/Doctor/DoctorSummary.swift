import FoundationEssentials
import Platform
import TokenExchange

/// The result of a step without findings.
enum DoctorSummary: Equatable, Sendable {
  case skipped(SkipReason)
  case source(
    DoctorPlan.Source, context: String?, method: AuthenticationMethod?, ignored: [String])
  case settingsComplete
  /// Without exec info, credentials have this version.
  case noExecInfo(version: ExecAPIVersion)
  case execInfo(version: ExecAPIVersion?)
  case opaqueSubjectToken
  case subjectToken(UnverifiedJWT, now: Date)
  case connected(EndpointURL, isCertificateVerified: Bool)
  case discovered(issuer: String, isExchange: Bool)
  case issuerPublished(String)
  case exchanged
  case signedIn(UnverifiedJWT?, expiry: Date?, now: Date)
  /// The flag that turns the cache off.
  case nothingStored(flag: String)
  case result(UnverifiedJWT, now: Date)
  /// The claims that name the user, if the token has them.
  case username(userID: String?, connectorID: String?)
  case apiServer(user: String)
  /// The user has rights in these namespaces; in the default one if the list is empty.
  case access(namespaces: [String])
  case program(isStatic: Bool)

  /// Why a step was skipped.
  enum SkipReason: Equatable, Sendable {
    case incompleteSettings
    case noDiscoveryURL
    case noConnection(EndpointURL?)
    case noSubjectToken
    case noIssuer
    case noToken
    case noServer
    case noUser
    case tlsServerName(String)
    indirect case apiServerSkipped(SkipReason)
  }
}
