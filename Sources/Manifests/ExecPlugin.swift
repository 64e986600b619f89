package import TokenExchange

/// The credential plugin that a client runs.
package struct ExecPlugin: Sendable {
  /// An argument of the plugin.
  package enum Argument: Sendable, Equatable {
    case text(String)
    /// The base64 of certificates, after an option such as `--certificate-authority-data=`.
    case certificates(option: String, Certificates)

    /// The argument as the plugin receives it.
    package var text: String {
      switch self {
      case .text(let text): text
      case .certificates(let option, let certificates): option + certificates.base64
      }
    }

    /// The argument as the value of an option of another command, with a variable for certificates.
    func shellWord(option outer: String, transform: (String) -> String = { $0 }) -> ShellWord {
      switch self {
      case .text(let text): ShellWord(outer + transform(text))
      case .certificates(let option, _):
        ShellWord(outer + option, variable: Certificates.variable)
      }
    }
  }

  package var command: String
  package var arguments: [Argument]
  package var apiVersion: ExecAPIVersion
  /// Whether the plugin may prompt the user.
  package var isInteractive: Bool
  /// What kubectl prints if the command is not found.
  package var installHint: String

  package init(
    command: String, arguments: [Argument], apiVersion: ExecAPIVersion, isInteractive: Bool,
    installHint: String
  ) {
    self.command = command
    self.arguments = arguments
    self.apiVersion = apiVersion
    self.isInteractive = isInteractive
    self.installHint = installHint
  }

  var interactiveMode: String { isInteractive ? "IfAvailable" : "Never" }

  /// The command that sets the variable for the certificates, if the arguments contain any.
  var assignments: [String] {
    arguments.compactMap { argument in
      guard case .certificates(_, let certificates) = argument else { return nil }
      return certificates.assignment
    }
  }
}
