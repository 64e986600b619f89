import TokenExchange

/// What a run ends with; kubectl and Argo CD pass the number on, so it is part of the contract.
enum ExitCode: Int32, Sendable {
  case done = 0
  case unexpected = 1
  case usage = 2
  case subjectToken = 3
  case network = 4
  case refused = 5
  case answer = 6
  case signIn = 7
}

extension ExitCode {
  /// The code of a failure.
  init(_ category: Problem.Category) {
    self =
      switch category {
      case .unexpected: .unexpected
      case .usage: .usage
      case .subjectToken: .subjectToken
      case .network: .network
      case .refused: .refused
      case .answer: .answer
      case .signIn: .signIn
      }
  }
}
