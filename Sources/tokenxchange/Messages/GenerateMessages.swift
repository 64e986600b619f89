extension Diagnosis {
  init(_ error: GenerateError) {
    switch error {
    case .secretInOutput(let option):
      self.init(
        "\(option: option) would write the secret to the output",
        hint: "make the client public, or use --client-secret-file with its path in the pod")
    case .serverWithoutTLS(let option):
      self.init(
        "\(option: option) must be an https URL",
        hint: "client-go runs credential plugins only for servers with TLS: use https://HOST:6443")
    case .ownClusterOfArgoCD(let option):
      self.init(
        "\(option: option) is the cluster that Argo CD runs in",
        hint:
          "Argo CD ignores the plugin for this host: use the external address of the API server")
    case .privateKeyInCertificates(let option, let path):
      self.init(
        "\(option: option) \(path: path) contains a private key",
        hint: "the output is meant to be published: use a file that contains only certificates")
    case .invalidProxyURL(let text):
      self.init(
        invalid: text, "--proxy-url",
        expected: "http://HOST:PORT, https://HOST:PORT or socks5://HOST:PORT, without a password")
    case .invalidServerName(let text):
      self.init(
        invalid: text, "--tls-server-name",
        expected: "the host name in the server's certificate, without scheme and port")
    case .notForMethod(let option, let method):
      self.init(
        "\(option: option) does not apply to --auth \(option: method)",
        hint: "omit it, or use another --auth")
    case .standardInput(let option):
      self.init(
        "\(option: option) cannot be standard input: clients pass no token to a plugin there",
        hint: "pass the path of a file, or --token-env=NAME")
    case .methodForPeople(let method):
      self.init(
        "Argo CD cannot use --auth \(option: method), which requires a user to sign in",
        hint: "use get-token, or token-file if the target cluster trusts this cluster's issuer")
    case .commandWithSpace(let command):
      self.init(
        "--command contains a space: \(word: command)",
        hint: "clients do not split the command: pass only the program; its arguments are added")
    case .relativePath(let option):
      self.init(
        "\(option: option) is not the absolute path of a file",
        hint: "a path in a pod starts with /, and the path of a file does not end with /")
    case .noHomeDirectory(let option):
      self.init(
        "\(option: option) starts with ~/, but HOME is not set",
        hint: "pass an absolute path")
    case .sameDirectory(let first, let second):
      self.init(
        "\(option: first) and \(option: second) are in the same directory",
        hint: "each needs a volume of its own: use two directories")
    case .tokenExpiration(let option, let isTooShort):
      self.init(
        "\(option: option) must be \(option: isTooShort ? "at least 10m" : "at most 4000000000s")",
        hint:
          "Kubernetes issues no token with a \(option: isTooShort ? "shorter" : "longer") lifetime")
    case .invalidQuantity(let text, let option):
      self.init(
        invalid: text, option,
        expected: "RESOURCE=QUANTITY, such as cpu=100m or memory=64Mi")
    case .requestAboveLimit(let resource, let request, let limit):
      self.init(
        "the request \(option: resource)=\(option: request) exceeds the limit \(option: limit)",
        hint: "raise it with --limit=\(option: resource)=\(option: request)")
    case .invalidServiceAccount(let text):
      self.init(
        invalid: text, "--service-account",
        expected: "NAMESPACE/NAME, such as argocd/server, or system:serviceaccount:NAMESPACE:NAME")
    case .invalidSubject(let text):
      self.init(
        "--subject is not the sub of a token: \(word: text)",
        hint:
          "expected a sub such as repo:org/name:ref:refs/heads/main; tokenxchange inspect shows it")
    case .systemPrefix(let option):
      self.init(
        "\(option: option) must not start with system:",
        hint:
          "those names belong to the target cluster: a token from another cluster could claim one")
    case .invalidRule(let text):
      self.init(
        invalid: text, "--rule",
        expected: "VERBS:RESOURCES, such as get,list,watch:pods,deployments.apps")
    case .pathInNamespace(let text):
      self.init(
        "--rule \(word: text) contains a path, which does not belong to a namespace",
        hint: "use --cluster-role without --namespace")
    case .invalidObjectName(let text):
      self.init(
        invalid: text, "--name",
        expected: "at most 253 printable ASCII characters without spaces, / and %")
    case .invalidLabel(let text):
      self.init(
        invalid: text, "--label",
        expected: """
          NAME=VALUE, such as env=production: letters, digits, - _ and ., at most 63 \
          characters each; the name may follow example.com/
          """)
    case .invalidAnnotation(let text):
      self.init(
        invalid: text, "--annotation",
        expected: """
          NAME=VALUE, such as example.com/team=platform; the name has letters, digits, - _ \
          and .
          """)
    case .repeatedKey(let key, let option):
      self.init("\(option: option) sets \(word: key) twice", hint: "each key can be set only once")
    case .reservedKey(let key, let option):
      self.init(
        "\(option: option) must not set \(untrusted: key)",
        hint: "omit it: this command or kubectl sets it")
    case .invalidNamespace(let text, let option):
      self.init(
        invalid: text, option,
        expected: "a namespace, not a pattern: lower-case letters, digits and -, at most 63")
    case .invalidShard(let text):
      self.init(
        invalid: text, "--shard",
        expected: "the number of a controller, from 0")
    case .shardZeroInHelm:
      self.init(
        "--format helm cannot set --shard 0",
        hint: "the chart ignores shard 0: use --format secret, or another shard")
    case .clusterNameInHelm(let name):
      self.init(
        "invalid cluster name \(word: name) for --format helm",
        hint: """
          the chart names the Secret argocd-cluster-NAME: set --cluster-name to lower-case letters, \
          digits, - and .
          """)
    case .invalidRelease(let text):
      self.init(
        invalid: text, "--helm-release",
        expected: "a release name: lower-case letters, digits and -, at most 53 characters")
    case .invalidClusterProfileName(let name):
      self.init(
        "a ClusterProfile cannot have the name \(word: name)",
        hint: "set --cluster-name to lower-case letters, digits, - and .")
    case .issuerOfArgoCD(let option):
      self.init(
        "\(option: option) must end with /api/dex if --argocd is set",
        hint: "the issuer of Argo CD's Dex is <url>/api/dex, where <url> is url in argocd-cm")
    case .conflict(let first, let second, let reason):
      self.init(
        "\(option: first) and \(option: second) cannot be used together",
        hint: reason.hint)
    }
  }

  private init(invalid text: String?, _ option: String, expected: Message) {
    self.init("invalid value \(word: text) for \(option: option)", hint: "expected \(expected)")
  }
}

extension GenerateError.Conflict {
  fileprivate var hint: Message {
    switch self {
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
      "the API server's flags cannot check the subject: bind roles to it with generate rbac"
    case .oneTokenIssuer: "a connector trusts one issuer: run the command once for each"
    case .valuesNeedNoRelease: "values are the same for every release; patches need its name"
    }
  }
}
