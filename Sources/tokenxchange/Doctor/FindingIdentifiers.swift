import OpenIDConnect
import Platform
import TokenExchange

/// The stable names of findings in the JSON output.
extension DoctorFinding {
  var identifier: String {
    switch self {
    case .error(let error): error.identifier
    case .warning(let warning): warning.identifier
    case .unknownScopes: "unknown-scopes"
    case .apiVersionMismatch: "api-version-mismatch"
    case .subjectToken(let finding): finding.identifier
    case .httpToTLSPort: "http-to-https-port"
    case .clockDifference: "clock-difference"
    case .discovery(let finding): finding.identifier
    case .result(let finding): finding.identifier
    case .apiServer(let finding): finding.identifier
    case .noTLSOptions: "no-tls-options"
    }
  }
}

extension SubjectTokenFinding {
  fileprivate var identifier: String {
    switch self {
    case .wrongClock: "wrong-clock"
    case .issuedByDex: "subject-token-issued-by-dex"
    case .apiServerAudience: "subject-token-api-server-audience"
    case .sentAsAccessToken: "subject-token-sent-as-access-token"
    case .worldWritable: "token-file-world-writable"
    case .subPathMount: "token-file-sub-path-mount"
    case .notRenewed: "token-file-not-renewed"
    }
  }
}

extension DiscoveryFinding {
  fileprivate var identifier: String {
    switch self {
    case .noDocument: "no-discovery-document"
    case .issuerMismatch: "issuer-mismatch"
    case .issuerDiffersBySlash: "issuer-trailing-slash"
    case .tokenEndpointMismatch: "token-endpoint-mismatch"
    case .exchangeNotOffered: "exchange-not-offered"
    }
  }
}

extension ResultFinding {
  fileprivate var identifier: String {
    switch self {
    case .opaque: "token-opaque"
    case .issuerDiffersBySlash: "token-issuer-trailing-slash"
    case .notYetValid: "token-not-yet-valid"
    case .longLifetime: "token-long-lifetime"
    case .noExpiryMargin: "no-expiry-margin"
    case .claimLikeServiceAccount: "claim-like-service-account"
    }
  }
}

extension APIServerFinding {
  fileprivate var identifier: String {
    switch self {
    case .error(.transport): "api-server-connection"
    case .error(.unauthorized): "api-server-unauthorized"
    case .error(.forbidden): "api-server-forbidden"
    case .error(.notAPIServer): "not-an-api-server"
    case .composedUsername: "api-server-composes-user-name"
    case .mapsSubject: "api-server-maps-sub"
    case .mapsUnsafeClaim: "api-server-maps-unsafe-claim"
    }
  }
}

extension Warning {
  fileprivate var identifier: String {
    switch self {
    case .tokenOverHTTP: "token-over-http"
    case .certificatesNotVerified: "certificates-not-verified"
    case .secretInArguments: "secret-in-arguments"
    case .issuerDiffersBySlash: "token-issuer-trailing-slash"
    case .unknownExpiry: "token-expiry-unknown"
    case .subjectTokenNotYetValid: "subject-token-not-yet-valid"
    case .sidecar: "sidecar"
    }
  }
}

extension CommandError {
  fileprivate var identifier: String {
    switch self {
    case .usage: "usage"
    case .configuration: "configuration"
    case .clusterConfig: "cluster-config"
    case .subjectToken(.unreadable, _): "subject-token-unreadable"
    case .subjectToken(.invalid(let error), _): error.identifier
    case .tokenInput(.invalid(let error, _)): error.identifier
    case .tokenInput: "subject-token-unreadable"
    case .transport, .exchange(.transport, _), .grant(.transport, _): "connection"
    case .exchange(.oauth, _), .grant(.oauth, _): "oauth-error"
    case .exchange(.invalidResponse, _), .grant: "invalid-response"
    // No step throws the errors of other commands.
    default: "other"
    }
  }
}

extension InvalidSubjectToken {
  fileprivate var identifier: String {
    switch self {
    case .empty: "subject-token-empty"
    case .invalidCharacters: "subject-token-characters"
    case .wrapped: "subject-token-wrapped"
    case .notJWT: "subject-token-not-jwt"
    case .expired: "subject-token-expired"
    case .notYetValid: "subject-token-not-yet-valid"
    case .audience: "subject-token-audience"
    }
  }
}
