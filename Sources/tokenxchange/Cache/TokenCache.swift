import Encoding
import FoundationEssentials
import Platform
import TokenExchange

/// Shares one token between the processes of a user: the first one requests it, the others wait.
struct TokenCache {
  var entry: CacheEntry
  /// How many seconds early the expiry of a token is reported.
  var margin: Double

  private var world: World { entry.world }

  /// Requests a token, or uses the result of another process that requested one in the meantime.
  ///
  /// A forced run always requests one. It must end at the uptime `deadline`.
  func credential(
    forced: Bool, deadline: Double, subjectExpiry: Date?,
    issue: () throws(CommandError) -> IssuedToken
  ) throws(CommandError) -> Credential {
    let start = world.clock.processStart()
    let outcome = entry.waitForLock(timeout: min(10, (deadline - world.uptime()) / 2)) { _ in
      forced ? nil : sharedResult(since: start)
    }
    switch outcome {
    case .resolvedElsewhere(let result): return Credential(try result.get())
    case .acquired(let lock, _):
      defer { lock?.release() }
      do throws(CommandError) {
        let token = try issue()
        var cached = CachedToken(token, written: world.clockReading)
        cached.subjectExpiry = subjectExpiry
        entry.write(cached)
        entry.directory.removeOutdated(world.files)
        return Credential(token)
      } catch {
        entry.write(CachedFailure(Diagnosis(error), written: world.clockReading))
        throw error
      }
    }
  }

  /// The cached token if it can be used; requires neither the lock nor the network.
  func usableToken() -> CachedToken? {
    guard let token = entry.read(CachedToken.self, logsMiss: true) else { return nil }
    if let reason = token.unusableReason(at: world.clockReading, margin: margin) {
      entry.log("cache: entry not used: \(Message(reason).text)")
      return nil
    }
    entry.log("cache: token from \(entry.directory.path)")
    return token
  }

  /// The result that another process stored after this one started.
  private func sharedResult(since start: Double) -> Result<CachedToken, CommandError>? {
    if let token = entry.read(CachedToken.self),
      token.unusableReason(at: world.clockReading, margin: margin, processStart: start) == nil
    {
      entry.log("cache: token from another process")
      return .success(token)
    }
    if let failure = entry.read(CachedFailure.self),
      failure.isShared(at: world.clockReading, processStart: start)
    {
      entry.log("cache: failure from another process")
      return .failure(.failedElsewhere(failure))
    }
    return nil
  }
}

extension TokenCache {
  /// Creates the cache of an exchange; nil if it is disabled or, as logged, cannot be used.
  init?(
    _ arguments: ParsedArguments, _ request: TokenExchangeRequest, _ trust: UncheckedTrust,
    world: World, margin: Double, log: VerboseLog
  ) {
    guard arguments.enablesCache else { return nil }
    guard trust.source != .insecureSkipVerify, !arguments[.insecureAllowHTTP] else {
      log("cache: not used: an insecure option is set")
      return nil
    }
    guard let key = CacheKey(request, trust: trust.cacheParts(variables: world.variables)) else {
      log("cache: not used: the subject token is not a service account token")
      return nil
    }
    guard let entry = CacheEntry(arguments, key: key, world: world, log: log) else { return nil }
    self.init(entry: entry, margin: margin)
  }
}

extension ParsedArguments {
  /// Whether the cache is enabled, by its flag or its directory.
  var enablesCache: Bool {
    text(of: .cacheOn).map { $0 == "true" } ?? isSet(.cacheDir)
  }
}
