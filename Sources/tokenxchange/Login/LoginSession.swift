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
    /// Whether the next run finds it.
    var isKept = true
  }

  private var world: World { signIn.world }
  private var client: LoginClient { signIn.client }

  /// The person's token.
  func run() throws(Problem) -> Outcome {
    guard let slot else {
      let tokens = try signIn.tokens(until: deadline)
      let login = CachedLogin(tokens, written: world.moment)
      return Outcome(login: login, isNew: true, isKept: false)
    }
    if !isForced, let login = kept(slot), isGood(login, slot) {
      slot.log("cache: served from \(slot.folder.path)")
      return Outcome(login: login)
    }
    let began = world.cache.processStart()
    let patience = deadline - world.uptime()
    // The process whose sign-in was waited for, if one was.
    var other: String?
    let turn = slot.turn(
      patience: patience, longestPause: 0.2,
      waiting: { process in
        guard other == nil else { return }
        other = process
        signIn.tellOfWaiting(for: process)
      }, outcome: { isForced ? nil : shared(slot, began: began) })
    switch turn {
    case .shared(let result): return try result.get()
    case .ours(nil, let waited) where other != nil:
      throw .signInElsewhere(client.request.issuer, other ?? "", seconds: waited)
    case .ours(let lock, _):
      defer { lock?.release() }
      return try renew(slot, lock, waitedFor: isForced ? nil : other)
    }
  }

  /// With the lock: refreshes, or else signs in.
  private func renew(
    _ slot: CacheSlot, _ lock: FileLock?, waitedFor other: String?
  ) throws(Problem) -> Outcome {
    let login = isForced ? nil : kept(slot)
    do throws(Problem) {
      if let login, let outcome = try refreshed(login, slot) { return outcome }
      // Somebody was asked all this time: the end of that must not open the next tab.
      guard other == nil else {
        throw Problem.signInAbandoned(client.request.issuer, command: signIn.command)
      }
      let tokens = try signIn.tokens(until: deadline) {
        lock?.note("\(world.person.processID)")
      }
      return keep(tokens, slot, isNew: true)
    } catch {
      // Whoever can be asked must not be kept from it by a process that could not ask.
      if error.category != .signIn || world.person.canBeAsked() { slot.write(error) }
      if let login, login.isAlive(at: world.moment) {
        slot.log("\(error.sentence); the token that is kept is good still")
        return Outcome(login: login)
      }
      throw error
    }
  }

  /// What a refresh token brings; nil if there is none, or none that is good.
  private func refreshed(_ login: CachedLogin, _ slot: CacheSlot) throws(Problem) -> Outcome? {
    guard let token = login.refreshToken else { return nil }
    let person = UnverifiedJWT(login.token.secret.revealed)?.subject
    if let tokens = try client.refresh(token, of: person, until: deadline) {
      return keep(tokens, slot)
    }
    guard login.isAlive(at: world.moment) else { return nil }
    // Dex holds one refresh token for each person and client, so a sign-in elsewhere voids this one;
    // the ID token is good to its end all the same, and until then nobody is asked.
    var rest = login
    rest.refreshToken = nil
    slot.log("the token that is kept is used to its end")
    slot.write(rest.content(key: slot.key), .login)
    return Outcome(login: rest)
  }

  private func keep(_ tokens: LoginTokens, _ slot: CacheSlot, isNew: Bool = false) -> Outcome {
    let login = CachedLogin(tokens, written: world.moment)
    // The old refresh token is void: the new one must not be lost to a power cut.
    let isKept = slot.write(login.content(key: slot.key), .login, durable: true)
    slot.folder.sweep(world.cache)
    return Outcome(login: login, isNew: isNew, isKept: isKept)
  }

  private func kept(_ slot: CacheSlot) -> CachedLogin? {
    guard let content = slot.read(.login, aloud: true) else { return nil }
    let login = CachedLogin(content, key: slot.key)
    if login == nil { slot.log("cache: the entry cannot be read or is of another key") }
    return login
  }

  /// Whether what is kept will do without any request.
  private func isGood(_ login: CachedLogin, _ slot: CacheSlot) -> Bool {
    guard let flaw = login.token.flaw(at: world.moment, margin: margin) else { return true }
    slot.log("cache: the entry is not used as it is: \(flaw)")
    guard login.isAlive(at: world.moment) else { return false }
    // Asking a person is the last resort; and a Dex that was out of order a moment ago still is.
    return login.refreshToken == nil || hasFailedLately(slot)
  }

  private func hasFailedLately(_ slot: CacheSlot) -> Bool {
    guard let failure = slot.failure else { return false }
    return failure.isShared(at: world.moment, began: 0, life: 30)
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
    if let login, login.isAlive(at: world.moment) {
      return .success(Outcome(login: login))
    }
    return .failure(failure.problem)
  }
}
