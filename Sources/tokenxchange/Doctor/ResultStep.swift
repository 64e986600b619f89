import FoundationEssentials
import Platform
import TokenExchange

extension Doctor {
  /// The token from Dex: its issuer, audiences and lifetime.
  static func result(_ context: inout DoctorContext) -> DoctorStep {
    guard let token = context.token, let request = context.request else {
      return .skipped(.result, .noToken)
    }
    var step = DoctorStep(.result)
    let now = context.world.now()
    guard let jwt = token.jwt else {
      step.add(.result(.opaque(request.tokenURL)))
      return step
    }
    let claims = TokenFacts(jwt: jwt, now: now)
    step.facts = claims.rows
    step.summary = .result(jwt, now: now)
    if request.expectedClaims.differsOnlyBySlash(from: token.jwt?.issuer) {
      step.add(.result(.issuerDiffersBySlash(issuer: jwt.issuer ?? "")))
    }
    if let start = jwt.notBefore, start > now {
      step.add(.result(.notYetValid(start: start, now: now)))
    }
    step.checkLifetime(of: claims, context.subject.map { TokenFacts(jwt: $0, now: now) })
    step.checkMargin((try? context.arguments[.expiryMargin]) ?? 0)
    return step
  }
}

extension DoctorStep {
  /// Dex sets the lifetime of its tokens regardless of the subject token's expiry.
  fileprivate mutating func checkLifetime(of claims: TokenFacts, _ subject: TokenFacts?) {
    guard let lifetime = claims.validity?.duration else { return }
    let subjectLifetime = subject?.validity?.duration
    facts.append(.lifetime(lifetime, subjectToken: subjectLifetime))
    // An hour is kubelet's default; the minute allows for its jitter.
    guard lifetime > max(subjectLifetime ?? 0, 3600) + 60 else { return }
    add(.result(.longLifetime(lifetime, subjectToken: subjectLifetime)))
  }

  fileprivate mutating func checkMargin(_ seconds: Double) {
    note("expiry margin", DurationText.text(seconds))
    if seconds == 0 { add(.result(.noExpiryMargin)) }
  }
}
