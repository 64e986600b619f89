import TokenExchange

extension OptionSpec {
  static let serviceAccount = OptionSpec(
    name: "service-account", kind: .list, placeholder: "NAMESPACE/NAME",
    help: "A service account of the cluster that callers come from.")

  static let argoCD = OptionSpec(
    name: "argocd", kind: .flag, help: "Both service accounts that Argo CD runs plugins as.")

  static let clusterRole = OptionSpec(
    name: "cluster-role", placeholder: "NAME", help: "The ClusterRole that the callers get.")

  static let role = OptionSpec(
    name: "role", placeholder: "NAME", help: "The Role that the callers get, in each --namespace.")

  static let bindingNamespace = OptionSpec(
    name: "namespace", kind: .list, placeholder: "NAME",
    help: "Grant it in this namespace only.", defaultText: "the whole cluster")

  static let rule = OptionSpec(
    name: "rule", kind: .list, placeholder: "VERBS:RESOURCES",
    help: "Make the role too, with this rule, such as get,list,watch:pods,deployments.apps. "
      + "Without it the role must be there already.")
}

extension Command {
  static let generateRBAC = generating(
    "rbac", summary: "rights for the callers at the target cluster",
    details: """
      Binds a role to the users that the target API server will see for service accounts of the
      other cluster. Use the same connector, claim and prefix as for generate api-server.
      """,
    options: [.serviceAccount, .argoCD, .argoCDNamespace] + CallerName.options
      + [.clusterRole, .role, .bindingNamespace, .rule]
  ) { invocation, _ throws(Problem) in
    var accounts: [ServiceAccount] = []
    for text in invocation.list(.serviceAccount) ?? [] { accounts.append(try ServiceAccount(text)) }
    if invocation.isOn(.argoCD) {
      accounts += ServiceAccount.argoCD(
        namespace: invocation.text(.argoCDNamespace) ?? "argocd")
    }
    guard !accounts.isEmpty else {
      throw .missingOption(["--service-account", "--argocd"], variables: [], in: invocation)
    }
    return try RBAC(invocation, accounts: accounts, caller: CallerName(invocation)).file
  }
}

/// A role and who gets it.
struct RBAC: Sendable {
  var accounts: [ServiceAccount]
  var caller: CallerName
  var role: String
  var isClusterRole: Bool
  /// Empty for the whole cluster.
  var namespaces: [String]
  var rules: [YAML]

  init(
    _ invocation: Invocation, accounts: [ServiceAccount], caller: CallerName
  ) throws(Problem) {
    self.accounts = accounts
    self.caller = caller
    let clusterRole = invocation.text(.clusterRole)
    guard let role = clusterRole ?? invocation.text(.role) else {
      throw .missingOption(["--cluster-role", "--role"], variables: [], in: invocation)
    }
    if clusterRole != nil, invocation.text(.role) != nil {
      throw .conflict("--cluster-role", "--role", hint: "run the command once for each")
    }
    self.role = role
    isClusterRole = clusterRole != nil
    namespaces = invocation.list(.bindingNamespace) ?? []
    guard isClusterRole || !namespaces.isEmpty else {
      throw .missingOption(.bindingNamespace, in: invocation)
    }
    rules = []
    for text in invocation.settings[OptionSpec.rule.name]?.values ?? [] {
      rules.append(contentsOf: try Self.rules(text))
    }
  }

  var file: GeneratedFile {
    var documents: [YAML] = []
    if !rules.isEmpty {
      documents +=
        isClusterRole
        ? [roleDocument("ClusterRole", namespace: nil)]
        : namespaces.map { roleDocument("Role", namespace: $0) }
    }
    documents +=
      namespaces.isEmpty
      ? [binding("ClusterRoleBinding", namespace: nil)]
      : namespaces.map { binding("RoleBinding", namespace: $0) }
    return GeneratedFile(remarks: remarks, documents: documents)
  }

  private var remarks: String {
    let check = ShellWords.command(
      ["kubectl", "auth", "can-i", "--list", "--as=\(caller.of(accounts[0]))"], first: 9)
    var text = """
      For the target cluster. To see what it grants:
        \(check)
      """
    if caller.claim == .sub, let connector = caller.connectorID {
      text += """


        The users' names are opaque: Dex's sub is base64url of who (the service account) and where
        from (the connector \(ShellWords.quote(connector))). They are the same for every token.
        """
    }
    if caller.claim == .name {
      text += "\n\n" + Self.nameWarning
    }
    return text
  }

  static let nameWarning = """
    WARNING: the claim name is not unique. Another connector may let people choose theirs, and who
    calls himself system:serviceaccount:… gets these rights. Prefer federated or sub.
    """

  private func roleDocument(_ kind: String, namespace: String?) -> YAML {
    [
      "apiVersion": "rbac.authorization.k8s.io/v1", "kind": .string(kind),
      "metadata": metadata(role, namespace), "rules": .list(rules),
    ]
  }

  private func binding(_ kind: String, namespace: String?) -> YAML {
    [
      "apiVersion": "rbac.authorization.k8s.io/v1",
      "kind": .string(kind),
      "metadata": metadata("tokenxchange:" + role, namespace),
      "roleRef": [
        "apiGroup": "rbac.authorization.k8s.io",
        "kind": isClusterRole ? "ClusterRole" : "Role",
        "name": .string(role),
      ],
      "subjects": .list(
        accounts.map { account in
          [
            "apiGroup": "rbac.authorization.k8s.io", "kind": "User",
            "name": .string(caller.of(account)).noted(
              caller.claim == .sub && caller.connectorID != nil ? account.subject : nil),
          ]
        }),
    ]
  }

  private func metadata(_ name: String, _ namespace: String?) -> YAML {
    .members([("name", .string(name)), ("namespace", namespace.map(YAML.string))])
  }

  /// The rules of `VERBS:RESOURCES`, one for each API group.
  private static func rules(_ text: String) throws(Problem) -> [YAML] {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    let verbs = parts[0].split(separator: ",").map(String.init)
    guard parts.count == 2, !verbs.isEmpty else { throw .badRule(text) }
    var groups: [(name: String, resources: [String])] = []
    for resource in parts[1].split(separator: ",") {
      let names = resource.split(separator: ".", maxSplits: 1).map(String.init)
      let group = names.count == 2 ? names[1] : ""
      if let index = groups.firstIndex(where: { $0.name == group }) {
        groups[index].resources.append(names[0])
      } else {
        groups.append((group, [names[0]]))
      }
    }
    guard !groups.isEmpty else { throw .badRule(text) }
    return groups.map { group in
      [
        "apiGroups": [.string(group.name)], "resources": .strings(group.resources),
        "verbs": .strings(verbs),
      ]
    }
  }
}
