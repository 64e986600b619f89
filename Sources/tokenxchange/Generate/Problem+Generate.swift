import TokenExchange

/// Errors in the options of `generate`.
extension Problem {
  static func secretInArguments(_ flag: String) -> Problem {
    Problem(
      .usage, "\(flag) would put the secret into the output",
      hint: "make the client public, or use --client-secret-file with its path in the pod")
  }

  static func serverWithoutTLS(_ source: String) -> Problem {
    Problem(
      .usage, "\(source) is not https",
      hint: "client-go runs no credential plugin without TLS; write it as https://HOST:6443")
  }

  static func ownClusterOfArgo(_ source: String) -> Problem {
    Problem(
      .usage, "\(source) is the cluster that Argo CD runs in",
      hint: "for this name Argo CD ignores the plugin and uses its own service account; use the "
        + "external address of the API server")
  }

  static func privateKeyInAuthority(_ source: String) -> Problem {
    Problem(
      .usage, "\(source.sanitized()) contains a private key",
      hint: "the output is meant to be published: use a file that contains only certificates")
  }

  static func notForMethod(_ flag: String, _ method: String) -> Problem {
    Problem(
      .usage, "\(flag) does not apply to --auth \(method)",
      hint: "leave it out, or choose another --auth")
  }

  static func interactiveMethodInArgoCD(_ method: String) -> Problem {
    Problem(
      .usage, "Argo CD cannot use --auth \(method), which asks a person to sign in",
      hint: "use get-token, or token-file where the target cluster trusts this one's issuer")
  }

  static func commandWithArguments(_ command: String) -> Problem {
    Problem(
      .usage, "--command contains a space: \(shown(command))",
      hint: "clients run it as one word: write the program alone; its arguments are added")
  }

  static func relativePath(_ source: String) -> Problem {
    Problem(
      .usage, "\(source) is not an absolute path", hint: "a path in a pod starts with /")
  }

  static func sharedDirectory(_ first: String, _ second: String) -> Problem {
    Problem(
      .usage, "\(first) and \(second) are in the same directory",
      hint: "each is in a volume of its own: use two directories")
  }

  static func badServiceAccount(_ text: String) -> Problem {
    Problem(
      .usage, "--service-account is not NAMESPACE/NAME: \(shown(text))",
      hint: "such as argocd/argocd-application-controller, or system:serviceaccount:NAMESPACE:NAME")
  }

  static func systemPrefix(_ source: String) -> Problem {
    Problem(
      .usage, "\(source) must not start with system:",
      hint: "such names belong to the target cluster: a foreign token could claim one of them")
  }

  static func badRule(_ text: String) -> Problem {
    Problem(
      .usage, "--rule is not VERBS:RESOURCES: \(shown(text))",
      hint: "such as get,list,watch:pods,deployments.apps")
  }

  static func namespacedPath(_ text: String) -> Problem {
    Problem(
      .usage, "--rule \(shown(text)) grants a path, which is not in a namespace",
      hint: "use --cluster-role without --namespace")
  }

  static func badObjectName(_ text: String) -> Problem {
    Problem(
      .usage, "--name is not a name of an RBAC object: \(shown(text))",
      hint: "at most 253 printable ASCII characters without spaces, / and %")
  }

  static func badLabel(_ text: String) -> Problem {
    Problem(
      .usage, "--label is not a Kubernetes label NAME=VALUE: \(shown(text))",
      hint: "such as env=production: letters, digits, - _ and ., at most 63 characters each; the "
        + "name may follow example.com/")
  }

  static func reservedLabel(_ key: String) -> Problem {
    Problem(
      .usage, "--label must not set \(key)",
      hint: "its value is always cluster: without it Argo CD does not find the Secret")
  }

  static func repeatedLabel(_ key: String) -> Problem {
    Problem(.usage, "--label sets \(shown(key)) twice", hint: "an object has each label once")
  }

  static func badNamespace(_ text: String, source: String) -> Problem {
    Problem(
      .usage, "\(source) is not the name of a namespace: \(shown(text))",
      hint: "lower-case letters, digits and -, at most 63 characters; patterns are not possible")
  }

  static func badTokenExpiration(_ source: String, isShort: Bool) -> Problem {
    Problem(
      .usage, "\(source) must be \(isShort ? "at least 10m" : "at most 4000000000s")",
      hint: "Kubernetes issues no token with a \(isShort ? "shorter" : "longer") lifetime")
  }
}
