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
  var deadline: Double

  struct Outcome {
    var login: CachedLogin
    /// Whether the user signed in just now.
    var isNew = false
    /// Whether the next run finds the tokens in the cache.
    var isStored = true
  }

  private var world: World { signIn.world }

  func run() throws(CommandError) -> Outcome {
    guard let entry else {
      let tokens = try signIn.tokens(until: deadline)
      let login = CachedLogin(tokens, written: world.clockReading)
      return Outcome(login: login, isNew: true, isStored: false)
    }
    if !isForced, let login = entry.read(CachedLogin.self, logsMiss: true),
      isUsable(login, entry)
    {
      entry.log("cache: token from \(entry.directory.path)")
      return Outcome(login: login)
    }
    let start = world.clock.processStart()
    // The process whose sign-in this one waits for.
    var other: String?
    let outcome = entry.waitForLock(
      timeout: deadline - world.uptime(), maxPause: 0.2,
      onWait: { processID in
        guard other == nil else { return }
        other = processID
        signIn.showWaiting(for: processID)
      }, result: { isForced ? nil : sharedResult(entry, since: start) })
    switch outcome {
    case .resolvedElsewhere(let result): return try result.get()
    case .acquired(nil, let waited) where other != nil:
      throw .login(
        .signInElsewherePending(issuer: signIn.issuer, processID: other ?? "", seconds: waited))
    case .acquired(let lock, _):
      defer { lock?.release() }
      return try renew(entry, lock, waitedFor: isForced ? nil : other)
    }
  }

  /// Refreshes or signs in, with the lock.
  private func renew(
    _ entry: CacheEntry, _ lock: FileLock?, waitedFor other: String?
  ) throws(CommandError) -> Outcome {
    let login = isForced ? nil : entry.read(CachedLogin.self, logsMiss: true)
    do throws(CommandError) {
      if let login, let outcome = try refresh(login, entry) { return outcome }
      // The user did not complete that sign-in, so do not open another page.
      guard other == nil else {
        throw CommandError.login(
          .signInElsewhereFailed(issuer: signIn.issuer, command: signIn.rerunCommand))
      }
      let tokens = try signIn.tokens(until: deadline) {
        lock?.note("\(world.process.id)")
      }
      return store(tokens, entry, isNew: true)
    } catch {
      // The failure of a process without a terminal must not stop one that has a terminal.
      if !error.requiresTerminal || world.terminal.isInteractive {
        entry.write(CachedFailure(Diagnosis(error), written: world.clockReading))
      }
      if let login, login.isUnexpired(at: world.clockReading) {
        entry.log("\(Diagnosis(error).message.text); the stored token is still valid")
        return Outcome(login: login)
      }
      throw error
    }
  }

  /// Uses the refresh token; nil if there is none or Dex rejects it.
  private func refresh(_ login: CachedLogin, _ entry: CacheEntry) throws(CommandError) -> Outcome? {
    guard let refreshToken = login.refreshToken else { return nil }
    let subject = UnverifiedJWT(login.token.secret.revealed)?.subject
    do throws(DeviceFlowError) {
      let tokens = try signIn.client.refresh(refreshToken, subject: subject, until: deadline)
      if let tokens { return store(tokens, entry) }
    } catch {
      throw .deviceFlow(error, signIn.client.request)
    }
    guard login.isUnexpired(at: world.clockReading) else { return nil }
    // Dex stores one refresh token per user and client, so a sign-in elsewhere revokes this one. The
    // ID token stays valid, and no sign-in is needed until it expires.
    var login = login
    login.refreshToken = nil
    entry.log("the stored token is used until it expires")
    entry.write(login)
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
    // A sign-in is the last resort, and a Dex that just failed is not contacted again yet.
    return login.refreshToken == nil || hasFailedRecently(entry)
  }

  private func hasFailedRecently(_ entry: CacheEntry) -> Bool {
    entry.read(CachedFailure.self)?.isShared(at: world.clockReading, processStart: 0, maxAge: 30)
      ?? false
  }

  /// What another process stored since this one started.
  private func sharedResult(
    _ entry: CacheEntry, since start: Double
  ) -> Result<Outcome, CommandError>? {
    let login = entry.read(CachedLogin.self)
    if let login,
      login.token.unusableReason(at: world.clockReading, margin: margin, processStart: start) == nil
    {
      entry.log("cache: token from another process")
      return .success(Outcome(login: login))
    }
    guard let failure = entry.read(CachedFailure.self),
      failure.isShared(at: world.clockReading, processStart: start, maxAge: .infinity)
    else { return nil }
    entry.log("cache: failure from another process")
    if let login, login.isUnexpired(at: world.clockReading) {
      return .success(Outcome(login: login))
    }
    return .failure(.failedElsewhere(failure))
  }
}

extension CommandError {
  /// Whether a process with a terminal could succeed where this one failed.
  fileprivate var requiresTerminal: Bool {
    switch self {
    case .login(let error): error.requiresTerminal
    case .deviceFlow(.codeExpired, _): true
    default: false
    }
  }
}
