import Encoding
import FoundationEssentials
import Platform
import TokenExchange

extension Doctor {
  /// The token from Dex: its issuer, audiences, key and lifetime.
  static func result(_ context: inout DoctorContext) -> DoctorStep {
    guard let token = context.token, let provider = context.provider,
      let url = context.request?.tokenURL ?? provider.tokenURL
    else { return .skipped(.result, .noToken) }
    var step = DoctorStep(.result)
    let now = context.world.now()
    guard let jwt = token.jwt else {
      step.add(.result(.opaque(url)))
      return step
    }
    let claims = TokenFacts(jwt: jwt, now: now)
    step.facts = claims.rows + [.groups(jwt)]
    step.summary = .result(jwt, now: now)
    if context.isKeyPublished(of: jwt) == false {
      let id = jwt.header["kid"]?.string ?? ""
      let isStored = context.method == .login
      step.add(.result(.unknownKey(id, known: context.keyIDs ?? [], isStored: isStored)))
    }
    if let issuer = jwt.issuer, let option = provider.issuer?.text,
      !option.hasSameBytes(as: issuer), option.differsOnlyByTrailingSlash(from: issuer)
    {
      step.add(.result(.issuerDiffersBySlash(issuer: issuer)))
    }
    if let start = jwt.notBefore, start > now {
      step.add(.result(.notYetValid(start: start, now: now)))
    }
    // A sign-in lasts for hours, but a pod's token should be short-lived.
    if context.method == .getToken {
      step.checkLifetime(of: claims, context.subject.map { TokenFacts(jwt: $0, now: now) })
      context.checkCache(&step)
    }
    step.checkSize(of: token)
    step.checkMargin(context)
    return step
  }
}

extension DoctorContext {
  /// With `--cache`, kubectl may get a token that was issued before Dex changed its keys.
  fileprivate func checkCache(_ step: inout DoctorStep) {
    guard let request, let trust = try? provider?.authority.read(in: world),
      let key = CacheKey(request, trust: trust.cacheParts(variables: world.variables)),
      arguments[.cacheOn] || arguments.isSet(.cacheDir),
      let directory = try? CacheDirectory.find(arguments, variables: world.variables),
      let cached = CacheEntry(directory: directory, key: key, world: world, log: .silent)
        .read(CachedToken.self),
      cached.unusableReason(at: world.clockReading, margin: 0) == nil
    else { return }
    let jwt = UnverifiedJWT(cached.secret.revealed)
    step.facts.append(.cachedToken(cached, now: world.now()))
    guard isKeyPublished(of: jwt) == false else { return }
    let id = jwt?.header["kid"]?.string ?? ""
    step.add(.result(.cachedUnknownKey(id, known: keyIDs ?? [])))
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

  mutating func checkMargin(_ context: DoctorContext) {
    let seconds = (try? context.arguments[.expiryMargin]) ?? 0
    note("expiry margin", DurationText.text(seconds))
    if seconds == 0 { add(.result(.noExpiryMargin)) }
  }

  /// Checks the size of the header: nginx, HAProxy and Envoy reject 8 KiB or more.
  mutating func checkSize(of token: DoctorContext.Token) {
    let size = "Authorization: Bearer ".utf8.count + token.secret.revealed.utf8.count
    note("header size", "\(size) bytes")
    guard size > 8192 else { return }
    let groups = token.jwt?.claims["groups"]?.strings?.count ?? 0
    add(.result(.largeHeader(bytes: size, groups: groups)))
  }
}
