import TokenExchange

/// The files of one key.
///
/// Nothing here may fail a run: what cannot be read, locked or written is done without.
struct CacheSlot {
  let folder: CacheFolder
  let key: CacheKey
  let world: World
  let log: VerboseLog
  private let name: String

  init(
    folder: CacheFolder, key: CacheKey, world: World, log: VerboseLog
  ) {
    self.folder = folder
    self.key = key
    self.world = world
    self.log = log
    name = key.name
  }

  /// What waiting for the lock brought.
  enum Turn<Outcome> {
    /// What another process brought.
    case shared(Outcome)
    /// It is up to us, with the lock or, where none can be had, without; after so many seconds.
    case ours(FileLock?, waited: Double)
  }

  /// Waits for the lock, or for what its holder brings.
  ///
  /// - Parameters:
  ///   - patience: Seconds to wait at most.
  ///   - longestPause: Seconds between two looks, at most.
  ///   - waiting: Hears again and again what the holder says that it is at.
  ///   - outcome: Looks for what another process brought.
  /// - Returns: What came of it.
  func turn<Outcome>(
    patience: Double, longestPause: Double = 0.05, waiting: ((String) -> Void)? = nil,
    outcome: () -> Outcome?
  ) -> Turn<Outcome> {
    let start = world.uptime()
    var pause = 0.005
    while true {
      let lock: FileLock?
      do throws(CacheFault) {
        lock = try world.cache.lock(folder.path(.lock, of: name))
      } catch {
        log("cache: no lock: \(error.words)")
        return .ours(nil, waited: 0)
      }
      // Also with the lock in hand: another may have been done between our look and the lock.
      if let shared = outcome() {
        lock?.release()
        return .shared(shared)
      }
      let waited = world.uptime() - start
      if let lock { return .ours(lock, waited: waited) }
      guard waited < patience else {
        log("cache: another process is at it for too long, going on without the lock")
        return .ours(nil, waited: waited)
      }
      if let waiting, let note = read(.lock), !note.isEmpty {
        waiting(String(decoding: note, as: UTF8.self).sanitized(maxLength: 20))
      }
      world.sleep(pause * (0.5 + world.random()))
      pause = min(pause * 1.5, longestPause)
    }
  }

  /// The content of a file; nil if it cannot be had, which `aloud` logs.
  func read(_ file: CacheFolder.File, aloud: Bool = false) -> [UInt8]? {
    do throws(CacheFault) {
      return try world.cache.read(folder.path(file, of: name), CachedToken.largestFile)
    } catch {
      if aloud { log("cache: no entry: \(error.words)") }
      return nil
    }
  }

  /// Writes a file; `durable` waits for the disk.
  ///
  /// - Returns: Whether it could be written; if not, why is logged.
  @discardableResult
  func write(_ content: [UInt8], _ file: CacheFolder.File, durable: Bool = false) -> Bool {
    guard content.count <= CachedToken.largestFile else {
      log("cache: not kept: it is too long")
      return false
    }
    do throws(WriteFault) {
      try world.cache.write(folder.path(file, of: name), content, durable)
      return true
    } catch {
      log("cache: not kept: cannot \(error.step): \(error.reason)")
      return false
    }
  }

  /// The last failure, if it can be read.
  var failure: CachedFailure? { read(.failure).flatMap { CachedFailure($0, key: key) } }

  /// Keeps a failure for those who wait.
  func write(_ problem: Problem) {
    write(CachedFailure(problem, written: world.moment).content(key: key), .failure)
  }
}

extension CacheSlot {
  /// The slot of a key in the folder that an invocation means; nil if there can be none, which is
  /// then logged.
  init?(
    _ invocation: Invocation, key: CacheKey, world: World,
    log: VerboseLog
  ) {
    let folder: CacheFolder
    do throws(CacheFault) {
      folder = try CacheFolder.find(invocation, variables: world.variables)
      try world.cache.prepareFolder(folder.path)
    } catch {
      log("cache: none, because \(error.words)")
      return nil
    }
    self.init(folder: folder, key: key, world: world, log: log)
  }
}
