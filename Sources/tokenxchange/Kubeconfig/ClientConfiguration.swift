import Encoding
import TokenExchange

/// A cluster in a client's configuration: its server, and how to authenticate.
struct ClientConfiguration: Equatable, Sendable {
  /// The certificates that the API server's certificate is verified with.
  enum Authority: Equatable, Sendable {
    case system
    case file(String)
    /// The base64 of PEM.
    case data(String)
    case insecureSkipVerify
  }

  /// What the client authenticates with.
  enum Credential: Equatable, Sendable {
    case exec(ExecCommand)
    case token, clientCertificate, password, none
    /// A provider of another kind, by its name.
    case provider(String)
  }

  /// The name of the context or cluster.
  var name: String
  var server: String
  var authority: Authority
  var tlsServerName: String?
  var proxyURL: String?
  /// The namespaces that the client works in; empty for all.
  var namespaces: [String]
  var credential: Credential
  /// What the client passes to the plugin as `spec.cluster.config`, if it passes the cluster.
  var pluginConfig: JSON?
  /// Faults of a configuration that can be read.
  var faults: [Fault] = []

  /// What prevents the client from running the plugin, or from using the configuration.
  enum Fault: Equatable, Sendable {
    /// A Secret without the label by which Argo CD finds clusters.
    case noClusterLabel
    /// A CA and `insecure: true`, which client-go rejects.
    case authorityAndInsecure
    /// Argo CD ignores the plugin for its own cluster.
    case inClusterServer
    /// client-go rejects the `apiVersion`; nil if there is none.
    case apiVersion(String?)
    /// client-go rejects the `interactiveMode`; nil if there is none and v1 requires one.
    case interactiveMode(String?)
    case commandNotFound(String)
    case notExecutable(String)
  }
}

/// The program that a client runs for a credential, from its configuration.
struct ExecCommand: Equatable, Sendable {
  var command: String
  var arguments: [String]
  /// The variables that the client adds to its own, in the order of the configuration.
  var variables: [Variable]
  var apiVersion: String?
  /// nil if the configuration has none.
  var interactiveMode: String?
  var providesClusterInfo: Bool

  struct Variable: Equatable, Sendable {
    var name: String
    var value: String
  }

  /// The last part of the command's path.
  var programName: String { command.split(separator: "/").last.map(String.init) ?? command }

  /// The variables of the program when a client in this environment runs it.
  func environment(_ client: [String: String]) -> [String: String] {
    variables.reduce(into: client) { $0[$1.name] = $1.value }
  }
}
