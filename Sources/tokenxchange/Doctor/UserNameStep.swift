import TokenExchange

extension Doctor {
  /// Whom the target API server will see, by each claim that it may map.
  static func userName(_ examination: inout DoctorContext) -> DoctorStep {
    let name = "user name"
    guard let jwt = examination.token?.jwt else {
      return .skipped(name, "there is no token to read it from")
    }
    var step = DoctorStep(name)
    let names = UserNames(jwt)
    for choice in names.choices { step.note(choice.claim, choice.words) }
    if let id = names.federatedUserID, let connector = names.connectorID {
      step.summary =
        "bind \(id.sanitized()) from federated_claims.user_id, with a rule that "
        + "federated_claims.connector_id is \(connector.sanitized())"
    } else {
      step.summary =
        "only sub is safe to bind: ask for the scope federated:id to get a readable one"
    }
    if let claim = names.impostor {
      step.warn(
        "\(claim) reads like a service account, but the user behind it is another",
        hint: "an API server that maps \(claim) would take it for that service account: map "
          + "federated_claims.user_id and check connector_id")
    }
    return step
  }
}

/// The names that a token of Dex can give its bearer at an API server.
struct UserNames {
  /// One claim, and what it makes of the bearer.
  struct Choice {
    var claim: String
    var value: String?
    var verdict: String

    var words: String {
      value.map { "\($0): \(verdict)" } ?? "absent" + (verdict.isEmpty ? "" : ": \(verdict)")
    }
  }

  let jwt: UnverifiedJWT

  init(_ jwt: UnverifiedJWT) { self.jwt = jwt }

  var federatedUserID: String? { jwt.claims["federated_claims"]?["user_id"]?.string }
  var connectorID: String? { jwt.claims["federated_claims"]?["connector_id"]?.string }
  private var name: String? { jwt.claims["name"]?.string }
  private var email: String? { jwt.claims["email"]?.string }

  /// Every choice, the best first.
  var choices: [Choice] {
    let isUnverified = jwt.claims["email_verified"]?.bool == false
    return [
      Choice(
        claim: "federated_claims.user_id", value: federatedUserID,
        verdict: federatedUserID == nil
          ? "the scope federated:id asks for it"
          : "safe with a rule on connector_id; needs an AuthenticationConfiguration"),
      Choice(
        claim: "sub", value: jwt.subject,
        verdict: "safe, but opaque; bind this very text, for no readable name matches"),
      Choice(
        claim: "name", value: name,
        verdict: name == nil
          ? "the scope profile asks for it" : "UNSAFE: not unique, other connectors may give it too"
      ),
      Choice(
        claim: "email", value: email,
        verdict: email == nil
          ? "a service account has none"
          : isUnverified
            ? "refused by the API server, because email_verified is false"
            : "UNSAFE unless every connector verifies it"),
    ]
  }

  /// The claims that a name seen at the API server may come from, whatever stands before it there.
  func origins(of user: String) -> [String] {
    choices.filter { choice in
      choice.value.map { !$0.isEmpty && user.utf8.suffix($0.utf8.count).elementsEqual($0.utf8) }
        ?? false
    }
    .map(\.claim)
  }

  /// A claim that people may choose and that reads like a service account which they are not.
  var impostor: String? {
    let mark = "system:serviceaccount:"
    let owner = federatedUserID ?? jwt.subject.flatMap(DexSubject.init)?.userID
    let chosen = [
      ("name", name), ("email", email),
      ("preferred_username", jwt.claims["preferred_username"]?.string),
    ]
    return chosen.first { $0.1?.hasPrefix(mark) == true && !$0.1.hasSameBytes(as: owner) }?.0
  }
}
