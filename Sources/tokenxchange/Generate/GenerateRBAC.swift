import Manifests
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
    help: "Create the role too, with this rule, such as get,list,watch:pods,deployments.apps or "
      + "get:/healthz. Without it, the role must exist.")

  static let objectName = OptionSpec(
    name: "name", placeholder: "NAME",
    help: "The name of the bindings, and of the role if it has rules.",
    defaultText: "from the role, the connector and the accounts")
}

extension Command {
  static let generateRBAC = generating(
    "rbac", summary: "rights for the callers at the target cluster",
    details: """
      Binds a role to the users that the target API server will see for service accounts of the
      other cluster. Use the same connector, claim and prefix as for generate api-server.
      """,
    options: [.serviceAccount, .argoCD, .argoCDNamespace] + UsernameMapping.options
      + [.clusterRole, .role, .bindingNamespace, .rule, .objectName]
  ) { invocation, _ throws(Problem) in
    GeneratedFile(yaml: try RBAC(invocation).yaml)
  }
}

extension RBAC {
  fileprivate init(_ invocation: Invocation) throws(Problem) {
    var accounts: [ServiceAccount] = []
    for text in invocation.list(.serviceAccount) ?? [] { accounts.append(try ServiceAccount(text)) }
    if invocation.isOn(.argoCD) {
      let namespace = try invocation.argoCDNamespace()
      accounts += ["argocd-application-controller", "argocd-server"].map {
        ServiceAccount(namespace: namespace, name: $0)
      }
    }
    guard !accounts.isEmpty else {
      throw .missingOption(["--service-account", "--argocd"], variables: [], in: invocation)
    }
    let clusterRole = invocation.text(.clusterRole)
    guard let role = clusterRole ?? invocation.text(.role) else {
      throw .missingOption(["--cluster-role", "--role"], variables: [], in: invocation)
    }
    if clusterRole != nil, invocation.text(.role) != nil {
      throw .conflict("--cluster-role", "--role", hint: "run the command once for each")
    }
    let namespaces = try invocation.namespaces(.bindingNamespace)
    guard clusterRole != nil || !namespaces.isEmpty else {
      throw .missingOption(.bindingNamespace, in: invocation)
    }
    var rules: [Rule] = []
    for text in invocation.values(of: .rule) {
      rules += try Self.rules(text, isClusterWide: clusterRole != nil && namespaces.isEmpty)
    }
    self.init(
      accounts: accounts, usernames: try UsernameMapping(invocation), role: role,
      isClusterRole: clusterRole != nil, namespaces: namespaces, rules: rules,
      name: try invocation.objectName())
  }

  /// The rules of `VERBS:RESOURCES`, one for each API group, and one for paths.
  private static func rules(_ text: String, isClusterWide: Bool) throws(Problem) -> [Rule] {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    let verbs = parts[0].split(separator: ",").map(String.init)
    guard parts.count == 2, !verbs.isEmpty else { throw .badRule(text) }
    let targets = parts[1].split(separator: ",").map(String.init)
    guard !targets.isEmpty else { throw .badRule(text) }
    let paths = targets.filter { $0.hasPrefix("/") }
    guard paths.isEmpty || isClusterWide else { throw .namespacedPath(text) }
    var groups: [(name: String, resources: [String])] = []
    for resource in targets where !resource.hasPrefix("/") {
      let names = resource.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
      let group = names.count == 2 ? String(names[1]) : ""
      guard !names[0].isEmpty, names.count == 1 || !group.isEmpty else { throw .badRule(text) }
      if let index = groups.firstIndex(where: { $0.name == group }) {
        groups[index].resources.append(String(names[0]))
      } else {
        groups.append((group, [String(names[0])]))
      }
    }
    return groups.map { .resources($0.resources, apiGroup: $0.name, verbs: verbs) }
      + (paths.isEmpty ? [] : [.paths(paths, verbs: verbs)])
  }
}

extension Invocation {
  /// `--name`, which must be a path segment, as the API server demands.
  fileprivate func objectName() throws(Problem) -> String? {
    guard let name = text(.objectName) else { return nil }
    let isSegment =
      name != "." && name != ".." && name.utf8.count <= 253
      && name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "/") }
      && !name.contains("%")
    guard isSegment else { throw .badObjectName(name) }
    return name
  }
}

extension ServiceAccount {
  /// Reads `NAMESPACE/NAME`, or the `sub` of its tokens.
  fileprivate init(_ text: String) throws(Problem) {
    let mark = "system:serviceaccount:"
    let isSubject = text.hasPrefix(mark)
    let parts = text.dropFirst(isSubject ? mark.count : 0)
      .split(separator: isSubject ? ":" : "/", omittingEmptySubsequences: false)
    guard parts.count == 2, parts.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy(Self.isNameByte) })
    else { throw .badServiceAccount(text) }
    self.init(namespace: String(parts[0]), name: String(parts[1]))
  }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
      UInt8(ascii: "-"), UInt8(ascii: "."):
      true
    default: false
    }
  }
}
