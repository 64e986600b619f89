import FoundationEssentials
import TokenExchange

/// Gets a person's token with as little asking as can be: kept, else refreshed, else by a sign-in.
struct LoginSession {
  var signIn: SignIn
  /// Where the tokens are kept, if anywhere.
  var slot: CacheSlot?
  var margin: Double
  /// Whether to sign in whatever is kept.
  var isForced: Bool
  var deadline: Double

  /// What came of it.
  struct Outcome {
    var login: CachedLogin
    /// Whether a person was asked just now.
    var isNew = false
  }

  private var world: World { signIn.world }
  private var client: LoginClient { signIn.client }

  /// The person's token.
  func run() throws(Problem) -> Outcome {
    guard let slot else { return try askAnew() }
    if !isForced, let login = kept(slot), isGood(login, slot) {
      slot.log("cache: served from \(slot.folder.path)")
      return Outcome(login: login)
    }
    let began = world.cache.processStart()
    let patience = deadline - world.uptime()
    let turn = slot.turn(patience: patience, longestPause: 0.2) {
      isForced ? nil : shared(slot, began: began)
    }
    switch turn {
    case .shared(let result): return try result.get()
    case .ours(let lock, let waited):
      defer { lock?.release() }
      return try renew(slot, waited: waited)
    }
  }

  /// With the lock: refreshes, or else signs in.
  private func renew(_ slot: CacheSlot, waited: Double) throws(Problem) -> Outcome {
    let login = isForced ? nil : kept(slot)
    do throws(Problem) {
      if let login, let token = login.refreshToken {
        if let tokens = try client.refresh(token, until: deadline) {
          return Outcome(login: keep(tokens, slot))
        }
      }
      // Another sign-in was going on all this time: its end must not open the next tab.
      if waited > 1, !isForced {
        throw Problem.signInAbandoned(client.request.issuer, command: signIn.command)
      }
      let tokens = try signIn.tokens(until: deadline)
      return Outcome(login: keep(tokens, slot), isNew: true)
    } catch {
      // Whoever can be asked must not be kept from it by a process that could not ask.
      if error.category != .signIn || world.person.canBeAsked() { slot.write(error) }
      if error.category == .network, let login, login.isAlive(at: world.moment) {
        slot.log("\(error.sentence); the token that is kept is good still")
        return Outcome(login: login)
      }
      throw error
    }
  }

  private func askAnew() throws(Problem) -> Outcome {
    let tokens = try signIn.tokens(until: deadline)
    return Outcome(login: CachedLogin(tokens, written: world.moment), isNew: true)
  }

  private func keep(_ tokens: LoginTokens, _ slot: CacheSlot) -> CachedLogin {
    let login = CachedLogin(tokens, written: world.moment)
    // The old refresh token is void: the new one must not be lost to a power cut.
    slot.write(login.content(key: slot.key), .login, durable: true)
    slot.folder.sweep(world.cache)
    return login
  }

  private func kept(_ slot: CacheSlot) -> CachedLogin? {
    slot.read(.login, aloud: true).flatMap { CachedLogin($0, key: slot.key) }
  }

  /// Whether what is kept will do without any request.
  private func isGood(_ login: CachedLogin, _ slot: CacheSlot) -> Bool {
    guard let flaw = login.token.flaw(at: world.moment, margin: margin) else { return true }
    slot.log("cache: the entry is not used as it is: \(flaw)")
    guard login.isAlive(at: world.moment) else { return false }
    // Asking a person is the last resort; and a Dex that was out of reach a moment ago still is.
    return login.refreshToken == nil || hasFailedLately(slot)
  }

  private func hasFailedLately(_ slot: CacheSlot) -> Bool {
    guard let failure = slot.failure else { return false }
    return failure.problem.category == .network
      && failure.isShared(at: world.moment, began: 0, life: 30)
  }

  /// What another process brought since this one began.
  private func shared(_ slot: CacheSlot, began: Double) -> Result<Outcome, Problem>? {
    let login = slot.read(.login).flatMap { CachedLogin($0, key: slot.key) }
    if let login, login.token.flaw(at: world.moment, margin: margin, began: began) == nil {
      slot.log("cache: shared the token of another process")
      return .success(Outcome(login: login))
    }
    guard let failure = slot.failure,
      failure.isShared(at: world.moment, began: began, life: .infinity)
    else { return nil }
    slot.log("cache: shared the failure of another process")
    if failure.problem.category == .network, let login, login.isAlive(at: world.moment) {
      return .success(Outcome(login: login))
    }
    return .failure(failure.problem)
  }
}
