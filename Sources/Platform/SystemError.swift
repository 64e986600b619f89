import Glibc

/// A failed system call.
package struct SystemError: Error, Equatable, Sendable {
  package var errno: Int32
}

/// Writes all bytes, unbuffered, so that nothing is lost or written twice when the process ends.
func writeAll(_ bytes: ArraySlice<UInt8>, to descriptor: Int32) throws(SystemError) {
  var rest = bytes
  while !rest.isEmpty {
    let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
    if count < 0, errno == EINTR { continue }
    guard count > 0 else { throw SystemError(errno: errno) }
    rest = rest.dropFirst(count)
  }
}
