import Glibc

/// What keeps a file's folder in order.
extension AtomicFile {
  /// Seconds after which a temporary file is a leftover: writing takes milliseconds.
  private static let leftoverAge = 10

  /// Writes and removes a temporary file beside a path, so that a read-only mount or a missing
  /// folder is found before a token is asked for.
  ///
  /// - Throws: What will go wrong later.
  static func testWriting(_ path: String) throws(WriteFault) {
    try checkTarget(path)
    let probe = temporaryName(for: path)
    try replace(probe, with: [UInt8](repeating: 0, count: 4096))
    try remove(probe)
  }

  /// Removes a file, if it is there, for good.
  static func remove(_ path: String) throws(WriteFault) {
    guard unlink(path) == 0 || errno == ENOENT else { throw fault("remove \(path)") }
    syncFolder(folder(of: path))
  }

  /// Removes what a run that was killed in mid-write left beside a path.
  static func sweep(besides path: String) {
    let folder = folder(of: path)
    let prefix = temporaryPrefix(for: path)
    guard let listing = opendir(folder) else { return }
    defer { closedir(listing) }
    let limit = time(nil) - leftoverAge
    while let entry = readdir(listing) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) {
        String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
      }
      var status = stat()
      guard name.hasPrefix("."), name.contains(prefix), lstat("\(folder)/\(name)", &status) == 0,
        status.st_mode & S_IFMT == S_IFREG, status.st_mtim.tv_sec < limit
      else { continue }
      unlink("\(folder)/\(name)")
    }
  }

  /// A folder cannot be replaced, and `/dev/stdout` and its like must not be.
  private static func checkTarget(_ path: String) throws(WriteFault) {
    var status = stat()
    let isThere = stat(path, &status) == 0
    guard !path.hasSuffix("/"), !isThere || status.st_mode & S_IFMT == S_IFREG else {
      throw WriteFault(
        step: "replace \(path)", reason: "it is not a regular file", hint: "name a file")
    }
  }
}
