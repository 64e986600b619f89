import Encoding
import Platform
import TokenExchange

extension Doctor {
  /// What the user may do: the rules in each namespace, and the questions of `--can`.
  static func access(_ context: inout DoctorContext) -> DoctorStep {
    guard let target = context.target, context.user != nil, let token = context.token else {
      return .skipped(
        .access, context.apiServerSkipReason.map { .apiServerSkipped($0) } ?? .noUser)
    }
    let own = context.plan.own
    let given =
      own.isSet(.accessNamespace) ? own[.accessNamespace] : context.plan.client?.namespaces ?? []
    let user = context.user?.name ?? ""
    var step = DoctorStep(.access)
    let reviewer = AccessReviewer(
      target: target, token: token.secret, observed: TokenObservations(context),
      world: context.world)
    do throws(APIServerError) {
      var empty: [String] = []
      for namespace in given.isEmpty ? ["default"] : given {
        let rules = try reviewer.rules(in: namespace)
        step.facts.append(.rules(rules, namespace: namespace))
        if rules.isEmpty { empty.append(namespace) }
      }
      step.summary = .access(namespaces: given)
      var denied = false
      for question in own[.can].compactMap(AccessQuestion.init) {
        let places: [String?] = question.path == nil && !given.isEmpty ? given : [nil]
        for namespace in places {
          let isAllowed = try reviewer.isAllowed(question, in: namespace)
          step.facts.append(.permission(question, namespace: namespace, isAllowed: isAllowed))
          guard !isAllowed else { continue }
          denied = true
          step.add(.access(.denied(question, namespace: namespace, user: user)))
        }
      }
      try context.checkArgoCD(reviewer, given, &step)
      // The result for --can is more specific than the absence of rules in one namespace.
      if !empty.isEmpty, !denied, own[.can].isEmpty {
        step.add(.access(.noRights(empty, isGiven: !given.isEmpty, user: user)))
      }
    } catch {
      step.add(.access(.error(error)))
    }
    return step
  }
}

extension DoctorContext {
  /// Argo CD lists and watches all objects of a cluster that is not limited to namespaces.
  fileprivate func checkArgoCD(
    _ reviewer: AccessReviewer, _ namespaces: [String], _ step: inout DoctorStep
  ) throws(APIServerError) {
    guard plan.source == .argoCDSecret, namespaces.isEmpty else { return }
    let question = AccessQuestion(verb: "list", resource: "*", group: "*")
    let isAllowed = try reviewer.isAllowed(question, in: nil)
    step.facts.append(.permission(question, namespace: nil, isAllowed: isAllowed))
    if !isAllowed { step.add(.access(.argoCDCannotList(user: user?.name ?? ""))) }
  }
}

/// A question to an API server: whether the user may do something.
struct AccessQuestion: Equatable, Sendable {
  var verb: String
  /// Empty for a path.
  var resource = ""
  var subresource: String?
  var group = ""
  /// A non-resource path, such as `/metrics`.
  var path: String?

  /// The question as `--can` takes it.
  var text: String {
    if let path { return "\(verb):\(path)" }
    return "\(verb):\(resource)" + (group.isEmpty ? "" : ".\(group)")
      + (subresource.map { "/\($0)" } ?? "")
  }
}

extension AccessQuestion {
  /// Reads `VERB:RESOURCE`, such as `list:deployments.apps`, `create:pods/exec` or `get:/metrics`.
  init?(_ text: String) {
    guard let colon = text.firstIndex(of: ":") else { return nil }
    let verb = text[..<colon]
    let object = text[text.index(after: colon)...]
    guard !verb.isEmpty, verb.allSatisfy({ $0.isASCII && $0.isLetter || $0 == "*" }),
      !object.isEmpty, object.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != 0x3A })
    else { return nil }
    self.init(verb: String(verb))
    if object.hasPrefix("/") {
      path = String(object)
      return
    }
    let parts = object.split(separator: "/", maxSplits: 1).map(String.init)
    let names = parts[0].split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    guard !names[0].isEmpty else { return nil }
    resource = String(names[0])
    group = names.count > 1 ? String(names[1]) : resource == "*" ? "*" : ""
    subresource = parts.count > 1 ? parts[1] : nil
  }
}

/// A rule that applies to a user in a namespace.
struct AccessRule: Equatable, Sendable {
  var verbs: [String]
  var groups: [String]
  var resources: [String]

  /// What every authenticated user may do.
  fileprivate var isBasic: Bool {
    verbs == ["create"]
      && groups.allSatisfy { ["authorization.k8s.io", "authentication.k8s.io"].contains($0) }
      && resources.allSatisfy { $0.hasPrefix("selfsubject") }
  }
}

/// Queries an API server for the rights of a token's user.
private struct AccessReviewer {
  var target: APIServer
  var token: Secret
  var observed: TokenObservations
  var world: World

  /// The rules in a namespace, without those of every user.
  func rules(in namespace: String) throws(APIServerError) -> [AccessRule] {
    let spec = JSON.object(["namespace": .string(namespace)])
    let response = try target.send(.rules, spec: spec, token, in: world)
    let status = try target.status(in: response, .rules, observed)
    guard case .array(let rules)? = status["resourceRules"] else { return [] }
    return rules.map { rule in
      AccessRule(
        verbs: rule["verbs"]?.strings ?? [], groups: rule["apiGroups"]?.strings ?? [],
        resources: rule["resources"]?.strings ?? [])
    }.filter { !$0.isBasic }
  }

  func isAllowed(
    _ question: AccessQuestion, in namespace: String?
  ) throws(APIServerError) -> Bool {
    var attributes: JSON.Object = ["verb": .string(question.verb)]
    var spec: JSON.Object = [:]
    if let path = question.path {
      attributes["path"] = .string(path)
      spec["nonResourceAttributes"] = .object(attributes)
    } else {
      attributes["group"] = .string(question.group)
      attributes["resource"] = .string(question.resource)
      if let subresource = question.subresource {
        attributes["subresource"] = .string(subresource)
      }
      if let namespace { attributes["namespace"] = .string(namespace) }
      spec["resourceAttributes"] = .object(attributes)
    }
    let response = try target.send(.access, spec: .object(spec), token, in: world)
    return try target.status(in: response, .access, observed)["allowed"]?.bool ?? false
  }
}
