/// Why a file could not be read.
enum FileFault: Error, Equatable {
  case missing
  /// Permissions or a fault of the disk, in the system's words.
  case unreadable(String)
  /// A folder, a pipe, a device or a socket.
  case notRegular(String)
  case tooLarge
  /// It was written to while it was read.
  case unstable
}
