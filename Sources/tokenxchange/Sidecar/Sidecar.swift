import FoundationEssentials
import TokenExchange

/// Keeps one file holding a fresh token.
struct Sidecar: Sendable {
  /// What is known of the file.
  struct Kept: Sendable, Equatable {
    /// Whether it is there.
    var isThere = false
    /// When its token ends, if that is known.
    var expiry: Date?
    /// Whose token it is, if that is known.
    var owner: SubjectIdentity?
  }

  /// When to ask Dex next: by whichever clock gets there first, because one of them stands still
  /// while the machine sleeps and the other may be set back.
  private struct Due {
    var date = Date.distantPast
    var uptime = 0.0
  }

  let settings: SidecarSettings
  let world: World
  /// Hears each step, with `--verbose`.
  let log: VerboseLog
  private(set) var kept = Kept()
  private(set) var failures = FailureLog()
  private var due = Due()
  private var subject: [UInt8]?
  private var warned: Set<String> = []

  init(_ settings: SidecarSettings, world: World, log: VerboseLog) {
    self.settings = settings
    self.world = world
    self.log = log
  }

  /// Finds out whether the file can be written, and what an earlier run left.
  mutating func prepare() throws(Problem) {
    do throws(WriteFault) {
      try world.sidecar.uninterrupted { () throws(WriteFault) in
        try world.sidecar.testWriting(settings.file)
      }
    } catch { throw .notWritten(error, source: settings.fileSource) }
    guard let token = try? world.keptToken(settings.file) else { return }
    kept = Kept(isThere: true, expiry: UnverifiedJWT(token.revealed)?.expiry)
  }

  /// Looks at clock and files, renews if that is due, and waits for the next look.
  mutating func step() {
    world.limitExchange(settings.exchange.timeout)
    look()
    if world.now() >= due.date || world.uptime() >= due.uptime { renew() }
    removeIfExpired()
    world.timeLimit.lift()
    if world.sidecar.wait(pause) { due = Due() }
  }

  /// Gets one token and writes it.
  mutating func renewOnce() throws(Problem) {
    do throws(Problem) { _ = try exchange(attempts: RetryPolicy().attempts) } catch {
      removeIfExpired()
      throw error
    }
  }

  /// Sees whether the subject token is somebody else's now, or the file is gone.
  private mutating func look() {
    if kept.isThere, case .failure(.missing) = world.lookAt(settings.file) {
      log("\(settings.file) is gone")
      kept = Kept()
      due = Due()
    }
    guard let content = try? settings.exchange.subjectContent(in: world), content != subject
    else { return }
    let isFirst = subject == nil
    subject = content
    let owner = (try? Secret(tokenFile: content, path: ""))
      .flatMap { UnverifiedJWT($0.revealed) }.map(SubjectIdentity.init)
    // What an earlier run left is taken for the token of whoever we are at our start.
    if isFirst, kept.isThere { kept.owner = owner }
    guard !isFirst || failures.count > 0 else { return }
    let isAnother = owner != nil && kept.owner != nil && owner != kept.owner
    // A fault of the old subject token may have gone with it.
    let mayHelp = failures.last.map { $0.category == .subjectToken || $0.isRefusal } ?? false
    guard isAnother || mayHelp else { return }
    log(isAnother ? "the subject token is another's now" : "the subject token is a new one")
    due = Due()
  }

  /// Tries to get a token and plans the next try.
  private mutating func renew() {
    do throws(Problem) {
      let token = try exchange(attempts: 1)
      let now = world.now()
      let wait = settings.plan.wait(life: token.life(at: now), random: world.random())
      due = Due(date: now.addingTimeInterval(wait), uptime: world.uptime() + wait)
      tellRenewed(token, now: now, wait: wait)
      failures.clear()
    } catch {
      let uptime = world.uptime()
      let telling = failures.note(error, uptime: uptime)
      let pause = BackOff.pause(
        failures: failures.count, outage: uptime - failures.start, after: error,
        random: world.random())
      due = Due(date: .distantFuture, uptime: uptime + pause)
      tell(error, telling, pause: pause)
    }
  }

  /// Asks Dex and writes the file.
  private mutating func exchange(attempts: Int) throws(Problem) -> IssuedToken {
    let start = world.uptime()
    let attempt = try settings.exchange.attempt(in: world)
    let owner = attempt.subject.map(SubjectIdentity.init)
    log("subject token: \(attempt.subjectSummary(now: world.now()))")
    if let start = SubjectToken.earlyStart(of: attempt.subject, now: world.now()) {
      warnOnce(
        "the subject token is not valid before \(Timestamp.text(start)) by this machine's clock")
    }
    var exchanger = world.exchanger(log: log)
    exchanger.retries.attempts = attempts
    let token: IssuedToken
    do throws(Problem) {
      token = try exchanger.exchange(
        attempt, trust: settings.exchange.trust(in: world),
        until: start + settings.exchange.timeout, userAgent: Version.userAgent)
    } catch {
      warn(error, of: attempt.request)
      if error.isRefusal, let old = kept.owner, owner != old {
        remove("Dex refuses the new subject token, and the old one's owner is another")
      }
      throw error
    }
    do throws(WriteFault) {
      try world.sidecar.uninterrupted { () throws(WriteFault) in
        try world.replaceFile(settings.file, Array(token.secret.revealed.utf8), settings.mode)
      }
    } catch { throw .notWritten(error, source: settings.fileSource) }
    kept = Kept(isThere: true, expiry: token.expiry, owner: owner)
    warn(token, attempt)
    return token
  }

  /// Seconds until there is something to do or to look at.
  private var pause: Double {
    let now = world.now()
    var pause = min(settings.lookInterval, due.uptime - world.uptime())
    if due.date != .distantFuture { pause = min(pause, due.date.timeIntervalSince(now)) }
    if kept.isThere, let expiry = kept.expiry { pause = min(pause, expiry.timeIntervalSince(now)) }
    return max(pause, 0.001)
  }

  private mutating func removeIfExpired() {
    guard kept.isThere, let expiry = kept.expiry, expiry <= world.now() else { return }
    remove("its token ended at \(Timestamp.text(expiry))")
  }

  private mutating func remove(_ reason: String) {
    do throws(WriteFault) {
      try world.sidecar.removeFile(settings.file)
      tell("removed \(settings.file): \(reason)")
    } catch {
      warnOnce("cannot \(error.step): \(error.reason)")
    }
    kept = Kept()
  }

  /// Says something once and never again.
  mutating func warnOnce(_ text: String) {
    if warned.insert(text).inserted { world.warn(text.sanitized(maxLength: 600)) }
  }
}
