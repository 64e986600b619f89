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
    switch authentication {
    case .none: [subjectToken]
    case .basic(let secret), .post(let secret): [subjectToken, secret]
    }
  }
}
