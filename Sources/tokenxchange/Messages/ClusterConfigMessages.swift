import Encoding

extension Diagnosis {
  init(_ error: ClusterConfigError) {
    let known = ClusterSetting.all.map(\.key).sorted()
    switch error {
    case .noExecInfo:
      self.init(
        "--cluster-config needs KUBERNETES_EXEC_INFO, which is not set",
        hint: "the client sets it; in a shell pass --client-id and --connector-id instead")
    case .noCluster:
      self.init(
        "KUBERNETES_EXEC_INFO has no spec.cluster, so spec.cluster.config is missing",
        hint: """
          add provideClusterInfo: true next to the plugin's command; Argo CD before 3.5.0 ignores \
          it: pass --client-id and --connector-id as arguments
          """)
    case .noConfig:
      self.init(
        "spec.cluster.config is missing or null in KUBERNETES_EXEC_INFO",
        hint: """
          add the extension client.authentication.k8s.io/exec to the kubeconfig's cluster, or \
          config to execProviderConfig (Argo CD 3.5.0; before it, use arguments)
          """)
    case .notObject:
      self.init(
        "spec.cluster.config is not a JSON object",
        hint: "write it as {\"clientID\": \"target-cluster\", \"connectorID\": \"cluster-a\"}")
    case .forbiddenKey(let key, let option):
      self.init(
        "spec.cluster.config must not set \(word: key)",
        hint: """
          a cluster entry must not choose the server, the trusted CAs or the file to read: pass \
          \(option: option) as an argument
          """)
    case .unknownKey(let key, let nearest):
      self.init(
        "unknown key \(word: key) in spec.cluster.config",
        hint: """
          \(didYouMean: nearest)known keys: \
          \(choices: known)
          """)
    case .repeatedKey(let first, let second):
      self.init(
        "spec.cluster.config sets both \(word: first) and \(word: second)",
        hint: "they are the same setting: remove one of them")
    case .notText(let key):
      self.init(
        "\(word: key) in spec.cluster.config is not a string",
        hint: "write it as \(word: key): \"…\"")
    case .notList(let key):
      self.init(
        "\(word: key) in spec.cluster.config is not a list of strings",
        hint: "write it as \(word: key): [\"…\"]")
    case .emptyValue(let key):
      self.init("\(word: key) in spec.cluster.config is empty", hint: "set it, or remove the key")
    case .missingKeys(let keys, let options):
      self.init(
        "spec.cluster.config has no \(options: keys)",
        hint: options.count == 1
          ? "add it there, or pass \(options: options) as an argument"
          : "add them there, or pass \(options: options) as arguments")
    }
  }
}
