import CPlatform
import Encoding
import Glibc

/// A program to run without a shell and without standard input.
package struct ChildProcess: Sendable, Equatable {
  /// The absolute path.
  package var path: String
  package var arguments: [String]
  /// The environment, as `NAME=value`.
  package var variables: [String]
  /// Seconds until it is killed.
  package var timeout: Double
  /// The maximum number of bytes of standard output.
  package var limit: Int

  package init(
    path: String, arguments: [String], variables: [String], timeout: Double, limit: Int
  ) {
    self.path = path
    self.arguments = arguments
    self.variables = variables
    self.timeout = timeout
    self.limit = limit
  }
}

/// The output and exit code of a program.
package struct ChildOutput: Sendable, Equatable {
  package var output: [UInt8]
  /// The first 4 KiB of standard error.
  package var errors: [UInt8] = []
  package var exitCode: Int32 = 0
}

/// Why a program could not be run.
package enum ChildProcessError: Error, Equatable, Sendable {
  case notStarted(errno: Int32)
  /// It was killed after the time limit.
  case timedOut
  /// It was killed because its output exceeded the limit.
  case tooMuchOutput
  case system(errno: Int32)
}

extension ChildProcess {
  private static let errorLimit = 4096

  func run() throws(ChildProcessError) -> ChildOutput {
    var words = Self.strings([path] + arguments)
    var environment = Self.strings(variables)
    defer { for word in words + environment { free(word) } }
    let output = UnsafeMutableBufferPointer<CChar>.allocate(capacity: limit)
    let errors = UnsafeMutableBufferPointer<CChar>.allocate(capacity: Self.errorLimit)
    defer {
      output.deallocate()
      errors.deallocate()
    }
    var child = tx_child(
      output: output.baseAddress, output_capacity: limit, output_length: 0,
      errors: errors.baseAddress, errors_capacity: Self.errorLimit, errors_length: 0,
      exit_code: 0, is_started: 0)
    let code = tx_run(path, &words, &environment, timeout, &child)
    guard code == 0 else {
      guard child.is_started != 0 else { throw .notStarted(errno: code) }
      switch code {
      case ETIMEDOUT: throw .timedOut
      case EFBIG: throw .tooMuchOutput
      default: throw .system(errno: code)
      }
    }
    return ChildOutput(
      output: output.prefix(child.output_length).map { UInt8(truncatingIfNeeded: $0) },
      errors: errors.prefix(child.errors_length).map { UInt8(truncatingIfNeeded: $0) },
      exitCode: child.exit_code)
  }

  private static func strings(_ texts: [String]) -> [UnsafeMutablePointer<CChar>?] {
    texts.map { strdup($0) } + [nil]
  }
}
