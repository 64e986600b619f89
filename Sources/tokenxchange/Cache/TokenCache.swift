import FoundationEssentials
import TokenExchange

/// Gives the processes of one user one token: whoever comes first fetches it, the others wait.
///
/// Nothing here may fail a run: what cannot be read, locked or written is done without.
struct TokenCache {
  var folder: CacheFolder
  var key: CacheKey
  var world: World
  /// Seconds by which a token's end is reported early.
  var margin: Double
  var log: @Sendable (String) -> Void

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
    let name = key.name
    if !forced, let token = kept(name) { return token }
    switch turn(name, forced: forced, deadline: deadline) {
    case .shared(let token): return token
    case .failed(let problem): throw problem
    case .ours(let lock):
      defer { lock?.release() }
      do throws(Problem) {
        let token = try fetch()
        write(token.content(key: key), .token, name)
        folder.sweep(world.cache)
        return token
      } catch {
        write(CachedFailure(error, written: world.moment).content(key: key), .failure, name)
        throw error
      }
    }
  }

  /// What waiting for the lock brought.
  private enum Turn {
    case shared(CachedToken)
    case failed(Problem)
    case ours(FileLock?)
  }

  /// The cached path: no lock, no network.
  private func kept(_ name: String) -> CachedToken? {
    guard let content = read(.token, name, aloud: true) else { return nil }
    guard let token = CachedToken(content, key: key) else {
      log("cache: the entry cannot be read or is of another key")
      return nil
    }
    if let flaw = token.flaw(at: world.moment, margin: margin) {
      log("cache: the entry is not used: \(flaw)")
      return nil
    }
    log("cache: served from \(folder.path)")
    return token
  }

  /// Waits for the lock, or for what its holder brings.
  private func turn(_ name: String, forced: Bool, deadline: Double) -> Turn {
    let began = world.cache.processStart()
    let path = folder.path(.lock, of: name)
    let start = world.uptime()
    let end = start + min(10, (deadline - start) / 2)
    var pause = 0.005
    while true {
      let lock: FileLock?
      do throws(CacheFault) { lock = try world.cache.lock(path) } catch {
        log("cache: no lock: \(error.words)")
        return .ours(nil)
      }
      // Also with the lock in hand: another may have been done between our look and the lock.
      if !forced, let shared = outcome(name, began: began) {
        lock?.release()
        return shared
      }
      if let lock { return .ours(lock) }
      guard world.uptime() < end else {
        log("cache: another process is at it for too long, going on without the lock")
        return .ours(nil)
      }
      world.sleep(pause * (0.5 + world.random()))
      pause = min(pause * 1.5, 0.05)
    }
  }

  /// What another process brought since this one began.
  private func outcome(_ name: String, began: Double) -> Turn? {
    if let content = read(.token, name), let token = CachedToken(content, key: key),
      token.flaw(at: world.moment, margin: margin, began: began) == nil
    {
      log("cache: shared the token of another process")
      return .shared(token)
    }
    if let content = read(.failure, name), let failure = CachedFailure(content, key: key),
      failure.isShared(at: world.moment, began: began)
    {
      log("cache: shared the failure of another process")
      return .failed(failure.problem)
    }
    return nil
  }

  private func read(_ file: CacheFolder.File, _ name: String, aloud: Bool = false) -> [UInt8]? {
    do throws(CacheFault) {
      return try world.cache.read(folder.path(file, of: name), CachedToken.largestFile)
    } catch {
      if aloud { log("cache: no entry: \(error.words)") }
      return nil
    }
  }

  private func write(_ content: [UInt8], _ file: CacheFolder.File, _ name: String) {
    guard content.count <= CachedToken.largestFile else {
      log("cache: not kept: it is too long")
      return
    }
    do throws(WriteFault) {
      try world.cache.write(folder.path(file, of: name), content, false)
    } catch {
      log("cache: not kept: cannot \(error.step): \(error.reason)")
    }
  }
}
