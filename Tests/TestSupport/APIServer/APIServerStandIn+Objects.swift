import Foundation

/// Creating and applying objects: RBAC objects, which are then enforced, and Secrets.
///
/// The responses follow kube-apiserver's source, because no recording covers them. Requests that the
/// stand-in cannot judge are rejected: unknown members, other kinds of patches, changes by another
/// field manager, a changed `roleRef`, and RBAC objects of users without all rights, for which the
/// server compares their rights with the granted ones.
extension APIServerStandIn {
  func write(
    _ request: LoopbackRequest, _ action: APIAction, _ resource: APIDocuments.Resource,
    _ user: User
  ) -> LoopbackResponse {
    let query = Dictionary(LoopbackRequest.fields(request.query).map { ($0.name, $0.value) }) { $1 }
    let isApply = action.verb == "patch"
    guard
      request.header("Content-Type")
        == (isApply ? "application/apply-patch+yaml" : "application/json"),
      let manager = query["fieldManager"], query["force"] != "true",
      query["dryRun"] == nil || query["dryRun"] == "All",
      let sent = try? SentObject(request.body, resource),
      !isApply || sent.name == action.name,
      sent.namespace == nil || sent.namespace == action.namespace,
      resource.group.isEmpty || hasAllRights(user)
    else { return .notRecorded(request) }
    let namespaces = configuration.objects["namespaces"] ?? []
    if let namespace = action.namespace,
      !namespaces.contains(where: { $0["metadata"]?["name"]?.string == namespace })
    {
      return .missing(namespace, "namespaces")
    }
    let faults = sent.faults
    guard faults.isEmpty else { return .invalid(resource, sent.name, faults) }

    let index = configuration.objects[resource.qualifiedName]?.firstIndex {
      $0["metadata"]?["name"]?.string == sent.name
        && $0["metadata"]?["namespace"]?.string == action.namespace
    }
    let old = index.flatMap { configuration.objects[resource.qualifiedName]?[$0] }
    if let old {
      guard isApply else { return .exists(resource, sent.name) }
      let owner = old["metadata"]?["managedFields"]?.array?.first
      guard owner?["manager"]?.string == manager, owner?["operation"] == "Apply",
        old["roleRef"] == sent.body["roleRef"]
      else { return .notRecorded(request) }
    }
    let isDryRun = query["dryRun"] == "All"
    let change = Change(
      manager: manager, isApply: isApply, isDryRun: isDryRun, namespace: action.namespace,
      old: old?["metadata"], time: configuration.now().formatted(.iso8601))
    let object = sent.stored(change)
    if !isDryRun {
      update { configuration in
        if let index {
          configuration.objects[resource.qualifiedName]?[index] = object
        } else {
          configuration.objects[resource.qualifiedName, default: []].append(object)
        }
      }
    }
    return .object(object, status: old == nil ? 201 : 200)
  }

  fileprivate struct Change {
    var manager: String
    var isApply: Bool
    var isDryRun: Bool
    var namespace: String?
    /// The metadata of the object that is replaced.
    var old: JSONValue?
    var time: String
  }

  /// A fault that the server's validation finds.
  fileprivate struct FieldFault {
    var field: String
    var reason: String
    var message: String

    static func required(_ field: String, _ text: String) -> FieldFault {
      FieldFault(field: field, reason: "FieldValueRequired", message: "Required value: " + text)
    }

    static func invalid(_ field: String, _ value: JSONValue, _ text: String) -> FieldFault {
      FieldFault(
        field: field, reason: "FieldValueInvalid",
        message: "Invalid value: \(value.text): \(text)")
    }
  }

  /// An object as a client sent it, with known members only.
  fileprivate struct SentObject {
    struct Unknown: Error {}

    let resource: APIDocuments.Resource
    let body: JSONObject
    let metadata: JSONObject
    let name: String

    var namespace: String? { metadata["namespace"]?.string }

    init(_ bytes: [UInt8], _ resource: APIDocuments.Resource) throws {
      guard let body = try JSONValue(parsing: bytes).object,
        let metadata = body["metadata"]?.object, let name = metadata["name"]?.string,
        body["kind"]?.string == resource.kind, body["apiVersion"]?.string == resource.version,
        resource.members.union(["apiVersion", "kind", "metadata"]).isSuperset(of: body.names),
        Set(["name", "namespace", "labels", "annotations"]).isSuperset(of: metadata.names),
        try Self.check(body, "rules", ["verbs", "apiGroups", "resources", "nonResourceURLs"]),
        try Self.check(body, "subjects", ["kind", "name", "apiGroup", "namespace"])
      else { throw Unknown() }
      for map in ["labels", "annotations"].map({ metadata[$0] })
        + ["data", "stringData"].map({ body[$0] })
      {
        guard map?.object?.members.allSatisfy({ $0.value.string != nil }) ?? (map == nil) else {
          throw Unknown()
        }
      }
      self.resource = resource
      self.body = body
      self.metadata = metadata
      self.name = name
    }

    private static func check(_ body: JSONObject, _ list: String, _ members: Set<String>) throws
      -> Bool
    {
      guard let list = body[list] else { return true }
      return list.array?.allSatisfy { members.isSuperset(of: $0.object?.names ?? ["?"]) } == true
    }

    /// What the server's validation finds.
    var faults: [FieldFault] {
      var faults: [FieldFault] = []
      if resource.group.isEmpty {
        let label = "[a-z0-9]([-a-z0-9]*[a-z0-9])?"
        let pattern = "\(label)(\\.\(label))*"
        if name.range(of: "^\(pattern)$", options: .regularExpression) == nil || name.count > 253 {
          faults.append(
            .invalid(
              "metadata.name", .string(name),
              "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, "
                + "'-' or '.', and must start and end with an alphanumeric character (e.g. "
                + "'example.com', regex used for validation is '\(pattern)')"))
        }
      } else {
        for character in ["/", "%"] where name.contains(character) {
          faults.append(
            .invalid("metadata.name", .string(name), "may not contain '\(character)'"))
        }
      }
      for (index, rule) in (body["rules"]?.array ?? []).enumerated() {
        faults += Self.faults(of: rule, "rules[\(index)].", isNamespaced: resource.isNamespaced)
      }
      return faults
    }

    private static func faults(
      of rule: JSONValue, _ path: String, isNamespaced: Bool
    ) -> [FieldFault] {
      func isEmpty(_ name: String) -> Bool { rule[name]?.array?.isEmpty ?? true }
      var faults: [FieldFault] = []
      if isEmpty("verbs") {
        faults.append(.required(path + "verbs", "verbs must contain at least one value"))
      }
      if let paths = rule["nonResourceURLs"], !isEmpty("nonResourceURLs") {
        let field = path + "nonResourceURLs"
        if isNamespaced {
          faults.append(
            .invalid(field, paths, "namespaced rules cannot apply to non-resource URLs"))
        }
        if !isEmpty("apiGroups") || !isEmpty("resources") {
          faults.append(
            .invalid(
              field, paths, "rules cannot apply to both regular resources and non-resource URLs"))
        }
        return faults
      }
      if isEmpty("apiGroups") {
        faults.append(
          .required(path + "apiGroups", "resource rules must supply at least one api group"))
      }
      if isEmpty("resources") {
        faults.append(
          .required(path + "resources", "resource rules must supply at least one resource"))
      }
      return faults
    }

    /// The object as the server stores and returns it.
    func stored(_ change: Change) -> JSONValue {
      var own = body
      for name in ["apiVersion", "kind", "metadata"] { own[name] = nil }
      var fields = own
      for name in ["labels", "annotations"] {
        guard let value = metadata[name] else { continue }
        var owned = fields["metadata"]?.object ?? JSONObject()
        owned[name] = value
        fields["metadata"] = .object(owned)
      }
      var stored = JSONObject([("name", .string(name))])
      if let namespace = change.namespace { stored["namespace"] = .string(namespace) }
      stored["uid"] = change.old?["uid"] ?? .string(UUID().uuidString.lowercased())
      let version = change.old?["resourceVersion"]?.string.flatMap(Int.init)
      if version != nil || !change.isDryRun {
        stored["resourceVersion"] = .string(String((version ?? 220) + (change.isDryRun ? 0 : 1)))
      }
      stored["creationTimestamp"] = change.old?["creationTimestamp"] ?? .string(change.time)
      for name in ["labels", "annotations"] { stored[name] = metadata[name] }
      stored["managedFields"] = [
        [
          "manager": .string(change.manager), "operation": change.isApply ? "Apply" : "Update",
          "apiVersion": .string(resource.version), "time": .string(change.time),
          "fieldsType": "FieldsV1", "fieldsV1": APIDocuments.fields(of: .object(fields)),
        ]
      ]
      if resource.kind == "Secret" {
        var data = own["data"]?.object ?? JSONObject()
        for (name, value) in own["stringData"]?.object?.members ?? [] {
          data[name] = .string(Data((value.string ?? "").utf8).base64EncodedString())
        }
        own = JSONObject([("data", .object(data)), ("type", own["type"] ?? "Opaque")])
      }
      return .object(
        JSONObject(
          [
            ("kind", .string(resource.kind)), ("apiVersion", .string(resource.version)),
            ("metadata", .object(stored)),
          ] + own.members.map { ($0.name, $0.value) }))
    }
  }
}

extension APIBinding {
  /// The roles that every cluster has, as far as the stand-in needs them.
  private static let builtInRoles: [String: [Rule]] = [
    "cluster-admin": everything,
    "view": [
      Rule(
        ["get", "list", "watch"], groups: [""],
        resources: [
          "bindings", "configmaps", "endpoints", "events", "limitranges", "namespaces",
          "namespaces/status", "persistentvolumeclaims", "persistentvolumeclaims/status", "pods",
          "pods/log", "pods/status", "replicationcontrollers", "replicationcontrollers/scale",
          "replicationcontrollers/status", "resourcequotas", "resourcequotas/status",
          "serviceaccounts", "services", "services/status",
        ])
    ],
  ]

  /// The bindings among stored objects, one for each subject.
  static func stored(in objects: [String: [JSONValue]]) -> [APIBinding] {
    ["clusterrolebindings", "rolebindings"].flatMap { list in
      (objects["\(list).\(APIDocuments.rbac)"] ?? []).flatMap { binding in
        let namespace = binding["metadata"]?["namespace"]?.string
        let role = binding["roleRef"]?["name"]?.string ?? ""
        let kind = binding["roleRef"]?["kind"]?.string ?? ""
        let rules = rules(ofRole: role, kind, namespace: namespace, in: objects)
        return (binding["subjects"]?.array ?? []).map { subject in
          let name = subject["name"]?.string ?? ""
          let isAccount = subject["kind"] == "ServiceAccount"
          let user =
            isAccount
            ? "system:serviceaccount:\(subject["namespace"]?.string ?? ""):\(name)" : name
          return APIBinding(
            binding["metadata"]?["name"]?.string ?? "", role: role, roleKind: kind,
            group: subject["kind"] == "Group" ? name : nil, user: user, namespace: namespace,
            rules: rules)
        }
      }
    }
  }

  private static func rules(
    ofRole name: String, _ kind: String, namespace: String?, in objects: [String: [JSONValue]]
  ) -> [Rule] {
    let isClusterRole = kind == "ClusterRole"
    let list = objects["\(isClusterRole ? "clusterroles" : "roles").\(APIDocuments.rbac)"] ?? []
    let role = list.first {
      $0["metadata"]?["name"]?.string == name
        && $0["metadata"]?["namespace"]?.string == (isClusterRole ? nil : namespace)
    }
    guard let role else { return isClusterRole ? builtInRoles[name] ?? [] : [] }
    return (role["rules"]?.array ?? []).map { rule in
      func strings(_ name: String) -> [String] { rule[name]?.array?.compactMap(\.string) ?? [] }
      return Rule(
        strings("verbs"), groups: strings("apiGroups"), resources: strings("resources"),
        paths: strings("nonResourceURLs"))
    }
  }
}

extension LoopbackResponse {
  /// kube-apiserver's 409 for an object that exists.
  fileprivate static func exists(
    _ resource: APIDocuments.Resource, _ name: String
  ) -> LoopbackResponse {
    var details = JSONObject([("name", .string(name))])
    if !resource.group.isEmpty { details["group"] = .string(resource.group) }
    details["kind"] = .string(resource.name)
    return .status(
      409, "AlreadyExists", "\(resource.qualifiedName) \"\(name)\" already exists",
      details: details)
  }

  /// kube-apiserver's 422.
  fileprivate static func invalid(
    _ resource: APIDocuments.Resource, _ name: String, _ faults: [APIServerStandIn.FieldFault]
  ) -> LoopbackResponse {
    var details = JSONObject([("name", .string(name))])
    if !resource.group.isEmpty { details["group"] = .string(resource.group) }
    details["kind"] = .string(resource.kind)
    details["causes"] = .array(
      faults.map {
        [
          "reason": .string($0.reason), "message": .string($0.message), "field": .string($0.field),
        ]
      })
    let list = faults.map { "\($0.field): \($0.message)" }.joined(separator: ", ")
    let kind = resource.group.isEmpty ? resource.kind : resource.kind + "." + resource.group
    return .status(
      422, "Invalid",
      "\(kind) \"\(name)\" is invalid: \(faults.count > 1 ? "[\(list)]" : list)", details: details)
  }
}
