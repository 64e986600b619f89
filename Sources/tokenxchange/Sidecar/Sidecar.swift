import FoundationEssentials
import Platform
import TokenExchange

/// Keeps one file holding a fresh token.
struct Sidecar: Sendable {
  /// What is known of the file.
  struct Kept: Sendable, Equatable {
    /// Whether it exists.
    var exists = false
    /// When its token expires, if that is known.
    var expiry: Date?
    /// Whose token it is, if that is known.
    var owner: TokenPrincipal?
    /// Why the file must be removed, as long as that has failed.
    var pendingRemoval: String?
  }

  /// When to ask Dex next: by whichever clock gets there first, because one of them stands still
  /// while the machine sleeps and the other may be set back.
  private struct Due {
    var date = Date.distantPast
    var uptime = 0.0
  }

  let settings: SidecarConfiguration
  let world: World
  /// Hears each step, with `--verbose`.
  let log: VerboseLog
  private(set) var kept = Kept()
  private(set) var failures = FailureLog()
  private var due = Due()
  private var subject: [UInt8]?
  private var warned: Set<String> = []

  init(_ settings: SidecarConfiguration, world: World, log: VerboseLog) {
    self.settings = settings
    self.world = world
    self.log = log
  }

  /// Checks that the file can be written, and adopts what an earlier run left.
  mutating func prepare() throws(Problem) {
    do throws(FileWriteError) {
      try world.process.signals.uninterrupted { () throws(FileWriteError) in
        try world.files.testWriting(settings.file)
        world.files.removeLeftovers(settings.file)
      }
    } catch { throw .notWritten(error, source: settings.fileSource) }
    guard let token = try? world.renewedToken(settings.file) else { return }
    kept = Kept(exists: true, expiry: UnverifiedJWT(token.revealed)?.expiry)
    guard world.files.kind(settings.file) == .regular else { return }
    // An earlier run may have had another --mode, and the first renewal may take long.
    do throws(FileWriteError) {
      try world.files.setMode(settings.file, settings.mode)
    } catch {
      warnOnce("cannot \(error.step): \(error.reason)")
    }
  }

  /// Looks at clock and files, renews if that is due, and waits for the next look.
  mutating func step() {
    world.limitExchange(settings.exchange.timeout)
    look()
    if world.now() >= due.date || world.uptime() >= due.uptime { renew() }
    removeIfExpired()
    world.process.timeLimit.lift()
    if world.process.signals.wait(pause) { due = Due() }
  }

  /// Gets one token and writes it.
  mutating func renewOnce() throws(Problem) {
    do throws(Problem) { _ = try exchange(attempts: RetryPolicy().attempts) } catch {
      removeIfExpired()
      throw error
    }
  }

  /// Notices that the subject token belongs to another identity, or that the file was removed or
  /// replaced by something that is not a file.
  private mutating func look() {
    if kept.exists {
      let kind = fileKind
      if kind != .regular {
        log("\(settings.file) " + (kind.map { "is now \($0.message)" } ?? "was removed"))
        kept = Kept()
        due = Due()
      }
    }
    guard let content = try? settings.exchange.subjectContent(in: world), content != subject
    else { return }
    let isFirst = subject == nil
    subject = content
    let owner = (try? Secret(tokenFile: content))
      .flatMap { UnverifiedJWT($0.revealed) }.map(TokenPrincipal.init)
    // What an earlier run left counts as a token of the identity at the start.
    if isFirst, kept.exists { kept.owner = owner }
    guard !isFirst || failures.count > 0 else { return }
    let isAnother = owner != nil && kept.owner != nil && owner != kept.owner
    // A fault of the old subject token may have gone with it.
    let mayHelp = failures.last.map { $0.category == .subjectToken || $0.isRejection } ?? false
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
      let pause = Backoff.pause(
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
    let owner = attempt.subject.map(TokenPrincipal.init)
    log("subject token: \(attempt.subjectSummary(now: world.now()))")
    if let start = SubjectToken.earlyStart(of: attempt.subject, now: world.now()) {
      warnOnce(
        "the subject token is not valid before \(Timestamp.text(start)) by this machine's clock")
    }
    let token: IssuedToken
    do throws(Problem) {
      token = try settings.exchange.issue(
        attempt, settings.exchange.trust(in: world), in: world, since: start, attempts: attempts,
        log: log)
    } catch {
      warn(error, of: attempt.request)
      if error.isRejection, let old = kept.owner, owner != old {
        remove("Dex refuses the new subject token, and the old one's owner is another")
      }
      throw error
    }
    do throws(FileWriteError) {
      try world.process.signals.uninterrupted { () throws(FileWriteError) in
        try world.files.replace(
          settings.file, Array(token.secret.revealed.utf8), FileWriteOptions(mode: settings.mode))
      }
    } catch { throw .notWritten(error, source: settings.fileSource) }
    kept = Kept(exists: true, expiry: token.expiry, owner: owner)
    warn(token, attempt)
    return token
  }

  /// Seconds until there is something to do or to look at.
  private var pause: Double {
    let now = world.now()
    var pause = min(settings.lookInterval, due.uptime - world.uptime())
    if due.date != .distantFuture { pause = min(pause, due.date.timeIntervalSince(now)) }
    if kept.exists, kept.pendingRemoval == nil, let expiry = kept.expiry {
      pause = min(pause, expiry.timeIntervalSince(now))
    }
    return max(pause, 0.001)
  }

  /// What is at the path of the file, or behind a link there; nil if there is nothing.
  private var fileKind: FileKind? {
    let kind = world.files.kind(settings.file)
    guard kind == .link else { return kind }
    return world.files.identity(settings.file) == nil ? nil : .regular
  }

  private mutating func removeIfExpired() {
    guard kept.exists else { return }
    if let reason = kept.pendingRemoval {
      remove(reason)
    } else if let expiry = kept.expiry, expiry <= world.now() {
      remove("its token ended at \(Timestamp.text(expiry))")
    }
  }

  /// Removes the file; if that fails, it is tried again at every check.
  private mutating func remove(_ reason: String) {
    do throws(FileWriteError) {
      try world.files.remove(settings.file)
      tell("removed \(settings.file): \(reason)")
      kept = Kept()
    } catch {
      warnOnce("cannot \(error.step): \(error.reason); \(reason)")
      kept.pendingRemoval = reason
    }
  }

  /// Logs a warning once.
  mutating func warnOnce(_ text: String) {
    if warned.insert(text).inserted { world.warn(text.sanitized(maxLength: 600)) }
  }
}
