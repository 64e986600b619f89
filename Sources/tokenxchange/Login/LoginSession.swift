import FoundationEssentials
import OpenIDConnect
import Platform
import TokenExchange

/// Returns a user's token: from the cache, else by a refresh, else by a sign-in.
struct LoginSession {
  var signIn: SignIn
  /// Where the tokens are stored; nil without a cache.
  var entry: CacheEntry?
  var margin: Double
  /// Whether to sign in even if a stored token is usable.
  var isForced: Bool
  /// Whether client-go started this run.
  var isStartedByClient: Bool
  var deadline: Double

  struct Outcome {
    var login: CachedLogin
    /// Whether the user signed in just now.
    var isNew = false
    /// Whether the next run finds the tokens in the cache.
    var isStored = true
  }

  /// Seconds for which a failure is remembered: kubectl runs a failing plugin up to six times, and
  /// each run could open a page.
  private static let refusalMemory = 5.0
  /// Seconds after a failure in which Dex is not contacted for a refresh.
  private static let refreshPause = 30.0

  private var world: World { signIn.world }
  private var isInteractive: Bool { world.terminal.isInteractive }
  private var issuer: EndpointURL { signIn.request.issuer }

  func run() throws(CommandError) -> Outcome {
    guard let entry else {
      let tokens = try signIn.tokens(until: deadline)
      let login = CachedLogin(tokens, written: world.clockReading)
      return Outcome(login: login, isNew: true, isStored: false)
    }
    if !isForced {
      if let login = entry.read(CachedLogin.self, logsMiss: true), isUsable(login, entry) {
        entry.log("cache: token from \(entry.directory.path)")
        return Outcome(login: login)
      }
      if isStartedByClient, let failure = recentFailure(entry, maxAge: Self.refusalMemory) {
        entry.log("cache: failure of a recent run")
        throw .failedElsewhere(failure)
      }
    }
    return try waitAndRenew(entry)
  }

  /// Waits for the process that signs in or refreshes, and takes over if it ends without a result.
  private func waitAndRenew(_ entry: CacheEntry) throws(CommandError) -> Outcome {
    let start = world.clock.processStart()
    // The sign-in that this process waits for.
    var other: SignInProgress?
    var hasYielded = false
    while true {
      let outcome = entry.waitForLock(
        timeout: deadline - world.uptime(), maxPause: 0.2,
        onWait: { note in
          guard let found = SignInProgress(note: note), found != other else { return }
          other = found
          hasYielded = false
          show(found)
        }, result: { isLocked in result(entry, since: start, isLocked) })
      switch outcome {
      case .resolvedElsewhere(let result): return try result.get()
      case .acquired(nil, let waited) where other != nil:
        throw .login(
          .signInElsewherePending(
            issuer: issuer, processID: other?.processID ?? 0, seconds: waited))
      case .acquired(let lock, _):
        if other != nil, !isForced, !isInteractive, !hasYielded {
          // A process with a terminal can take over.
          lock?.release()
          hasYielded = true
          world.sleep(1)
          continue
        }
        defer { lock?.release() }
        if let other, !isForced, isInteractive { world.show(.takesOver(from: other.processID)) }
        return try renew(entry, lock, hasWaited: other != nil && !isForced)
      }
    }
  }

  /// Shows the page of another process, because this one waits for the same sign-in.
  private func show(_ other: SignInProgress) {
    guard isInteractive else { return }
    world.show(.openPage(other.page, issuer: issuer, now: world.clock.boot()))
    world.show(.startedByProcess(other.processID))
  }

  /// Refreshes or signs in; this process holds the lock.
  private func renew(
    _ entry: CacheEntry, _ lock: FileLock?, hasWaited: Bool
  ) throws(CommandError) -> Outcome {
    let login = isForced ? nil : entry.read(CachedLogin.self, logsMiss: true)
    do throws(CommandError) {
      if let login, let outcome = try refresh(login, entry) { return outcome }
      guard !hasWaited || isInteractive else {
        throw CommandError.login(.signInElsewhereFailed(issuer: issuer, remedy: signIn.remedy))
      }
      let tokens = try signIn.tokens(until: deadline) { page in
        lock?.note(SignInProgress(processID: Int(world.process.id), page: page).note)
      }
      return store(tokens, entry, isNew: true)
    } catch {
      if case .grant(.abandoned, _) = error { throw error }
      var failure = CachedFailure(Diagnosis(error), written: world.clockReading)
      failure.requiresTerminal = error.requiresTerminal && !isInteractive
      entry.write(failure)
      guard let login, login.isUnexpired(at: world.clockReading) else { throw error }
      let message = Diagnosis(error).message
      if case .grant(.subjectChanged, _) = error {
        world.warn((message + "; the stored token is used until it expires").text)
      } else {
        entry.log("\(message.text); the stored token is still valid")
      }
      return Outcome(login: login)
    }
  }

  /// Uses the refresh token; nil if there is none or Dex rejects it.
  private func refresh(_ login: CachedLogin, _ entry: CacheEntry) throws(CommandError) -> Outcome? {
    guard let refreshToken = login.refreshToken else { return nil }
    let old = UnverifiedJWT(login.token.secret.revealed)
    let tokens = try signIn.granted { () throws(GrantError) in
      try signIn.client.refresh(refreshToken, subject: old?.subject, until: deadline)
    }
    if let tokens {
      for change in RefreshChange.all(from: old, to: tokens.idToken.jwt, signIn.request) {
        world.warn(Message(change).text)
      }
      return store(tokens, entry)
    }
    // Dex stores one refresh token per user and client, so a sign-in elsewhere revokes this one.
    // The ID token stays valid until it expires.
    var login = login
    login.refreshToken = nil
    entry.write(login)
    guard login.isUnexpired(at: world.clockReading) else { return nil }
    entry.log("the stored token is used until it expires")
    return Outcome(login: login)
  }

  private func store(_ tokens: TokenSet, _ entry: CacheEntry, isNew: Bool = false) -> Outcome {
    let login = CachedLogin(tokens, written: world.clockReading)
    // The old refresh token is revoked: a power failure must not lose the new one.
    let isStored = entry.write(login, isDurable: true)
    entry.directory.removeOutdated(world.files)
    return Outcome(login: login, isNew: isNew, isStored: isStored)
  }

  /// Whether the stored token can be used without a request.
  private func isUsable(_ login: CachedLogin, _ entry: CacheEntry) -> Bool {
    guard let reason = login.token.unusableReason(at: world.clockReading, margin: margin) else {
      return true
    }
    entry.log("cache: refresh due: \(Message(reason).text)")
    guard login.isUnexpired(at: world.clockReading) else { return false }
    // A sign-in is the last resort, and a failed refresh is not repeated immediately.
    return login.refreshToken == nil || recentFailure(entry, maxAge: Self.refreshPause) != nil
  }

  /// A recent failure that this process would repeat.
  private func recentFailure(_ entry: CacheEntry, maxAge: Double) -> CachedFailure? {
    entry.read(CachedFailure.self).flatMap { failure in
      failure.isShared(at: world.clockReading, processStart: 0, maxAge: maxAge)
        && !(failure.requiresTerminal && isInteractive) ? failure : nil
    }
  }

  /// The result that another process stored since this one started, or a token that is still valid.
  private func result(
    _ entry: CacheEntry, since start: Double, _ isLocked: Bool
  ) -> Result<Outcome, CommandError>? {
    if world.process.isAbandoned() { return .failure(.grant(.abandoned, signIn.request)) }
    guard !isForced else { return nil }
    let login = entry.read(CachedLogin.self)
    if let login,
      login.token.unusableReason(at: world.clockReading, margin: margin, processStart: start) == nil
    {
      entry.log("cache: token from another process")
      return .success(Outcome(login: login))
    }
    let unexpired = login.flatMap { $0.isUnexpired(at: world.clockReading) ? $0 : nil }
    if let unexpired, !isLocked {
      entry.log("cache: another process refreshes; the stored token is still valid")
      return .success(Outcome(login: unexpired))
    }
    guard let failure = entry.read(CachedFailure.self),
      failure.isShared(at: world.clockReading, processStart: start, maxAge: .infinity),
      !(failure.requiresTerminal && isInteractive)
    else { return nil }
    entry.log("cache: failure from another process")
    if let unexpired { return .success(Outcome(login: unexpired)) }
    return .failure(.failedElsewhere(failure))
  }
}

extension CommandError {
  /// Whether a process with a terminal could succeed where this one failed.
  fileprivate var requiresTerminal: Bool {
    switch self {
    case .login(.noTerminal), .login(.signInElsewherePending), .login(.signInElsewhereFailed): true
    default: false
    }
  }
}
