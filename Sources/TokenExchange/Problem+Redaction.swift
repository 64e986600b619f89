extension Problem {
  /// This problem without any secret that a server or proxy may have sent back in its words.
  func redacting(_ secrets: [Secret]) -> Problem {
    var problem = self
    for secret in secrets where secret.revealed.count >= 4 {
      for shape in [secret.revealed, FormEncoding.encode(secret.revealed)] {
        problem.sentence = problem.sentence.replacing(shape, with: "[redacted]")
        problem.hint = problem.hint.replacing(shape, with: "[redacted]")
      }
    }
    return problem
  }
}

extension ExchangeRequest {
  /// What must not be shown of a request.
  var secrets: [Secret] {
    let marks = ["token", "secret", "password", "assertion"]
    let extra = extraFields.filter { field in marks.contains { field.name.contains($0) } }
    let further = extra.map { Secret($0.value) }
    return switch authentication {
    case .none: [subjectToken] + further
    case .basic(let secret), .post(let secret): [subjectToken, secret] + further
    }
  }
}
