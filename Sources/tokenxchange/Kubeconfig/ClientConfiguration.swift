import Encoding
import TokenExchange

/// A cluster in a client's configuration: its server, and how to authenticate.
struct ClientConfiguration: Equatable, Sendable {
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
  var authority: TrustSource
  var tlsServerName: String?
  var proxyURL: String?
  /// The namespaces that the client works in; empty for all.
  var namespaces: [String]
  var credential: Credential
  /// What the client passes to the plugin as `spec.cluster.config`, if it passes the cluster.
  var pluginConfig: JSON?
  /// What is wrong with a configuration that can be read.
  var faults: [ClientFinding] = []
}

/// The program that a client runs for a credential, from its configuration.
struct ExecCommand: Equatable, Sendable {
  var command: String
  var arguments: [String]
  /// The variables that the client adds to its own, in the order of the configuration.
  var variables: [Variable] = []
  var apiVersion: String?
  var interactiveMode: String?
  var providesClusterInfo = false

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

extension ExecCommand {
  /// Reads an exec section of a kubeconfig or of a cluster Secret, which write `env` differently.
  init(_ section: JSON) throws(InvalidMember) {
    guard section.object != nil else { throw InvalidMember(name: "exec") }
    guard let command = try section.text("command") else { throw InvalidMember(name: "command") }
    self.init(command: command, arguments: [])
    if let list = section["args"], list != .null {
      guard let texts = list.strings else { throw InvalidMember(name: "args") }
      arguments = texts
    }
    switch section["env"] {
    case nil, .null?: break
    case .object(let members)?:
      for (name, value) in members {
        guard let value = value.string else { throw InvalidMember(name: "env") }
        variables.append(Variable(name: name, value: value))
      }
    case .array(let items)?:
      for item in items {
        guard let name = item["name"]?.string else { throw InvalidMember(name: "env") }
        variables.append(Variable(name: name, value: item["value"]?.string ?? ""))
      }
    default: throw InvalidMember(name: "env")
    }
    apiVersion = try section.text("apiVersion")
    interactiveMode = try section.text("interactiveMode")
    providesClusterInfo = section["provideClusterInfo"]?.bool ?? false
  }
}

/// A member of a client's configuration has a value of another type.
struct InvalidMember: Error {
  var name: String
}

extension JSON {
  /// A member that is a string; nil if it is absent, null or empty.
  func text(_ name: String) throws(InvalidMember) -> String? {
    switch self[name] {
    case nil, .null?: return nil
    case .string(let text)?: return text.isEmpty ? nil : text
    default: throw InvalidMember(name: name)
    }
  }
}
