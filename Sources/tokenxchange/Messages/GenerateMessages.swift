extension Diagnosis {
  /// The message about an option of `generate`.
  init(_ error: GenerateError) {
    let (message, hint) = Self.parts(error)
    self.init(message, hint: hint, exitCode: .usage)
  }

  private static func parts(_ error: GenerateError) -> (message: Message, hint: Message) {
    switch error {
    case .secretInOutput(let option):
      (
        "\(option: option) would write the secret to the output",
        "make the client public, or use --client-secret-file with its path in the pod"
      )
    case .serverWithoutTLS(let option):
      (
        "\(option: option) must be an https URL",
        "client-go runs credential plugins only for servers with TLS: use https://HOST:6443"
      )
    case .ownClusterOfArgoCD(let option):
      (
        "\(option: option) is the cluster that Argo CD runs in",
        """
        for this host Argo CD ignores the plugin and uses its own service account; use the \
        external address of the API server
        """
      )
    case .privateKeyInCertificates(let option, let path):
      (
        "\(option: option) \(path: path) contains a private key",
        "the output is meant to be published: use a file that contains only certificates"
      )
    case .invalidProxyURL(let text):
      (
        "invalid value \(word: text) for --proxy-url",
        "expected http://HOST:PORT, https://HOST:PORT or socks5://HOST:PORT, without a password"
      )
    case .invalidServerName(let text):
      (
        "invalid value \(word: text) for --tls-server-name",
        "expected the host name in the server's certificate, without scheme and port"
      )
    case .notForMethod(let option, let method):
      (
        "\(option: option) does not apply to --auth \(option: method)",
        "omit it, or use another --auth"
      )
    case .standardInput(let option):
      (
        "\(option: option) cannot be standard input: clients do not pass a token to a plugin there",
        "pass the path of a file, or --token-env=NAME"
      )
    case .methodForPeople(let method):
      (
        "Argo CD cannot use --auth \(option: method), which requires a user to sign in",
        "use get-token, or token-file if the target cluster trusts this cluster's issuer"
      )
    case .commandWithSpace(let command):
      (
        "--command contains a space: \(word: command)",
        "clients do not split the command: pass only the program; its arguments are added"
      )
    case .relativePath(let option):
      ("\(option: option) is not an absolute path", "a path in a pod starts with /")
    case .noHomeDirectory(let option):
      ("\(option: option) starts with ~/, but HOME is not set", "pass an absolute path")
    case .sameDirectory(let first, let second):
      (
        "\(option: first) and \(option: second) are in the same directory",
        "each is in its own volume: use two directories"
      )
    case .tokenExpiration(let option, let isTooShort):
      (
        "\(option: option) must be \(option: isTooShort ? "at least 10m" : "at most 4000000000s")",
        "Kubernetes issues no token with a \(option: isTooShort ? "shorter" : "longer") lifetime"
      )
    case .invalidQuantity(let text, let option):
      (
        "invalid value \(word: text) for \(option: option)",
        "expected RESOURCE=QUANTITY, such as cpu=100m or memory=64Mi"
      )
    case .requestAboveLimit(let resource, let request, let limit):
      (
        "the request \(option: resource)=\(option: request) exceeds the limit \(option: limit)",
        "raise it with --limit=\(option: resource)=\(option: request)"
      )
    case .invalidServiceAccount(let text):
      (
        "invalid value \(word: text) for --service-account",
        """
        expected NAMESPACE/NAME, such as argocd/argocd-server, or \
        system:serviceaccount:NAMESPACE:NAME
        """
      )
    case .invalidSubject(let text):
      (
        "--subject is not the sub of a token: \(word: text)",
        "expected a sub such as repo:org/name:ref:refs/heads/main; tokenxchange inspect shows it"
      )
    case .systemPrefix(let option):
      (
        "\(option: option) must not start with system:",
        "those names belong to the target cluster: a token from another cluster could claim one"
      )
    case .invalidRule(let text):
      (
        "invalid value \(word: text) for --rule",
        "expected VERBS:RESOURCES, such as get,list,watch:pods,deployments.apps"
      )
    case .pathInNamespace(let text):
      (
        "--rule \(word: text) contains a path, which does not belong to a namespace",
        "use --cluster-role without --namespace"
      )
    case .invalidObjectName(let text):
      (
        "invalid value \(word: text) for --name",
        "expected at most 253 printable ASCII characters without spaces, / and %"
      )
    case .invalidLabel(let text):
      (
        "invalid value \(word: text) for --label",
        """
        expected NAME=VALUE, such as env=production: letters, digits, - _ and ., at most 63 \
        characters each; the name may follow example.com/
        """
      )
    case .invalidAnnotation(let text):
      (
        "invalid value \(word: text) for --annotation",
        """
        expected NAME=VALUE, such as example.com/team=platform; the name has letters, digits, - _ \
        and .
        """
      )
    case .repeatedKey(let key, let option):
      ("\(option: option) sets \(word: key) twice", "each key can be set only once")
    case .reservedKey(let key, let option):
      (
        "\(option: option) must not set \(untrusted: key)",
        "omit it: this command or kubectl sets it"
      )
    case .invalidNamespace(let text, let option):
      (
        "invalid value \(word: text) for \(option: option)",
        """
        expected a namespace: lower-case letters, digits and -, at most 63 characters; patterns are \
        not supported
        """
      )
    case .invalidShard(let text):
      ("invalid value \(word: text) for --shard", "expected the number of a controller, from 0")
    case .shardZeroInHelm:
      (
        "--format helm cannot set --shard 0",
        "the chart ignores shard 0: use --format secret, or another shard"
      )
    case .clusterNameInHelm(let name):
      (
        "invalid cluster name \(word: name) for --format helm",
        """
        the chart names the Secret argocd-cluster-NAME: set --cluster-name to lower-case letters, \
        digits, - and .
        """
      )
    case .invalidRelease(let text):
      (
        "invalid value \(word: text) for --helm-release",
        "expected a release name: lower-case letters, digits and -, at most 53 characters"
      )
    case .invalidClusterProfileName(let name):
      (
        "a ClusterProfile cannot have the name \(word: name)",
        "set --cluster-name to lower-case letters, digits, - and ."
      )
    case .issuerOfArgoCD(let option):
      (
        "\(option: option) must end with /api/dex if --argocd is set",
        "the issuer of Argo CD's Dex is <url>/api/dex, where <url> is url in argocd-cm"
      )
    case .conflict(let first, let second, let reason):
      (
        "\(option: first) and \(option: second) cannot be used together",
        hint(reason)
      )
    }
  }

  private static func hint(_ conflict: GenerateError.Conflict) -> Message {
    switch conflict {
    case .oneRolePerCommand: "run the command once for each"
    case .directWithDex: "without Dex, use --cluster-issuer and --subject-audience"
    case .dexWithDirect: "it belongs to --direct; with Dex, use --issuer and --client-id"
    case .directHasOneUsername:
      "without Dex, no connector is used, and the username is always the token's sub"
    case .peopleHaveOneUsername:
      "without --connector-id, usernames consist of prefix, connector ID and user ID"
    case .configWithOpaqueNames:
      "use federated, which is readable and unique too; sub is for --format flags"
    case .flagsWithConnectors: "the API server's flags cannot check a connector: omit it"
    case .flagsWithNestedClaims:
      "the flags support only top-level claims: use --username-claim sub, here and for rbac"
    case .flagsWithAudiences: "the flags accept one audience, which is --client-id"
    case .flagsWithCertificates:
      "add --oidc-ca-file by hand: it is a path on the control plane's nodes"
    case .flagsWithSubjects:
      "the API server's flags cannot check the subject: bind rights to it with generate rbac"
    case .oneTokenIssuer: "a connector trusts one issuer: run the command once for each"
    case .valuesNeedNoRelease: "values are the same for every release; patches need its name"
    }
  }
}
