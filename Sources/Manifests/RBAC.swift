/// A role for service accounts of another cluster: its bindings, and the role itself if it has rules.
package struct RBAC: Sendable {
  package struct Rule: Sendable, Equatable {
    package var apiGroups: [String]
    package var resources: [String]
    package var verbs: [String]

    package init(apiGroups: [String], resources: [String], verbs: [String]) {
      self.apiGroups = apiGroups
      self.resources = resources
      self.verbs = verbs
    }
  }

  package var accounts: [ServiceAccount]
  package var usernames: UsernameMapping
  package var role: String
  package var isClusterRole: Bool
  /// The namespaces in which the role applies; empty for the whole cluster.
  package var namespaces: [String]
  package var rules: [Rule]

  package init(
    accounts: [ServiceAccount], usernames: UsernameMapping, role: String, isClusterRole: Bool,
    namespaces: [String], rules: [Rule]
  ) {
    self.accounts = accounts
    self.usernames = usernames
    self.role = role
    self.isClusterRole = isClusterRole
    self.namespaces = namespaces
    self.rules = rules
  }

  package var yaml: YAML {
    """
    # Apply this in the target cluster. List the resulting permissions with:
    #   \(comment: checkCommand)
    \(usernames.isOpaque ? opaqueNote : nil)
    \(usernames.warning)
    \(roles)
    \(bindings)
    """
  }

  private var checkCommand: String {
    let users = accounts.prefix(1).map { "--as=\(usernames.username(of: $0))" }
    let words = ["kubectl", "auth", "can-i", "--list"] + users
    return ShellWord.command(words.map { ShellWord($0) }, first: 4)
  }

  private var opaqueNote: YAML {
    """
    #
    # The usernames are Dex's sub: the base64url encoding of the service account and
    # the connector \(comment: ShellWord(usernames.connectorID ?? "").quoted). \
    They are the same in every token.
    """
  }

  private var roles: [YAML] {
    if rules.isEmpty { return [] }
    return isClusterRole ? [role(namespace: nil)] : namespaces.map { role(namespace: $0) }
  }

  private var roleKind: String { isClusterRole ? "ClusterRole" : "Role" }

  private func role(namespace: String?) -> YAML {
    """
    ---
    apiVersion: rbac.authorization.k8s.io/v1
    kind: \(roleKind)
    metadata:
      name: \(role)
      \(namespace.map { "namespace: \($0)" })
    rules:
      \(rules.map(rule))
    """
  }

  private func rule(_ rule: Rule) -> YAML {
    """
    - apiGroups:
        \(rule.apiGroups.map { "- \($0)" })
      resources:
        \(rule.resources.map { "- \($0)" })
      verbs:
        \(rule.verbs.map { "- \($0)" })
    """
  }

  private var bindings: [YAML] {
    namespaces.isEmpty ? [binding(namespace: nil)] : namespaces.map { binding(namespace: $0) }
  }

  private func binding(namespace: String?) -> YAML {
    """
    ---
    apiVersion: rbac.authorization.k8s.io/v1
    kind: \(namespace == nil ? "ClusterRoleBinding" : "RoleBinding")
    metadata:
      name: \("tokenxchange:" + role)
      \(namespace.map { "namespace: \($0)" })
    subjects:
      \(accounts.map(subject))
    roleRef:
      kind: \(roleKind)
      name: \(role)
      apiGroup: rbac.authorization.k8s.io
    """
  }

  private func subject(_ account: ServiceAccount) -> YAML {
    """
    - kind: User
      \(usernames.isOpaque ? "# \(comment: account.subject)" : nil)
      name: \(usernames.username(of: account))
      apiGroup: rbac.authorization.k8s.io
    """
  }
}
