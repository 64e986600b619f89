import FoundationEssentials
import Platform
import TokenExchange

/// Keeps a fresh token in a file.
struct Sidecar: Sendable {
  /// The known state of the file.
  struct File: Sendable, Equatable {
    var exists = false
    /// The expiry of its token, if that is known.
    var expiry: Date?
    /// The identity of its token, if that is known.
    var principal: TokenPrincipal?
    /// Why the file must be removed, as long as removing it fails.
    var pendingRemoval: RemovalReason?
  }

  /// The next renewal on two clocks, whichever comes first: one stops while the machine sleeps, the
  /// other can be set back.
  private struct Due {
    var date = Date.distantPast
    var uptime = 0.0
  }

  let configuration: SidecarConfiguration
  let world: World
  let log: VerboseLog
  private(set) var file = File()
  private(set) var failures = FailureLog()
  private var due = Due()
  /// Whether SIGUSR1 requested the next attempt.
  private var isRequested = false
  private var subject: [UInt8]?
  private var warned: [Warning] = []

  init(_ configuration: SidecarConfiguration, world: World, log: VerboseLog) {
    self.configuration = configuration
    self.world = world
    self.log = log
  }

  /// Checks that the file can be written, and reads the file of an earlier run.
  mutating func prepare() throws(CommandError) {
    let path = configuration.file
    do throws(FileWriteError) {
      try world.process.signals.uninterrupted { () throws(FileWriteError) in
        try world.files.testWriting(path)
        world.files.removeLeftovers(path)
      }
    } catch { throw .notWritten(error, source: configuration.fileSource) }
    guard let token = try? world.renewedToken(path) else { return }
    file = File(exists: true, expiry: UnverifiedJWT(token.revealed)?.expiry)
    guard world.files.kind(path) == .regular else { return }
    // An earlier run may have had another --mode, and the first renewal may take long.
    do throws(FileWriteError) {
      try world.files.setMode(path, configuration.mode)
    } catch {
      warnOnce(.sidecar(.modeNotSet(error)))
    }
  }

  /// Checks the clocks and the files, renews if that is due, and waits for the next check.
  mutating func step() {
    world.limitExchange(configuration.exchange.timeout)
    checkInputs()
    if world.now() >= due.date || world.uptime() >= due.uptime { renew() }
    removeIfExpired()
    world.process.liftTimeLimit()
    if world.process.signals.wait(pause) {
      report(.requested)
      isRequested = true
      due = Due()
    }
  }

  mutating func renewOnce() throws(CommandError) {
    do throws(CommandError) { _ = try exchange(attempts: RetryPolicy().attempts) } catch {
      removeIfExpired()
      throw error
    }
  }

  /// Makes a renewal due if the file was removed or replaced, or if the subject token belongs to
  /// another identity.
  private mutating func checkInputs() {
    if file.exists {
      let kind = fileKind
      if kind != .regular {
        log("\(configuration.file) " + (kind.map { "is now \($0.message)" } ?? "was removed"))
        file = File()
        due = Due()
      }
    }
    guard let content = try? configuration.exchange.subjectContent(in: world), content != subject
    else { return }
    let isFirst = subject == nil
    subject = content
    let principal = (try? Secret(tokenFile: content))
      .flatMap { UnverifiedJWT($0.revealed) }.map(TokenPrincipal.init)
    // The file of an earlier run is assumed to belong to the identity at the start.
    if isFirst, file.exists { file.principal = principal }
    guard !isFirst || failures.count > 0 else { return }
    let isAnother = principal != nil && file.principal != nil && principal != file.principal
    // The new token may be valid although the old one was not.
    guard isAnother || failures.last?.mayBeCausedBySubject == true else { return }
    log(isAnother ? "the subject token has another identity" : "the subject token was replaced")
    due = Due()
  }

  private mutating func renew() {
    defer { isRequested = false }
    do throws(CommandError) {
      let token = try exchange(attempts: 1)
      let now = world.now()
      let wait = configuration.schedule.wait(
        lifetime: token.lifetime(at: now), random: world.random())
      due = Due(date: now.addingTimeInterval(wait), uptime: world.uptime() + wait)
      let failed =
        failures.count == 0
        ? nil : FailedAttempts(count: failures.count, seconds: world.uptime() - failures.start)
      report(
        .renewed(
          file: configuration.file, expiry: token.expiry, now: now, wait: wait, after: failed))
      failures.clear()
    } catch {
      let uptime = world.uptime()
      let decision = failures.note(error, uptime: uptime, isRequested: isRequested)
      let pause = Backoff.pause(
        failures: failures.count, outage: uptime - failures.start, after: error,
        random: world.random())
      due = Due(date: .distantFuture, uptime: uptime + pause)
      report(error, decision, pause: pause)
    }
  }

  private mutating func exchange(attempts: Int) throws(CommandError) -> IssuedToken {
    let start = world.uptime()
    let request = try configuration.exchange.request(in: world)
    let principal = request.subjectToken.jwt.map(TokenPrincipal.init)
    log("subject token: \(request.subjectSummary(now: world.now()))")
    for warning in request.warnings(now: world.now()) { warnOnce(warning) }
    let token: IssuedToken
    do throws(CommandError) {
      token = try configuration.exchange.issue(
        request, configuration.exchange.authority.trust(in: world), in: world, since: start,
        attempts: attempts, log: log)
    } catch {
      if let warning = configuration.exchange.warning(about: error, request: request) {
        warnOnce(.sidecar(warning))
      }
      if error.isRejection, let old = file.principal, principal != old { remove(.subjectChanged) }
      throw error
    }
    do throws(FileWriteError) {
      try world.process.signals.uninterrupted { () throws(FileWriteError) in
        try world.files.replace(
          configuration.file, Array(token.secret.revealed.utf8),
          FileWriteOptions(mode: configuration.mode))
      }
    } catch { throw .notWritten(error, source: configuration.fileSource) }
    file = File(exists: true, expiry: token.expiry, principal: principal)
    if token.expiry == nil { warnOnce(.sidecar(.unknownExpiry)) }
    for warning in request.expectedClaims.warnings(ofIssuer: token.jwt?.issuer) {
      warnOnce(warning)
    }
    return token
  }

  /// Seconds until the next renewal, removal or check.
  private var pause: Double {
    let now = world.now()
    var pause = min(configuration.checkInterval, due.uptime - world.uptime())
    if due.date != .distantFuture { pause = min(pause, due.date.timeIntervalSince(now)) }
    if file.exists, file.pendingRemoval == nil, let expiry = file.expiry {
      pause = min(pause, expiry.timeIntervalSince(now))
    }
    return max(pause, 0.001)
  }

  /// The type of the file, following links; nil if there is none.
  private var fileKind: FileKind? {
    let kind = world.files.kind(configuration.file)
    guard kind == .link else { return kind }
    return world.files.identity(configuration.file) == nil ? nil : .regular
  }

  private mutating func removeIfExpired() {
    guard file.exists else { return }
    if let reason = file.pendingRemoval {
      remove(reason)
    } else if let expiry = file.expiry, expiry <= world.now() {
      remove(.expired(expiry))
    }
  }

  /// Removes the file; if that fails, the next check tries again.
  private mutating func remove(_ reason: RemovalReason) {
    do throws(FileWriteError) {
      try world.files.remove(configuration.file)
      report(.removed(file: configuration.file, reason))
      file = File()
    } catch {
      warnOnce(.sidecar(.notRemoved(error, reason)))
      file.pendingRemoval = reason
    }
  }
}

extension Sidecar {
  private func report(_ event: SidecarEvent) {
    world.writeError("tokenxchange: " + Message(event).text)
  }

  private func report(_ error: CommandError, _ decision: FailureLog.LogDecision, pause: Double) {
    let token: OldToken =
      if !file.exists {
        .missing
      } else if file.pendingRemoval != nil {
        .notRemoved
      } else {
        .valid(until: file.expiry)
      }
    switch decision {
    case .nothing: log("renewal failed again: \(Diagnosis(error).message.text)")
    case .first: report(.failed(error, pause: pause, token))
    case .summary(let attempts, let seconds):
      report(
        .stillFailing(error, attempts: attempts, seconds: seconds, pause: pause, token))
    }
  }

  private mutating func warnOnce(_ warning: Warning) {
    guard !warned.contains(where: { $0.isSame(as: warning) }) else { return }
    warned.append(warning)
    world.warn([warning])
  }
}

extension CommandError {
  fileprivate var mayBeCausedBySubject: Bool {
    if case .subjectToken = self { true } else { isRejection }
  }
}
