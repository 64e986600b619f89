import FoundationEssentials
import Platform
import TokenExchange

/// Gets a person's token with as little asking as can be: kept, else refreshed, else by a sign-in.
struct LoginSession {
  var signIn: SignIn
  /// Where the tokens are kept, if anywhere.
  var entry: CacheEntry?
  var margin: Double
  /// Whether to sign in whatever is kept.
  var isForced: Bool
  var deadline: Double

  /// What came of it.
  struct Outcome {
    var login: CachedLogin
    /// Whether a person was asked just now.
    var isNew = false
    /// Whether the next run finds it.
    var isKept = true
  }

  private var world: World { signIn.world }
  private var client: DeviceFlowClient { signIn.client }

  /// The person's token.
  func run() throws(Problem) -> Outcome {
    guard let entry else {
      let tokens = try signIn.tokens(until: deadline)
      let login = CachedLogin(tokens, written: world.moment)
      return Outcome(login: login, isNew: true, isKept: false)
    }
    if !isForced, let login = entry.login(logsMiss: true), isGood(login, entry) {
      entry.log("cache: served from \(entry.directory.path)")
      return Outcome(login: login)
    }
    let began = world.bootClock.processStart()
    let timeout = deadline - world.uptime()
    // The process whose sign-in was waited for, if one was.
    var other: String?
    let outcome = entry.waitForLock(
      timeout: timeout, longestPause: 0.2,
      waiting: { process in
        guard other == nil else { return }
        other = process
        signIn.tellOfWaiting(for: process)
      }, outcome: { isForced ? nil : shared(entry, began: began) })
    switch outcome {
    case .resolvedElsewhere(let result): return try result.get()
    case .acquired(nil, let waited) where other != nil:
      throw .signInElsewhere(client.request.issuer, other ?? "", seconds: waited)
    case .acquired(let lock, _):
      defer { lock?.release() }
      return try renew(entry, lock, waitedFor: isForced ? nil : other)
    }
  }

  /// With the lock: refreshes, or else signs in.
  private func renew(
    _ entry: CacheEntry, _ lock: FileLock?, waitedFor other: String?
  ) throws(Problem) -> Outcome {
    let login = isForced ? nil : entry.login(logsMiss: true)
    do throws(Problem) {
      if let login, let outcome = try refreshed(login, entry) { return outcome }
      // Somebody was asked all this time: the end of that must not open the next tab.
      guard other == nil else {
        throw Problem.signInAbandoned(client.request.issuer, command: signIn.command)
      }
      let tokens = try signIn.tokens(until: deadline) {
        lock?.note("\(world.person.processID)")
      }
      return keep(tokens, entry, isNew: true)
    } catch {
      // Whoever can be asked must not be kept from it by a process that could not ask.
      if error.category != .signIn || world.person.isInteractive() { entry.write(error) }
      if let login, login.isUnexpired(at: world.moment) {
        entry.log("\(error.sentence); the token that is kept is good still")
        return Outcome(login: login)
      }
      throw error
    }
  }

  /// What a refresh token brings; nil if there is none, or none that is good.
  private func refreshed(_ login: CachedLogin, _ entry: CacheEntry) throws(Problem) -> Outcome? {
    guard let token = login.refreshToken else { return nil }
    let person = UnverifiedJWT(login.token.secret.revealed)?.subject
    if let tokens = try client.refresh(token, of: person, until: deadline) {
      return keep(tokens, entry)
    }
    guard login.isUnexpired(at: world.moment) else { return nil }
    // Dex holds one refresh token for each person and client, so a sign-in elsewhere voids this one;
    // the ID token is good to its end all the same, and until then nobody is asked.
    var rest = login
    rest.refreshToken = nil
    entry.log("the token that is kept is used to its end")
    entry.write(rest)
    return Outcome(login: rest)
  }

  private func keep(_ tokens: TokenSet, _ entry: CacheEntry, isNew: Bool = false) -> Outcome {
    let login = CachedLogin(tokens, written: world.moment)
    // The old refresh token is void: the new one must not be lost to a power cut.
    let isKept = entry.write(login, isDurable: true)
    entry.directory.removeOutdated(world.files)
    return Outcome(login: login, isNew: isNew, isKept: isKept)
  }

  /// Whether what is kept will do without any request.
  private func isGood(_ login: CachedLogin, _ entry: CacheEntry) -> Bool {
    guard let flaw = login.token.unusableReason(at: world.moment, margin: margin) else {
      return true
    }
    entry.log("cache: the entry is not used as it is: \(flaw)")
    guard login.isUnexpired(at: world.moment) else { return false }
    // Asking a person is the last resort; and a Dex that was out of order a moment ago still is.
    return login.refreshToken == nil || hasFailedLately(entry)
  }

  private func hasFailedLately(_ entry: CacheEntry) -> Bool {
    guard let failure = entry.failure else { return false }
    return failure.isShared(at: world.moment, began: 0, life: 30)
  }

  /// What another process brought since this one began.
  private func shared(_ entry: CacheEntry, began: Double) -> Result<Outcome, Problem>? {
    let login = entry.login()
    if let login, login.token.unusableReason(at: world.moment, margin: margin, began: began) == nil
    {
      entry.log("cache: shared the token of another process")
      return .success(Outcome(login: login))
    }
    guard let failure = entry.failure,
      failure.isShared(at: world.moment, began: began, life: .infinity)
    else { return nil }
    entry.log("cache: shared the failure of another process")
    if let login, login.isUnexpired(at: world.moment) {
      return .success(Outcome(login: login))
    }
    return .failure(failure.problem)
  }
}
