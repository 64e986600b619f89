import Encoding
import Manifests
import TokenExchange

extension Command {
  static let generateRBAC = generating(
    "rbac", summary: "roles and bindings for the target cluster",
    details: """
      Binds a role to the usernames that the target API server derives for service accounts of the
      other cluster. Pass the same connector, claim and prefix as to generate api-server.
      """,
    example: "tokenxchange generate rbac --argocd --connector-id=cluster-a --cluster-role=view",
    options: OptionDeclaration.generateRBAC
  ) { arguments, _ throws(CommandError) in
    GeneratedFile(yaml: try RBAC(arguments).yaml)
  }
}

extension RBAC {
  fileprivate init(_ arguments: ParsedArguments) throws(CommandError) {
    var accounts: [ServiceAccount] = []
    for text in arguments[.serviceAccount] { accounts.append(try ServiceAccount(text)) }
    if arguments[.argoCD] {
      let namespace = try arguments.argoCDNamespace()
      accounts += ["argocd-application-controller", "argocd-server"].map {
        ServiceAccount(namespace: namespace, name: $0)
      }
    }
    let subjects = try arguments.subjects()
    guard !accounts.isEmpty || !subjects.isEmpty else {
      throw arguments.missing(.serviceAccount, .argoCD, .subject)
    }
    let clusterRole = arguments[.clusterRole]
    guard let role = clusterRole ?? arguments[.role] else {
      throw arguments.missing(.clusterRole, .role)
    }
    if clusterRole != nil, arguments[.role] != nil {
      throw .generate(.conflict("--cluster-role", "--role", .oneRolePerCommand))
    }
    let namespaces = try arguments.namespaces(.bindingNamespace)
    guard clusterRole != nil || !namespaces.isEmpty else {
      throw arguments.missing(.bindingNamespace)
    }
    var rules: [Rule] = []
    for text in arguments.values(of: .rule) {
      rules += try Self.rules(text, isClusterWide: clusterRole != nil && namespaces.isEmpty)
    }
    self.init(
      accounts: accounts, subjects: subjects, usernames: try UsernameMapping(arguments), role: role,
      isClusterRole: clusterRole != nil, namespaces: namespaces, rules: rules,
      name: try arguments.objectName(), isForArgoCD: arguments[.argoCD])
  }

  /// Parses `VERBS:RESOURCES` into one rule for each API group and one for paths.
  private static func rules(_ text: String, isClusterWide: Bool) throws(CommandError) -> [Rule] {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    let verbs = parts[0].split(separator: ",").map(String.init)
    let targets = parts.count == 2 ? parts[1].split(separator: ",").map(String.init) : []
    guard !verbs.isEmpty, !targets.isEmpty else { throw .generate(.invalidRule(text)) }
    let paths = targets.filter { $0.hasPrefix("/") }
    guard paths.isEmpty || isClusterWide else { throw .generate(.pathInNamespace(text)) }
    var groups: [(name: String, resources: [String])] = []
    for resource in targets where !resource.hasPrefix("/") {
      let names = resource.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
      let group = names.count == 2 ? String(names[1]) : ""
      guard !names[0].isEmpty, names.count == 1 || !group.isEmpty else {
        throw .generate(.invalidRule(text))
      }
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

extension ParsedArguments {
  /// Each `--subject` unchanged: the names of GitHub's environments may contain spaces.
  func subjects() throws(CommandError) -> [String] {
    let subjects = values(of: .subject)
    let isPlain = { (subject: String) in
      subject.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }
        && subject.first?.isWhitespace == false && subject.last?.isWhitespace == false
    }
    if let invalid = subjects.first(where: { !isPlain($0) || $0.hasPrefix("eyJ") }) {
      throw .generate(.invalidSubject(invalid))
    }
    return subjects
  }

  /// `--name`, which must be a path segment, as the API server requires.
  fileprivate func objectName() throws(CommandError) -> String? {
    guard let name = self[.objectName] else { return nil }
    let isSegment =
      name != "." && name != ".." && name.utf8.count <= 253
      && name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "/") }
      && !name.contains("%")
    guard isSegment else { throw .generate(.invalidObjectName(name)) }
    return name
  }
}

extension ServiceAccount {
  /// Parses `NAMESPACE/NAME`, or the `sub` of its tokens.
  fileprivate init(_ text: String) throws(CommandError) {
    let prefix = "system:serviceaccount:"
    let isSubject = text.hasPrefix(prefix)
    let parts = text.dropFirst(isSubject ? prefix.count : 0)
      .split(separator: isSubject ? ":" : "/", omittingEmptySubsequences: false)
    guard parts.count == 2, parts.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy(Self.isNameByte) })
    else { throw .generate(.invalidServiceAccount(text)) }
    self.init(namespace: String(parts[0]), name: String(parts[1]))
  }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    byte.isASCIIAlphanumeric && byte == byte.lowercased || ".-".utf8.contains(byte)
  }
}
