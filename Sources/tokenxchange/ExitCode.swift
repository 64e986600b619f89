/// The exit code of a run; kubectl and Argo CD show it, so it is part of the interface.
enum ExitCode: Int32, CaseIterable, Sendable {
  case done = 0
  case unexpected = 1
  case usage = 2
  case subjectToken = 3
  case network = 4
  case oauthError = 5
  case invalidResponse = 6
  case loginRequired = 7
}
