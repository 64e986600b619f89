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
        "\(option: option) would put the secret into the output",
        "make the client public, or use --client-secret-file with its path in the pod"
      )
    case .serverWithoutTLS(let option):
      (
        "\(option: option) is not https",
        "client-go runs no credential plugin without TLS; write it as https://HOST:6443"
      )
    case .ownClusterOfArgoCD(let option):
      (
        "\(option: option) is the cluster that Argo CD runs in",
        """
        for this name Argo CD ignores the plugin and uses its own service account; use the \
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
        "write it as http://HOST:PORT, https://HOST:PORT or socks5://HOST:PORT, without a password"
      )
    case .invalidServerName(let text):
      (
        "invalid value \(word: text) for --tls-server-name",
        "it is the host name in the server's certificate, without a scheme and a port"
      )
    case .notForMethod(let option, let method):
      (
        "\(option: option) does not apply to --auth \(option: method)",
        "leave it out, or choose another --auth"
      )
    case .standardInput(let option):
      (
        "\(option: option) cannot be standard input: a client passes a plugin no token there",
        "pass the path of a file, or --token-env=NAME"
      )
    case .methodForPeople(let method):
      (
        "Argo CD cannot use --auth \(option: method), which asks a person to sign in",
        "use get-token, or token-file if the target cluster trusts this cluster's issuer"
      )
    case .commandWithSpace(let command):
      (
        "--command contains a space: \(word: command)",
        "clients run it as one word: pass the program alone; its arguments are added"
      )
    case .relativePath(let option):
      ("\(option: option) is not an absolute path", "a path in a pod starts with /")
    case .noHomeDirectory(let option):
      ("\(option: option) starts with ~/ and HOME is not set", "pass an absolute path")
    case .sameDirectory(let first, let second):
      (
        "\(option: first) and \(option: second) are in the same directory",
        "each is in a volume of its own: use two directories"
      )
    case .tokenExpiration(let option, let isTooShort):
      (
        "\(option: option) must be \(option: isTooShort ? "at least 10m" : "at most 4000000000s")",
        "Kubernetes issues no token with a \(option: isTooShort ? "shorter" : "longer") lifetime"
      )
    case .invalidQuantity(let text, let option):
      (
        "\(option: option) is not RESOURCE=QUANTITY: \(word: text)",
        "such as cpu=100m or memory=64Mi"
      )
    case .requestAboveLimit(let resource, let request, let limit):
      (
        "the request \(option: resource)=\(option: request) exceeds the limit \(option: limit)",
        "raise it with --limit=\(option: resource)=\(option: request)"
      )
    case .invalidServiceAccount(let text):
      (
        "--service-account is not NAMESPACE/NAME: \(word: text)",
        "such as argocd/argocd-application-controller, or system:serviceaccount:NAMESPACE:NAME"
      )
    case .invalidSubject(let text):
      (
        "--subject is not the sub of a token: \(word: text)",
        "such as repo:org/name:ref:refs/heads/main: tokenxchange inspect shows that of a token"
      )
    case .systemPrefix(let option):
      (
        "\(option: option) must not start with system:",
        "such names belong to the target cluster: a foreign token could claim one of them"
      )
    case .invalidRule(let text):
      (
        "--rule is not VERBS:RESOURCES: \(word: text)",
        "such as get,list,watch:pods,deployments.apps"
      )
    case .pathInNamespace(let text):
      (
        "--rule \(word: text) grants a path, which is not in a namespace",
        "use --cluster-role without --namespace"
      )
    case .invalidObjectName(let text):
      (
        "--name is not a name of an RBAC object: \(word: text)",
        "at most 253 printable ASCII characters without spaces, / and %"
      )
    case .invalidLabel(let text):
      (
        "--label is not a Kubernetes label NAME=VALUE: \(word: text)",
        """
        such as env=production: letters, digits, - _ and ., at most 63 characters each; the name \
        may follow example.com/
        """
      )
    case .invalidAnnotation(let text):
      (
        "--annotation is not NAME=VALUE: \(word: text)",
        "such as example.com/team=platform; the name has letters, digits, - _ and ."
      )
    case .repeatedKey(let key, let option):
      ("\(option: option) sets \(word: key) twice", "an object has each key once")
    case .reservedKey(let key, let option):
      (
        "\(option: option) must not set \(untrusted: key)",
        "this command or kubectl sets it: leave it out"
      )
    case .invalidNamespace(let text, let option):
      (
        "\(option: option) is not the name of a namespace: \(word: text)",
        "lower-case letters, digits and -, at most 63 characters; patterns are not possible"
      )
    case .invalidShard(let text):
      ("--shard is not a number: \(word: text)", "it is the number of a controller, from 0")
    case .shardZeroInHelm:
      (
        "--format helm cannot set --shard 0",
        "the chart ignores shard 0: use --format secret, or another shard"
      )
    case .clusterNameInHelm(let name):
      (
        "--format helm needs another cluster name than \(word: name)",
        """
        the chart names the Secret argocd-cluster-NAME: set --cluster-name to lower-case letters, \
        digits, - and .
        """
      )
    case .invalidRelease(let text):
      (
        "--helm-release is not the name of a release: \(word: text)",
        "lower-case letters, digits and -, at most 53 characters"
      )
    case .invalidClusterProfileName(let name):
      (
        "a ClusterProfile cannot have the name \(word: name)",
        "set --cluster-name to lower-case letters, digits, - and ."
      )
    case .issuerOfArgoCD(let option):
      (
        "\(option: option) does not end with /api/dex, as --argocd requires",
        "the issuer of Argo CD's Dex is the url in argocd-cm and /api/dex"
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
      "without Dex there is no connector, and the username is always the token's sub"
    case .peopleHaveOneUsername:
      "without --connector-id the usernames are those of people: PREFIX, connector and user ID"
    case .configWithOpaqueNames:
      "use federated, which is readable and unique too; sub is for --format flags"
    case .flagsWithConnectors: "the API server's flags cannot check a connector: leave it out"
    case .flagsWithNestedClaims:
      "flags reach only top-level claims: use --username-claim sub, here and for rbac"
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
