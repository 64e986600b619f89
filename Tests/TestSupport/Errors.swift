import Glibc

package struct SystemCallError: Error, CustomStringConvertible {
  /// The call and its subject.
  package var call: String
  package var code: Int32
  package init(call: String, code: Int32 = errno) { (self.call, self.code) = (call, code) }
  package var description: String { "\(call): \(String(cString: strerror(code)))" }
}

/// Any other error of the test support.
package struct TestSupportError: Error, CustomStringConvertible {
  package let description: String
  package init(_ description: String) { self.description = description }
}
