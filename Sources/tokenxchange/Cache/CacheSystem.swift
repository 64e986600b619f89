/// What the cache needs of the world: files that are ours alone, locks, and a clock.
struct CacheSystem: Sendable {
  /// Makes sure that a folder is there and ours alone.
  var prepareFolder: @Sendable (String) throws(CacheFault) -> Void
  /// Makes sure that a folder is ours, whatever its mode, and does not make it.
  var findFolder: @Sendable (String) throws(CacheFault) -> Void
  /// Reads a file that must be ours alone, of at most so many bytes.
  var read: @Sendable (String, Int) throws(CacheFault) -> [UInt8]
  /// Replaces a file; the last says whether to wait until the disk has it.
  var write: @Sendable (String, [UInt8], Bool) throws(WriteFault) -> Void
  /// Takes a lock, or gives nil if another has it.
  var lock: @Sendable (String) throws(CacheFault) -> FileLock?
  /// The files of a folder and their ages in seconds.
  var list: @Sendable (String) -> [(name: String, age: Double)]
  /// Removes a file; false if it is still there.
  var remove: @Sendable (String) -> Bool
  /// The clock that cannot be set.
  var clock: @Sendable () -> Double
  /// When this process was made, by that clock.
  var processStart: @Sendable () -> Double
}
