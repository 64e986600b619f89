import Foundation
import TestSupport

/// Creating and applying objects: RBAC objects, which are then enforced, and Secrets.
///
/// The responses follow kube-apiserver's source, because no recording covers them. Other requests
/// are refused: invalid objects, unknown members, other kinds of patches, changes by another field
/// manager, a changed `roleRef`, and RBAC objects of users without all rights, for which the server
/// compares their rights with the granted ones.
extension APIServerStandIn {
  func write(
    _ request: LoopbackRequest, _ action: APIAction, _ resource: APIDocuments.Resource, _ user: User
  ) -> LoopbackResponse {
    let isApply = action.verb == "patch"
    let dryRun = request.queryValue("dryRun")
    guard
      request.header("Content-Type")
        == (isApply ? "application/apply-patch+yaml" : "application/json"),
      let manager = request.queryValue("fieldManager"), request.queryValue("force") != "true",
      [nil, "All"].contains(dryRun), let sent = SentObject(request.body, resource),
      !isApply || sent.body.name == action.name,
      sent.body.namespace == nil || sent.body.namespace == action.namespace,
      resource.group.isEmpty || hasAllRights(user)
    else { return .notRecorded(request) }
    let name = sent.body.name
    if let namespace = action.namespace,
      configuration.objects["namespaces"]?.contains(where: { $0.name == namespace }) != true
    {
      return .missing(namespace, "namespaces")
    }
    let list = resource.qualifiedName
    let index = configuration.objects[list]?.firstIndex {
      $0.name == name && $0.namespace == action.namespace
    }
    let old = index.flatMap { configuration.objects[list]?[$0] }
    if let old {
      guard isApply else {
        return .status(
          409, "AlreadyExists", "\(list) \"\(name)\" already exists",
          details: APIDocuments.details(name, group: resource.group, kind: resource.name))
      }
      let owner = old["metadata"]?["managedFields"]?.array?.first
      guard owner?["manager"]?.string == manager, owner?["operation"] == "Apply",
        old["roleRef"] == sent.body["roleRef"]
      else { return .notRecorded(request) }
    }
    let isDryRun = dryRun == "All"
    let object = sent.stored(
      by: manager, isApply ? "Apply" : "Update", isDryRun: isDryRun, in: action.namespace,
      replacing: old?["metadata"], at: configuration.now().formatted(.iso8601))
    if !isDryRun {
      update { configuration in
        if let index {
          configuration.objects[list]?[index] = object
        } else {
          configuration.objects[list, default: []].append(object)
        }
      }
    }
    return .object(object, status: old == nil ? 201 : 200)
  }
}

/// A valid object as a client sent it, with known members only.
private struct SentObject {
  let resource: APIDocuments.Resource
  let body: JSONValue

  init?(_ bytes: [UInt8], _ resource: APIDocuments.Resource) {
    guard let body = try? JSONValue(parsing: bytes), body["metadata"]?["name"]?.string != nil,
      body["kind"]?.string == resource.kind, body["apiVersion"]?.string == resource.version,
      Self.has(body, only: resource.members.union(["apiVersion", "kind", "metadata"])),
      Self.has(body["metadata"], only: ["name", "namespace", "labels", "annotations"]),
      (body["rules"]?.array ?? []).allSatisfy({
        Self.has($0, only: ["verbs", "apiGroups", "resources", "nonResourceURLs"])
      }),
      (body["subjects"]?.array ?? []).allSatisfy({
        Self.has($0, only: ["kind", "name", "apiGroup", "namespace"])
      }),
      [
        body["metadata"]?["labels"], body["metadata"]?["annotations"], body["data"],
        body["stringData"],
      ].compactMap({ $0 }).allSatisfy({ map in
        map.object?.members.allSatisfy { $0.value.string != nil } == true
      })
    else { return nil }
    (self.resource, self.body) = (resource, body)
    guard isValid else { return nil }
  }

  private static func has(_ value: JSONValue?, only names: Set<String>) -> Bool {
    value?.object.map { names.isSuperset(of: $0.names) } ?? false
  }

  /// The checks of the server's validation that a generated object could fail.
  private var isValid: Bool {
    guard !resource.group.isEmpty else {
      let label = "[a-z0-9]([-a-z0-9]*[a-z0-9])?"
      let pattern = "^\(label)(\\.\(label))*$"
      return body.name.count <= 253
        && body.name.range(of: pattern, options: .regularExpression) != nil
    }
    return !body.name.contains { "/%".contains($0) }
      && (body["rules"]?.array ?? []).allSatisfy { rule in
        func isEmpty(_ name: String) -> Bool { rule[name]?.array?.isEmpty ?? true }
        guard !isEmpty("verbs") else { return false }
        let isForPaths = !isEmpty("nonResourceURLs")
        return isEmpty("apiGroups") == isForPaths && isEmpty("resources") == isForPaths
          && !(isForPaths && resource.isNamespaced)
      }
  }

  /// The object as the server stores and returns it; `old` is the metadata of the one that it
  /// replaces.
  func stored(
    by manager: String, _ operation: String, isDryRun: Bool, in namespace: String?,
    replacing old: JSONValue?, at time: String
  ) -> JSONValue {
    var own = body.object ?? JSONObject()
    for name in ["apiVersion", "kind", "metadata"] { own[name] = nil }
    let sent = body["metadata"]
    let owned: JSONObject = ["labels": sent?["labels"], "annotations": sent?["annotations"]]
    var fields = own
    if !owned.members.isEmpty { fields["metadata"] = .object(owned) }
    let version = old?["resourceVersion"]?.string.flatMap(Int.init)
    let next = (version ?? 220) + (isDryRun ? 0 : 1)
    let managed: JSONValue = [
      "manager": .string(manager), "operation": .string(operation),
      "apiVersion": .string(resource.version), "time": .string(time),
      "fieldsType": "FieldsV1", "fieldsV1": APIDocuments.fields(of: .object(fields)),
    ]
    let metadata: JSONValue = [
      "name": .string(body.name), "namespace": namespace.map(JSONValue.string),
      "uid": old?["uid"] ?? .string(UUID().uuidString.lowercased()),
      "resourceVersion": version == nil && isDryRun ? nil : .string(String(next)),
      "creationTimestamp": old?["creationTimestamp"] ?? .string(time),
      "labels": sent?["labels"], "annotations": sent?["annotations"],
      "managedFields": [managed],
    ]
    if resource.kind == "Secret" {
      var data = own["data"]?.object ?? JSONObject()
      for (name, value) in own["stringData"]?.object?.members ?? [] {
        data[name] = .string(Data((value.string ?? "").utf8).base64EncodedString())
      }
      own = ["data": .object(data), "type": own["type"] ?? "Opaque"]
    }
    var stored: JSONObject = [
      "kind": .string(resource.kind), "apiVersion": .string(resource.version),
      "metadata": metadata,
    ]
    for (name, value) in own.members { stored[name] = value }
    return .object(stored)
  }
}
