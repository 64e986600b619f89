import FoundationEssentials
import TokenExchange

/// Gives the processes of one user one token: whoever comes first fetches it, the others wait.
struct TokenCache {
  var slot: CacheSlot
  /// Seconds by which a token's end is reported early.
  var margin: Double

  private var world: World { slot.world }

  /// The token for the key.
  ///
  /// - Parameters:
  ///   - forced: Whether to fetch one in any case.
  ///   - deadline: The uptime at which the run must end.
  ///   - fetch: Fetches a token.
  /// - Returns: A token that is kept, or a new one.
  /// - Throws: What `fetch` throws, here or in the process that was waited for.
  func token(
    forced: Bool, deadline: Double, fetch: () throws(Problem) -> CachedToken
  ) throws(Problem) -> CachedToken {
    if !forced, let token = kept() { return token }
    let began = world.cache.processStart()
    let patience = min(10, (deadline - world.uptime()) / 2)
    switch slot.turn(patience: patience, outcome: { forced ? nil : outcome(began: began) }) {
    case .shared(let result): return try result.get()
    case .ours(let lock, _):
      defer { lock?.release() }
      do throws(Problem) {
        let token = try fetch()
        slot.write(token.content(key: slot.key), .token)
        slot.folder.sweep(world.cache)
        return token
      } catch {
        slot.write(error)
        throw error
      }
    }
  }

  /// The cached path: no lock, no network.
  private func kept() -> CachedToken? {
    guard let content = slot.read(.token, aloud: true) else { return nil }
    guard let token = CachedToken(content, key: slot.key) else {
      slot.log("cache: the entry cannot be read or is of another key")
      return nil
    }
    if let flaw = token.flaw(at: world.moment, margin: margin) {
      slot.log("cache: the entry is not used: \(flaw)")
      return nil
    }
    slot.log("cache: served from \(slot.folder.path)")
    return token
  }

  /// What another process brought since this one began.
  private func outcome(began: Double) -> Result<CachedToken, Problem>? {
    if let content = slot.read(.token), let token = CachedToken(content, key: slot.key),
      token.flaw(at: world.moment, margin: margin, began: began) == nil
    {
      slot.log("cache: shared the token of another process")
      return .success(token)
    }
    if let failure = slot.failure, failure.isShared(at: world.moment, began: began) {
      slot.log("cache: shared the failure of another process")
      return .failure(failure.problem)
    }
    return nil
  }
}
