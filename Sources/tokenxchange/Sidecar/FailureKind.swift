import FoundationEssentials
import TokenExchange

/// A failure without the values that differ from one attempt to the next.
enum FailureKind: Equatable {
  case exchange(TokenExchangeError)
  case other(CommandError)

  init(_ error: CommandError) {
    self =
      switch error {
      case .exchange(let error, _): .exchange(error.withoutDetails)
      case .subjectToken(.invalid(let error), let file):
        .other(.subjectToken(.invalid(error.withoutDetails), file: file))
      default: .other(error)
      }
  }
}

extension TokenExchangeError {
  fileprivate var withoutDetails: TokenExchangeError {
    switch self {
    case .transport(let error, _):
      .transport(error.withoutMeasurements, attempts: 1)
    case .oauth(let error, _):
      .oauth(OAuthError(code: error.code, status: error.status), attempts: 1)
    case .invalidResponse(let response, _):
      .invalidResponse(
        InvalidResponse(response.reason.withoutDetails, status: response.status), attempts: 1)
    }
  }
}

extension InvalidResponse.Reason {
  fileprivate var withoutDetails: InvalidResponse.Reason {
    switch self {
    case .redirect: .redirect(.missing)
    case .serverError: .serverError(.html)
    case .notFound: .notFound(.html)
    case .unexpectedStatus: .unexpectedStatus(.html)
    case .notJSON: .notJSON(byteCount: 0)
    case .duplicateMember: .duplicateMember("")
    case .invalidErrorMember: .invalidErrorMember("")
    case .token(.expired): .token(.expired(at: .distantPast, now: .distantPast))
    case .token(.issuer): .token(.issuer(expected: "", found: nil))
    case .token(.audience): .token(.audience(missing: [], found: []))
    case .plainHTTPToTLSPort, .clientCertificateRequired, .empty, .html, .notJSONObject, .token:
      self
    }
  }
}

extension InvalidSubjectToken {
  fileprivate var withoutDetails: InvalidSubjectToken {
    switch self {
    case .expired: .expired(at: .distantPast, now: .distantPast)
    case .notYetValid: .notYetValid(from: .distantPast, now: .distantPast)
    case .audience(let required, _): .audience(required: required, found: [])
    case .empty, .invalidCharacters, .wrapped, .notJWT, .duplicateMember: self
    }
  }
}
