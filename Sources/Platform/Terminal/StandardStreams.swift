import Glibc

/// Why standard output could not be written.
package struct OutputError: Error, Equatable, Sendable {
  package var errno: Int32

  package init(errno: Int32) { self.errno = errno }
}

/// Writes unbuffered, so that nothing is lost or written twice when the process ends.
enum StandardStreams {
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
