import Encoding

/// The settings of one cluster that a client passes to the plugin (`spec.cluster.config`).
package struct ClusterConfig: Sendable, Equatable {
  package var clientID: String
  package var connectorID: String
  package var audiences: [String]
  package var scopes: [String]

  package init(clientID: String, connectorID: String, audiences: [String], scopes: [String]) {
    self.clientID = clientID
    self.connectorID = connectorID
    self.audiences = audiences
    self.scopes = scopes
  }

  /// The extension of a kubeconfig's cluster that client-go passes as `spec.cluster.config`.
  static let extensionName = "client.authentication.k8s.io/exec"

  /// The members, for a mapping.
  var yaml: YAML {
    """
    clientID: \(clientID)
    connectorID: \(connectorID)
    \(audiences.isEmpty ? nil : list("audiences", audiences))
    \(scopes.isEmpty ? nil : list("scopes", scopes))
    """
  }

  /// The extensions of a kubeconfig's cluster.
  var extensions: YAML {
    """
    extensions:
      - name: \(Self.extensionName)
        extension:
          \(yaml)
    """
  }

  /// The members, for JSON in a literal block.
  var json: JSON.Object {
    var members: JSON.Object = [
      "clientID": .string(clientID), "connectorID": .string(connectorID),
    ]
    if !audiences.isEmpty { members["audiences"] = .array(audiences.map { .string($0) }) }
    if !scopes.isEmpty { members["scopes"] = .array(scopes.map { .string($0) }) }
    return members
  }

  private func list(_ key: YAML, _ items: [String]) -> YAML {
    """
    \(key):
      \(items.map { "- \($0)" })
    """
  }
}
