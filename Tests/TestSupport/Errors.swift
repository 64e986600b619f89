import Glibc

/// A failed system call.
package struct SystemCallError: Error, CustomStringConvertible {
  /// The call and its subject.
  package var call: String
  /// Its `errno`.
  package var code: Int32 = errno
  package var description: String { "\(call): \(String(cString: strerror(code)))" }
}

/// Any other error of the test support.
struct TestSupportError: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}
