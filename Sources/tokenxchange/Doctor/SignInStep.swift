import FoundationEssentials
import OpenIDConnect
import Platform
import Synchronization
import TokenExchange

extension Doctor {
  /// Who is signed in, until when, whether Dex still accepts the refresh token, and which flows the
  /// client allows.
  static func signIn(_ context: inout DoctorContext) -> DoctorStep {
    guard let login = context.login, let trust = context.trust else {
      return .skipped(.signIn, .incompleteSettings)
    }
    var step = DoctorStep(.signIn)
    let configuration = login.configuration
    let flows = context.allowedFlows(login.request, configuration, trust)
    let flowError = flows?.error(of: configuration.flow, login.request)
    if let flag = configuration.noCacheFlag {
      step.summary = .nothingStored(flag: flag)
    } else if let entry = context.loginEntry(login.request, connectorID: configuration.connectorID)
    {
      step.note("cache", entry.directory.path)
      if let stored = entry.read(CachedLogin.self) {
        storedSignIn(stored, entry, &step, &context, login.request, trust)
      }
    }
    step.facts += Fact.flows(flows, login.request)
    if let flowError {
      step.add(.signIn(.flowNotAllowed(flowError, isSignedIn: context.token != nil)))
    } else if step.summary == nil {
      let command = context.arguments.rerunCommand(program: "tokenxchange")
      step.add(.signIn(.notSignedIn(issuer: login.request.issuer, command: command)))
    }
    if configuration.flow == .auto, flowError == nil,
      let error = flows?.deviceError(login.request)
    {
      step.add(.signIn(.deviceFlowNotAllowed(error)))
    }
    return step
  }

  /// Examines a stored sign-in.
  ///
  /// A refresh token can be tested only by using it. Dex then replaces it, so the new tokens are
  /// stored as `login` stores them.
  private static func storedSignIn(
    _ stored: CachedLogin, _ entry: CacheEntry, _ step: inout DoctorStep,
    _ context: inout DoctorContext, _ request: LoginRequest, _ trust: HTTPOptions.Trust
  ) {
    let world = context.world
    let command = context.arguments.rerunCommand(program: "tokenxchange")
    context.secrets += stored.secrets
    let now = world.now()
    let end = stored.isUnexpired(at: world.clockReading) ? stored.token.expiry : nil
    var current = stored
    if let refreshToken = stored.refreshToken, context.isReachable {
      switch context.refresh(refreshToken, of: stored, entry, request, trust) {
      case .renewed(let new):
        current = new
        context.secrets += new.secrets
        step.note("refresh token", "accepted, and replaced")
      case .rejected(let error):
        step.note("refresh token", "rejected")
        step.add(.signIn(.refreshRejected(error, until: end, now: now, command: command)))
      case .failed(let error): step.add(.error(.grant(error, request)))
      case .busy: step.note("refresh token", "not tested: another process uses it")
      }
    } else if stored.refreshToken == nil {
      step.note("refresh token", "none stored")
      step.add(.signIn(.noRefreshToken(until: end, now: now, command: command)))
    }
    let jwt = UnverifiedJWT(current.token.secret.revealed)
    step.facts += Fact.signIn(current, jwt, now: now)
    step.summary = .signedIn(jwt, expiry: current.token.expiry, now: now)
    if current.isUnexpired(at: world.clockReading) {
      context.token = DoctorContext.Token(secret: current.token.secret, jwt: jwt)
    }
  }
}

extension CachedLogin {
  fileprivate var secrets: [Secret] { [token.secret] + (refreshToken.map { [$0] } ?? []) }
}

/// The result of using a refresh token.
private enum RefreshOutcome {
  case renewed(CachedLogin)
  case rejected(OAuthError?)
  case failed(GrantError)
  /// Another process holds the lock.
  case busy
}

extension DoctorContext {
  /// Whether Dex responded to the discovery request.
  fileprivate var isReachable: Bool {
    if case .success = discovery?.response { true } else { false }
  }

  /// The stored sign-in; nil if there is no cache directory, which is not created here.
  fileprivate func loginEntry(
    _ request: LoginRequest, connectorID: String?
  ) -> CacheEntry? {
    guard let trust = try? provider?.authority.read(in: world),
      let directory = try? CacheDirectory.find(arguments, variables: world.variables),
      (try? world.files.checkDirectory(directory.path)) != nil
    else { return nil }
    let key = CacheKey(
      request, connectorID: connectorID, trust: trust.cacheParts(variables: world.variables))
    return CacheEntry(directory: directory, key: key, world: world, log: log)
  }

  /// The flows that the client allows; nil if Dex cannot be reached.
  fileprivate func allowedFlows(
    _ request: LoginRequest, _ configuration: LoginConfiguration, _ trust: HTTPOptions.Trust
  ) -> AllowedFlows? {
    guard isReachable else { return nil }
    return try? loginClient(request, trust).allowedFlows(
      listenPort: configuration.listenPort, until: world.uptime() + timeout)
  }

  private func loginClient(
    _ request: LoginRequest, _ trust: HTTPOptions.Trust,
    log: @escaping @Sendable (LoginEvent) -> Void = { _ in }
  ) -> LoginClient {
    LoginClient(
      request: request, trust: trust, send: world.network.send, now: world.now,
      uptime: world.uptime, sleep: { _ in false }, log: log, userAgent: Version.userAgent)
  }

  /// Uses the refresh token, with the lock that `login` uses.
  fileprivate func refresh(
    _ refreshToken: Secret, of stored: CachedLogin, _ entry: CacheEntry, _ request: LoginRequest,
    _ trust: HTTPOptions.Trust
  ) -> RefreshOutcome {
    let outcome = entry.waitForLock(timeout: 2) { _ in nil as CachedLogin? }
    guard case .acquired(let lock?, _) = outcome else { return .busy }
    defer { lock.release() }
    // Another process may have replaced it in the meantime.
    guard entry.read(CachedLogin.self) == stored else { return .busy }
    let rejection = RejectionRecord()
    let client = loginClient(request, trust) { event in
      if case .refreshTokenRejected(let error) = event { rejection.set(error) }
    }
    let subject = UnverifiedJWT(stored.token.secret.revealed)?.subject
    do throws(GrantError) {
      let tokens = try client.refresh(
        refreshToken, subject: subject, until: world.uptime() + timeout)
      guard let tokens else { return .rejected(rejection.error) }
      let login = CachedLogin(tokens, written: world.clockReading)
      entry.write(login, isDurable: true)
      return .renewed(login)
    } catch {
      return .failed(error)
    }
  }
}

/// The error for a refresh token that Dex rejected.
private final class RejectionRecord: Sendable {
  private let stored = Mutex<OAuthError?>(nil)

  var error: OAuthError? { stored.withLock { $0 } }

  func set(_ error: OAuthError) { stored.withLock { $0 = error } }
}
