import Glibc
import TokenExchange

/// Writing without buffers, so that nothing is lost or doubled when the process ends.
enum StandardStreams {
  /// Writes all of a text.
  ///
  /// - Returns: nil, or the system's words for what went wrong.
  static func write(_ text: String, to descriptor: Int32) -> String? {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return String(cString: strerror(errno)) }
      rest = rest.dropFirst(count)
    }
    return nil
  }
}

extension Problem {
  /// Nobody takes the credential.
  static func outputClosed(_ reason: String) -> Problem {
    Problem(
      .unexpected, "the credential could not be written to standard output: \(reason)",
      hint: "the program that ran this one closed the pipe, or the disk behind it is full")
  }
}
