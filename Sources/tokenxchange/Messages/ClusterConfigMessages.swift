import Encoding

extension Diagnosis {
  /// The message about `spec.cluster.config`.
  init(_ error: ClusterConfigError) {
    let known = ClusterSetting.all.map(\.key).sorted()
    let (message, hint): (Message, Message) =
      switch error {
      case .noExecInfo:
        (
          "--cluster-config needs KUBERNETES_EXEC_INFO, which is not set",
          "the client sets it; in a shell pass --client-id and --connector-id instead"
        )
      case .noCluster:
        (
          "KUBERNETES_EXEC_INFO has no spec.cluster, and so no spec.cluster.config",
          """
          add provideClusterInfo: true next to the plugin's command; Argo CD before 3.5.0 ignores \
          it: pass --client-id and --connector-id as arguments
          """
        )
      case .noConfig:
        (
          "spec.cluster.config is missing or null in KUBERNETES_EXEC_INFO",
          """
          add the extension client.authentication.k8s.io/exec to the kubeconfig's cluster, or \
          config to execProviderConfig (Argo CD 3.5.0; before it, use arguments)
          """
        )
      case .notObject:
        (
          "spec.cluster.config is not a JSON object",
          "write it as {\"clientID\": \"target-cluster\", \"connectorID\": \"cluster-a\"}"
        )
      case .forbiddenKey(let key, let option):
        (
          "spec.cluster.config must not set \(word: key)",
          """
          a cluster's entry must not determine where the token is sent, what is trusted or which \
          file is read: pass \(option: option) as an argument
          """
        )
      case .unknownKey(let key, let nearest):
        (
          "unknown key \(word: key) in spec.cluster.config",
          """
          \(nearest.map { "did you mean \(option: $0)? " as Message } ?? "")known keys: \
          \(choices: known)
          """
        )
      case .repeatedKey(let first, let second):
        (
          "spec.cluster.config sets both \(word: first) and \(word: second)",
          "they are the same setting: remove one of them"
        )
      case .notText(let key):
        (
          "\(word: key) in spec.cluster.config is not a string",
          "write it as \(word: key): \"…\""
        )
      case .notList(let key):
        (
          "\(word: key) in spec.cluster.config is not a list of strings",
          "write it as \(word: key): [\"…\"]"
        )
      case .emptyValue(let key):
        ("\(word: key) in spec.cluster.config is empty", "set it, or remove the key")
      case .missingKeys(let keys, let options):
        (
          "spec.cluster.config has no \(options: keys)",
          options.count == 1
            ? "add it there, or pass \(options: options) as an argument"
            : "add them there, or pass \(options: options) as arguments"
        )
      }
    self.init(.usage, message, hint: hint)
  }
}
