import Encoding
import TokenExchange

/// Certificates that a file embeds.
package struct Certificates: Sendable, Equatable {
  /// The certificates as PEM, with a newline at the end.
  package var pem: String
  /// The file that they came from, for commands that read it again; nil if they had none.
  package var path: String?

  package init(pem: String, path: String?) {
    self.pem = pem
    self.path = path
  }

  /// The base64 of the PEM, as Kubernetes embeds certificates.
  package var base64: String { Base64.encode(Array(pem.utf8)) }

  /// The shell variable that stands for the base64 in a command.
  package static let variable = "CA_DATA"

  /// The command that sets the variable.
  package var assignment: String {
    let value =
      path.map { "$(base64 <\(ShellWord($0).quoted) | tr -d '\\n')" } ?? "'base64 of the PEM'"
    return "\(Self.variable)=\(value)"
  }
}
