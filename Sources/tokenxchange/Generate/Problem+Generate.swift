import TokenExchange

/// What can be wrong with a wish for configuration.
extension Problem {
  static func secretInArguments(_ flag: String) -> Problem {
    Problem(
      .usage, "\(flag) would put the secret into the output",
      hint: "make the client public, or give --client-secret-file with its path in the pod")
  }

  static func serverWithoutTLS(_ source: String) -> Problem {
    Problem(
      .usage, "\(source) is not https",
      hint: "client-go runs no credential plugin without TLS; write it as https://HOST:6443")
  }

  static func ownClusterOfArgo(_ source: String) -> Problem {
    Problem(
      .usage, "\(source) is the cluster that Argo CD runs in",
      hint: "Argo CD ignores the plugin for this name and uses its own service account; give the "
        + "API server's address as seen from outside")
  }

  static func privateKeyInAuthority(_ source: String) -> Problem {
    Problem(
      .usage, "\(source.sanitized()) holds a private key",
      hint: "it would be published with the output: give a file with nothing but certificates")
  }

  static func notForMethod(_ flag: String, _ method: String) -> Problem {
    Problem(
      .usage, "\(flag) means nothing with --auth \(method)",
      hint: "leave it out, or choose another --auth")
  }

  static func nobodyAtArgo(_ method: String) -> Problem {
    Problem(
      .usage, "Argo CD cannot use --auth \(method): it has nobody to ask",
      hint: "take get-token, or token-file where the target cluster trusts this one's issuer")
  }

  static func badServiceAccount(_ text: String) -> Problem {
    Problem(
      .usage, "--service-account is not NAMESPACE/NAME: \(shown(text))",
      hint: "such as argocd/argocd-application-controller; system:serviceaccount:NAMESPACE:NAME is "
        + "taken too")
  }

  static func systemPrefix(_ source: String) -> Problem {
    Problem(
      .usage, "\(source) may not begin with system:",
      hint: "such names are the target cluster's own: a foreign token could take one of them")
  }

  static func badRule(_ text: String) -> Problem {
    Problem(
      .usage, "--rule is not VERBS:RESOURCES: \(shown(text))",
      hint: "such as get,list,watch:pods,deployments.apps")
  }

  static func badLabel(_ text: String) -> Problem {
    Problem(
      .usage, "--label is not NAME=VALUE: \(shown(text))", hint: "such as env=production")
  }

  static func badFileMode(_ text: String) -> Problem {
    Problem(
      .usage, "--mode is not a file's mode: \(shown(text))", hint: "such as 0600 or 0640, in octal")
  }
}
