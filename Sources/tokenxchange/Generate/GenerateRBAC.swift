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
    options: [.serviceAccount, .argoCD, .argoCDNamespace] + UsernameMapping.options
      + [.clusterRole, .role, .bindingNamespace, .rule]
  ) { invocation, _ throws(Problem) in
    GeneratedFile(yaml: try RBAC(invocation).yaml)
  }
}

extension RBAC {
  fileprivate init(_ invocation: Invocation) throws(Problem) {
    var accounts: [ServiceAccount] = []
    for text in invocation.list(.serviceAccount) ?? [] { accounts.append(try ServiceAccount(text)) }
    if invocation.isOn(.argoCD) {
      let namespace = invocation.text(.argoCDNamespace) ?? "argocd"
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
    let namespaces = invocation.list(.bindingNamespace) ?? []
    guard clusterRole != nil || !namespaces.isEmpty else {
      throw .missingOption(.bindingNamespace, in: invocation)
    }
    var rules: [Rule] = []
    for text in invocation.values(of: .rule) { rules += try Self.rules(text) }
    self.init(
      accounts: accounts, usernames: try UsernameMapping(invocation), role: role,
      isClusterRole: clusterRole != nil, namespaces: namespaces, rules: rules)
  }

  /// The rules of `VERBS:RESOURCES`, one for each API group.
  private static func rules(_ text: String) throws(Problem) -> [Rule] {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    let verbs = parts[0].split(separator: ",").map(String.init)
    guard parts.count == 2, !verbs.isEmpty else { throw .badRule(text) }
    var rules: [Rule] = []
    for resource in parts[1].split(separator: ",") {
      let names = resource.split(separator: ".", maxSplits: 1).map(String.init)
      let group = names.count == 2 ? names[1] : ""
      if let index = rules.firstIndex(where: { $0.apiGroups == [group] }) {
        rules[index].resources.append(names[0])
      } else {
        rules.append(Rule(apiGroups: [group], resources: [names[0]], verbs: verbs))
      }
    }
    guard !rules.isEmpty else { throw .badRule(text) }
    return rules
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
