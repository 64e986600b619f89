import Encoding
import TokenExchange

/// Certificates to embed in a generated file.
package struct Certificates: Sendable, Equatable {
  /// The certificates as PEM, with a newline at the end.
  package var pem: String
  /// The file that they were read from, for commands that read it again; nil if there is none.
  package var path: String?

  package init(pem: String, path: String?) {
    self.pem = pem
    self.path = path
  }

  /// The PEM in base64, as in Kubernetes' `…-data` fields.
  package var base64: String { Base64.encode(Array(pem.utf8)) }

  /// The shell variable for the base64 in a command.
  package static let variable = "CA_DATA"

  /// The command that sets the variable.
  package var assignment: String {
    let value =
      path.map { "$(base64 <\(ShellWord($0).quoted) | tr -d '\\n')" } ?? "'base64 of the PEM'"
    return "\(Self.variable)=\(value)"
  }
}
