/// What a run ends with; kubectl and Argo CD pass the number on, so it is part of the contract.
enum ExitCode: Int32, Sendable {
  case done = 0
  case unexpected = 1
  case usage = 2
  case subjectToken = 3
  case network = 4
  case oauthError = 5
  case invalidResponse = 6
  case loginRequired = 7
}

extension ExitCode {
  // Names in areas that are not converted yet.
  static let refused = oauthError
  static let answer = invalidResponse
  static let signIn = loginRequired
}
