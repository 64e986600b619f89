/// Bindings of a role to service accounts of another cluster, and the role itself if it has rules.
package struct RBAC: Sendable {
  package enum Rule: Sendable, Equatable {
    case resources([String], apiGroup: String, verbs: [String])
    /// Paths of the API server, such as `/healthz`.
    case paths([String], verbs: [String])
  }

  package var accounts: [ServiceAccount]
  /// The `sub` of other tokens, such as those of CI systems.
  package var subjects: [String]
  package var usernames: UsernameMapping
  package var role: String
  package var isClusterRole: Bool
  /// The namespaces in which the role applies; empty for the whole cluster.
  package var namespaces: [String]
  package var rules: [Rule]
  /// The name of the bindings, and of the role if it has rules; nil for one derived from the role,
  /// the connector and the accounts.
  package var name: String?
  /// Whether the accounts are Argo CD's, which needs to watch the objects that it manages.
  package var isForArgoCD: Bool

  package init(
    accounts: [ServiceAccount], subjects: [String] = [], usernames: UsernameMapping, role: String,
    isClusterRole: Bool, namespaces: [String], rules: [Rule], name: String?,
    isForArgoCD: Bool = false
  ) {
    self.accounts = accounts
    self.subjects = subjects
    self.usernames = usernames
    self.role = role
    self.isClusterRole = isClusterRole
    self.namespaces = namespaces
    self.rules = rules
    self.name = name
    self.isForArgoCD = isForArgoCD
  }

  package var yaml: YAML {
    """
    # Apply this in the target cluster. List the resulting permissions with:
    #   \(comment: checkCommand)
    \(isForArgoCD ? argoCDNote : nil)
    \(usernames.isOpaque ? opaqueNote : nil)
    \(usernames.warning)
    \(roles)
    \(bindings)
    """
  }

  private var checkCommand: String {
    let users = allSubjects.prefix(1).map { "--as=\(usernames.username(of: $0))" }
    let words = ["kubectl", "auth", "can-i", "--list"] + users
    return ShellWord.command(words.map { ShellWord($0) }, first: 4)
  }

  private var argoCDNote: YAML {
    namespaces.isEmpty
      ? """
      #
      # Argo CD lists and watches all objects of the cluster. It fails with Forbidden
      # if the role does not allow get, list and watch for all of them. Create one
      # with
      #   --rule='get,list,watch:*.*'
      # or grant the role in namespaces, with --namespace here and --namespaces in
      # tokenxchange generate argocd-cluster.
      """
      : """
      #
      # Without this list in the cluster's Secret, Argo CD watches the whole cluster,
      # and fails with Forbidden:
      #   tokenxchange generate argocd-cluster … \(comment: ShellWord("--namespaces=" + namespaces.joined(separator: ",")).quoted)
      # In these namespaces the role must allow get, list and watch of all objects
      # that Argo CD manages.
      """
  }

  private var opaqueNote: YAML {
    """
    #
    # The usernames are Dex's sub: the base64url encoding of the token's subject and
    # the connector \(comment: ShellWord(usernames.connectorID ?? "").quoted). \
    They are the same in every token.
    """
  }

  var objectName: String {
    let origin =
      usernames.connectorID
      ?? (usernames.prefix.hasSuffix(":") ? String(usernames.prefix.dropLast()) : usernames.prefix)
    let owners = accounts.flatMap { [$0.namespace, $0.name] } + subjects
    return name
      ?? ObjectName.unique(["tokenxchange", role, origin] + owners) {
        $0.isASCIIAlphanumeric || $0 == "-" || $0 == "."
      }
  }

  private var allSubjects: [String] { accounts.map(\.subject) + subjects }

  /// The bound role: an existing role, or the one with the rules.
  private var roleName: String { rules.isEmpty ? role : objectName }

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
      name: \(roleName)
      \(namespace.map { "namespace: \($0)" })
    rules:
      \(rules.map(rule))
    """
  }

  private func rule(_ rule: Rule) -> YAML {
    switch rule {
    case .resources(let resources, let apiGroup, let verbs):
      """
      - apiGroups:
          - \(apiGroup)
        resources:
          \(resources.map { "- \($0)" })
        verbs:
          \(verbs.map { "- \($0)" })
      """
    case .paths(let paths, let verbs):
      """
      - nonResourceURLs:
          \(paths.map { "- \($0)" })
        verbs:
          \(verbs.map { "- \($0)" })
      """
    }
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
      name: \(objectName)
      \(namespace.map { "namespace: \($0)" })
    subjects:
      \(allSubjects.map(user))
    roleRef:
      kind: \(roleKind)
      name: \(roleName)
      apiGroup: rbac.authorization.k8s.io
    """
  }

  private func user(_ subject: String) -> YAML {
    """
    - kind: User
      \(usernames.isOpaque ? "# \(comment: subject)" : nil)
      name: \(usernames.username(of: subject))
      apiGroup: rbac.authorization.k8s.io
    """
  }
}
