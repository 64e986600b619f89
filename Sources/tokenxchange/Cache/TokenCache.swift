import FoundationEssentials
import Platform
import TokenExchange

/// Shares one token between the processes of a user: the first one fetches it, the others wait.
struct TokenCache {
  var entry: CacheEntry
  /// Seconds by which a token's expiry is reported early.
  var margin: Double

  private var world: World { entry.world }

  /// The token for the key.
  ///
  /// - Parameters:
  ///   - forced: Whether to fetch one in any case.
  ///   - deadline: The uptime at which the run must end.
  ///   - fetch: Fetches a token.
  /// - Returns: A cached token or a new one.
  /// - Throws: What `fetch` throws, here or in the process that was waited for.
  func token(
    forced: Bool, deadline: Double, fetch: () throws(Problem) -> CachedToken
  ) throws(Problem) -> CachedToken {
    if !forced, let token = cached() { return token }
    let began = world.bootClock.processStart()
    let timeout = min(10, (deadline - world.uptime()) / 2)
    switch entry.waitForLock(timeout: timeout, outcome: { forced ? nil : outcome(began: began) }) {
    case .resolvedElsewhere(let result): return try result.get()
    case .acquired(let lock, _):
      defer { lock?.release() }
      do throws(Problem) {
        let token = try fetch()
        entry.write(token)
        entry.directory.removeOutdated(world.files)
        return token
      } catch {
        entry.write(error)
        throw error
      }
    }
  }

  /// The cached path: no lock, no network.
  private func cached() -> CachedToken? {
    guard let token = entry.token(logsMiss: true) else { return nil }
    if let flaw = token.unusableReason(at: world.moment, margin: margin) {
      entry.log("cache: the entry is not used: \(flaw)")
      return nil
    }
    entry.log("cache: served from \(entry.directory.path)")
    return token
  }

  /// The result of another process since this one began.
  private func outcome(began: Double) -> Result<CachedToken, Problem>? {
    if let token = entry.token(),
      token.unusableReason(at: world.moment, margin: margin, began: began) == nil
    {
      entry.log("cache: shared the token of another process")
      return .success(token)
    }
    if let failure = entry.failure, failure.isShared(at: world.moment, began: began) {
      entry.log("cache: shared the failure of another process")
      return .failure(failure.problem)
    }
    return nil
  }
}
