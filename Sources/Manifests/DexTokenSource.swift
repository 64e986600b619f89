extension DexConfiguration {
  /// The issuer of the tokens that Dex exchanges.
  package enum TokenSource: Sendable {
    case serviceAccounts
    case gitHubActions
    case gitLab
  }
}

/// The parts of the configuration that depend on the source.
extension DexConfiguration.TokenSource {
  var lifetimeNote: YAML {
    switch self {
    case .serviceAccounts:
      """
      # The default is 24h, regardless of the lifetime of the service account
      # token, and deleting the pod revokes nothing. This lifetime applies to
      # the ID tokens of all clients of this Dex.
      """
    case .gitHubActions, .gitLab:
      """
      # The default is 24h, regardless of the lifetime of the job's token, and
      # the end of the job revokes nothing. This lifetime applies to the ID
      # tokens of all clients of this Dex.
      """
    }
  }

  /// The connector's scopes and its claim for the username.
  var claimFields: YAML {
    switch self {
    case .serviceAccounts:
      """
      # The default also has profile and email. Service account tokens
      # have no email, so Dex would reject them with access_denied,
      # without a description.
      scopes:
        - openid
      # They have no name claim either: without this, Dex rejects them.
      userNameKey: sub
      """
    case .gitHubActions:
      """
      # The default also has profile and email. The tokens have
      # neither, so Dex would reject them with access_denied, without
      # a description.
      scopes:
        - openid
      # sub is one of
      #   repo:ORG/REPOSITORY:ref:refs/heads/BRANCH
      #   repo:ORG/REPOSITORY:ref:refs/tags/TAG
      #   repo:ORG/REPOSITORY:environment:NAME, if the job has one
      #   repo:ORG/REPOSITORY:pull_request
      # Every repository on GitHub can get tokens of this issuer, and Dex
      # checks neither repository nor audience. So bind rights to a whole
      # sub, and let the API server reject all others: use --subject of
      # tokenxchange generate api-server and generate rbac.
      userNameKey: sub
      """
    case .gitLab:
      """
      # The default also has profile and email. The tokens may lack
      # them, and Dex would reject those.
      scopes:
        - openid
      # sub is one of
      #   project_path:GROUP/PROJECT:ref_type:branch:ref:BRANCH
      #   project_path:GROUP/PROJECT:ref_type:tag:ref:TAG
      # Every project of this GitLab can get tokens of this issuer, and Dex
      # checks neither project nor audience. So bind rights to a whole
      # sub, and let the API server reject all others: use --subject of
      # tokenxchange generate api-server and generate rbac.
      userNameKey: sub
      """
    }
  }

  /// The warning for the Dex that is part of Argo CD.
  var apiWarning: YAML {
    switch self {
    case .serviceAccounts:
      """
      #
      # WARNING: this also grants access to the API of Argo CD. Every service account
      # of the trusted cluster can get a token for the public client argo-cd-cli.
      # Argo CD accepts it, with the permissions of policy.default in argocd-rbac-cm:
      # leave policy.default empty.
      """
    case .gitHubActions, .gitLab:
      """
      #
      # WARNING: this also grants access to the API of Argo CD. Every job of
      # \(ciSystem) can get a token for the public client argo-cd-cli. Argo CD
      # accepts it, with the permissions of policy.default in argocd-rbac-cm: leave
      # policy.default empty.
      """
    }
  }

  private var ciSystem: YAML { self == .gitLab ? "this GitLab" : "GitHub" }
}
