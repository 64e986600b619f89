import Encoding
import OpenIDConnect
import Platform
import TokenExchange

/// The stable names of findings in the JSON output; a name never changes its meaning.
enum FindingIdentifier: String, CaseIterable, Sendable {
  // The source.
  case clientNoPlugin = "client-no-plugin"
  case clientAPIVersion = "client-api-version"
  case clientInteractiveMode = "client-interactive-mode"
  case clientAuthorityAndInsecure = "client-authority-and-insecure"
  case clientInCluster = "client-in-cluster"
  case clientNoLabel = "client-no-label"
  case commandNotFound = "command-not-found"
  case commandNotExecutable = "command-not-executable"
  case commandOtherTool = "command-other-tool"
  case commandUnknown = "command-unknown"
  // Settings.
  case usage, configuration
  case unknownScopes = "unknown-scopes"
  case unknownVariables = "unknown-variables"
  case apiVersionMismatch = "api-version-mismatch"
  case tokenOverHTTP = "token-over-http"
  case certificatesNotVerified = "certificates-not-verified"
  case secretInArguments = "secret-in-arguments"
  // The subject token.
  case subjectTokenUnreadable = "subject-token-unreadable"
  case subjectTokenEmpty = "subject-token-empty"
  case subjectTokenCharacters = "subject-token-characters"
  case subjectTokenWrapped = "subject-token-wrapped"
  case subjectTokenNotJWT = "subject-token-not-jwt"
  case subjectTokenExpired = "subject-token-expired"
  case subjectTokenNotYetValid = "subject-token-not-yet-valid"
  case subjectTokenAudience = "subject-token-audience"
  case subjectTokenIssuedByDex = "subject-token-issued-by-dex"
  case subjectTokenAPIServerAudience = "subject-token-api-server-audience"
  case subjectTokenSentAsAccessToken = "subject-token-sent-as-access-token"
  case tokenFileWorldWritable = "token-file-world-writable"
  case tokenFileSubPathMount = "token-file-sub-path-mount"
  case tokenFileNotRenewed = "token-file-not-renewed"
  case wrongClock = "wrong-clock"
  // The connection and the discovery document.
  case connection
  case unknownAuthority = "unknown-authority"
  case noSubjectAlternativeName = "certificate-without-san"
  case httpToHTTPSPort = "http-to-https-port"
  case clockDifference = "clock-difference"
  case noDiscoveryDocument = "no-discovery-document"
  case issuerMismatch = "issuer-mismatch"
  case issuerTrailingSlash = "issuer-trailing-slash"
  case tokenEndpointMismatch = "token-endpoint-mismatch"
  case exchangeNotOffered = "exchange-not-offered"
  case issuerUnreachable = "issuer-unreachable"
  case issuerNoDocument = "issuer-no-document"
  case issuerNotThatOfToken = "issuer-not-that-of-token"
  case issuerNoKeys = "issuer-no-keys"
  case issuerUnknownKey = "issuer-unknown-key"
  // The exchange and the sign-in.
  case oauthError = "oauth-error"
  case invalidResponse = "invalid-response"
  case notSignedIn = "not-signed-in"
  case refreshTokenRejected = "refresh-token-rejected"
  case noRefreshToken = "no-refresh-token"
  case flowNotAllowed = "sign-in-flow-not-allowed"
  case deviceFlowNotAllowed = "device-flow-not-allowed"
  case otherError = "other"
  // The token.
  case tokenOpaque = "token-opaque"
  case tokenIssuerTrailingSlash = "token-issuer-trailing-slash"
  case tokenNotYetValid = "token-not-yet-valid"
  case tokenExpiryUnknown = "token-expiry-unknown"
  case tokenLongLifetime = "token-long-lifetime"
  case tokenUnknownKey = "token-unknown-key"
  case cachedTokenUnknownKey = "cached-token-unknown-key"
  case tokenLarge = "token-large"
  case noExpiryMargin = "no-expiry-margin"
  case claimLikeServiceAccount = "claim-like-service-account"
  // The API server and the rights.
  case apiServerConnection = "api-server-connection"
  case apiServerUnknownAuthority = "api-server-unknown-authority"
  case apiServerUnauthorized = "api-server-unauthorized"
  case apiServerForbidden = "api-server-forbidden"
  case notAPIServer = "not-an-api-server"
  case apiServerNotVerified = "api-server-certificate-not-verified"
  case apiServerComposesUsername = "api-server-composes-user-name"
  case apiServerMapsSub = "api-server-maps-sub"
  case apiServerMapsUnsafeClaim = "api-server-maps-unsafe-claim"
  case accessInvalidQuestion = "access-invalid-question"
  case accessDenied = "access-denied"
  case accessNone = "access-none"
  case accessArgoCD = "access-argocd-cannot-list"
  case accessUnknown = "access-unknown"
  // The program.
  case noTLSOptions = "no-tls-options"
}

extension Warning {
  var identifier: FindingIdentifier {
    switch self {
    case .tokenOverHTTP: .tokenOverHTTP
    case .certificatesNotVerified: .certificatesNotVerified
    case .secretInArguments: .secretInArguments
    case .issuerDiffersBySlash: .tokenIssuerTrailingSlash
    case .unknownExpiry: .tokenExpiryUnknown
    case .subjectTokenNotYetValid: .subjectTokenNotYetValid
    // Only the sidecar warns of these.
    case .sidecar: .otherError
    }
  }
}

extension CommandError {
  var identifier: FindingIdentifier {
    switch self {
    case .usage: .usage
    case .configuration, .kubeconfig, .argoCDSecret, .clusterConfig: .configuration
    case .subjectToken(.unreadable, _): .subjectTokenUnreadable
    case .subjectToken(.invalid(let error), _): error.identifier
    case .tokenInput(.invalid(let error, _)): error.identifier
    case .tokenInput: .subjectTokenUnreadable
    case .transport(let error, _, _), .exchange(.transport(let error, _), _),
      .grant(.transport(let error, _, _), _):
      error.identifier
    case .exchange(.oauth, _), .grant(.oauth, _): .oauthError
    case .exchange(.invalidResponse, _), .grant: .invalidResponse
    case .login: .notSignedIn
    // No step throws the errors of other commands.
    case .cache, .failedElsewhere, .notWritten, .output, .generate, .notInstalled, .inspect,
      .check, .publish, .sidecar:
      .otherError
    }
  }
}

extension TransportError {
  var identifier: FindingIdentifier {
    switch self {
    case .tls(.unknownIssuer): .unknownAuthority
    case .tls(.noSubjectAlternativeName): .noSubjectAlternativeName
    default: .connection
    }
  }
}

extension InvalidSubjectToken {
  var identifier: FindingIdentifier {
    switch self {
    case .empty: .subjectTokenEmpty
    case .invalidCharacters: .subjectTokenCharacters
    case .wrapped: .subjectTokenWrapped
    case .notJWT, .duplicateMember: .subjectTokenNotJWT
    case .expired: .subjectTokenExpired
    case .notYetValid: .subjectTokenNotYetValid
    case .audience: .subjectTokenAudience
    }
  }
}
