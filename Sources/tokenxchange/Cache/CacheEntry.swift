import Encoding
import Platform
import TokenExchange

/// The files of one key: a token or a login, the last failure, and the lock.
///
/// Failures are logged and not thrown: the command continues without the cache.
struct CacheEntry {
  let directory: CacheDirectory
  let key: CacheKey
  let world: World
  let log: VerboseLog

  enum LockOutcome<Result> {
    /// Another process produced the result.
    case resolvedElsewhere(Result)
    /// This process must produce the result; the lock is nil if it cannot be acquired.
    case acquired(FileLock?, waited: Double)
  }

  /// Waits for the lock, or for the result of the process that holds it.
  ///
  /// Times are in seconds; `maxPause` is the longest pause between two attempts. `onWait` receives
  /// the note of the lock's holder at each attempt. `result` reads the result of another process;
  /// its argument is whether this process has the lock.
  func waitForLock<Result>(
    timeout: Double, maxPause: Double = 0.05, onWait: (([UInt8]) -> Void)? = nil,
    result: (Bool) -> Result?
  ) -> LockOutcome<Result> {
    let start = world.uptime()
    var pause = 0.005
    while true {
      let lock: FileLock?
      do throws(FileLockError) {
        lock = try world.files.lock(directory.path(.lock, of: key.name))
      } catch {
        log("cache: cannot lock: \(error.message)")
        return .acquired(nil, waited: 0)
      }
      // Even with the lock: another process may have finished between the last check and the lock.
      if let result = result(lock != nil) {
        lock?.release()
        return .resolvedElsewhere(result)
      }
      let waited = world.uptime() - start
      if let lock { return .acquired(lock, waited: waited) }
      guard waited < timeout else {
        log("cache: another process has held the lock for too long, continuing without it")
        return .acquired(nil, waited: waited)
      }
      if let onWait, let note = content(of: .lock, logsMiss: false), !note.isEmpty {
        onWait(note)
      }
      world.sleep(pause * (0.5 + world.random()))
      pause = min(pause * 1.5, maxPause)
    }
  }

  /// Reads a record; nil if it is missing or unreadable, which is logged if `logsMiss` is true.
  func read<Record: CacheRecord>(_ type: Record.Type, logsMiss: Bool = false) -> Record? {
    guard let content = content(of: type.file, logsMiss: logsMiss) else { return nil }
    let record = Record(content, key: key)
    if record == nil, logsMiss { log("cache: the entry is damaged or belongs to another key") }
    return record
  }

  private func content(of file: CacheFile, logsMiss: Bool) -> [UInt8]? {
    do throws(FileReadError) {
      return try world.files.readPrivate(directory.path(file, of: key.name), CacheFile.maxSize)
    } catch {
      if logsMiss { log("cache: no entry: \(error.message)") }
      return nil
    }
  }

  /// Stores a record, and waits for the disk if it is durable; returns whether it was written.
  @discardableResult
  func write<Record: CacheRecord>(_ record: Record, isDurable: Bool = false) -> Bool {
    let content = record.content(key: key)
    guard content.count <= CacheFile.maxSize else {
      log("cache: not stored: the token is too large")
      return false
    }
    let path = directory.path(Record.file, of: key.name)
    let options = FileWriteOptions(mode: 0o600, isDurable: isDurable)
    do throws(FileWriteError) {
      do throws(FileWriteError) {
        try world.files.replace(path, content, options)
      } catch .notRegular(_, let kind) where kind != .directory {
        // Only this user can write to the directory, so a pipe or socket can be removed.
        try world.files.remove(path)
        try world.files.replace(path, content, options)
      }
      return true
    } catch {
      log("cache: not stored: \("\(cannot: error)" as Message)")
      return false
    }
  }
}

extension CacheEntry {
  /// Opens the entry of a key in the directory that the options select.
  init(
    opening arguments: ParsedArguments, key: CacheKey, world: World, log: VerboseLog
  ) throws(CacheError) {
    let directory = try CacheDirectory.find(arguments, variables: world.variables)
    do throws(DirectoryError) {
      try world.files.makePrivateDirectory(directory.path)
    } catch {
      throw .directory(directory.path, error)
    }
    self.init(directory: directory, key: key, world: world, log: log)
  }

  /// The same; nil if the directory cannot be used, which is logged.
  init?(_ arguments: ParsedArguments, key: CacheKey, world: World, log: VerboseLog) {
    do throws(CacheError) {
      try self.init(opening: arguments, key: key, world: world, log: log)
    } catch {
      log("cache: not used: \(Message(error).text)")
      return nil
    }
  }
}
