import Glibc

/// Why standard output could not be written.
package struct OutputError: Error, Equatable, Sendable {
  package var errno: Int32
}

/// Writes unbuffered, so that nothing is lost or written twice when the process ends.
enum StandardStreams {
  /// The columns of a terminal; nil if it is not a terminal or has no size.
  static func width(of descriptor: Int32) -> Int? {
    var size = winsize()
    guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
    return Int(size.ws_col)
  }

  /// Writes a whole text.
  static func write(_ text: String, to descriptor: Int32) throws(OutputError) {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw OutputError(errno: errno) }
      rest = rest.dropFirst(count)
    }
  }
}
