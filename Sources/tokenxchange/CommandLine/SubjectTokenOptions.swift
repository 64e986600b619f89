/// The options that name a subject token that is not in a file, as in CI systems.
extension OptionDeclaration {
  static let tokenEnv = OptionalTextOption(
    "token-env", placeholder: "NAME",
    help: "The variable that contains the subject token, such as one of GitLab's id_tokens. It is "
      + "not passed on to other programs.",
    group: .subjectToken, sensitivity: .confusable)

  static let gitHubActions = OptionalTextOption(
    "github-actions", placeholder: "[AUDIENCE]",
    help: "Request the subject token from GitHub Actions, for this audience or GitHub's default. "
      + "The job needs permissions: id-token: write.",
    group: .subjectToken, allowsEmpty: true, isValueOptional: true)

  static let tokenInputs: [OptionDeclaration] = [.tokenEnv, .gitHubActions]
}
