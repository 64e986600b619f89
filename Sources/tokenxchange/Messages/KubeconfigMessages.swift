import Encoding
import Platform
import TokenExchange

extension Diagnosis {
  init(_ error: KubeconfigError) {
    switch error {
    case .noFile(let searched, let ofVariable):
      self.init(
        """
        no kubeconfig found: \(list: searched)\(ofVariable ? " of KUBECONFIG" : "") \
        \(searched.count == 1 ? "does" : "do") not exist
        """,
        hint: ofVariable
          ? "correct KUBECONFIG, unset it for ~/.kube/config, or pass --kubeconfig=FILE"
          : "pass --kubeconfig=FILE, or set KUBECONFIG")
    case .notReadable(let error, let path) where error.isUnsupported:
      self.init(
        "\(path: path), line \(error.line): \(Message(error)), which only kubectl can read",
        hint: "install kubectl, or convert the file elsewhere: kubectl config view --raw -o json")
    case .notReadable(let error, let path):
      self.init(
        "\(path: path), line \(error.line): \(Message(error))",
        hint: "correct the YAML; kubectl config view reports the same error")
    case .invalidJSON(let path):
      self.init(
        "\(path: path) begins with { but is not JSON",
        hint:
          "YAML in flow style needs kubectl: install it, or convert the file to JSON or block style"
      )
    case .duplicateMember(let name, let path):
      self.init(
        "\(path: path) has the JSON member \(quoted: name) twice in one object",
        hint: "remove one of the two: parsers disagree on which of them counts")
    case .notKubeconfig(let path):
      self.init(
        "\(path.map { "\(path: $0)" as Message } ?? "the kubeconfig") is not a kubeconfig",
        hint: "it must contain one document of kind Config with clusters, users and contexts")
    case .kubectlNotRun(let error, let path):
      self.init(
        "could not read the kubeconfig with \(path: path): \(reason: error)",
        hint: "does kubectl config view work in a shell?")
    case .kubectlFailed(let message, let exitCode):
      self.init(
        """
        kubectl cannot read the kubeconfig: \
        \(message.isEmpty ? "exit code \(Int(exitCode))" : "\(untrusted: message)" as Message)
        """,
        hint: "kubectl config view reports the same error")
    case .noCurrentContext(let known):
      self.init(
        "the kubeconfig has no current context",
        hint: known.isEmpty
          ? "it has no contexts: is it the right file, and complete?"
          : "pass --context: \(names: known)")
    case .unknownContext(let name, let known):
      self.init(
        "the kubeconfig has no context \(quoted: name)",
        hint: "its contexts: \(names: known)")
    case .missingEntry(let kind, let name, let context):
      self.init(
        """
        the context \(quoted: context) of the kubeconfig refers to the \(option: kind) \
        \(quoted: name), which does not exist
        """,
        hint: "correct the context: kubectl config get-contexts")
    case .invalidMember(let member, let context):
      self.init(
        "the context \(quoted: context) of the kubeconfig has an invalid \(option: member)",
        hint: .memberHint(member))
    }
  }

  init(_ error: ArgoCDSecretError, file: String) {
    let source: Message = "--argocd-secret \(path: file)"
    switch error {
    case .notReadable(let error):
      let command: Message = "kubectl get secret -n argocd NAME -o yaml"
      self.init(
        "\(source), line \(error.line): \(Message(error))",
        hint: error.isUnsupported
          ? "\(command) prints a readable form"
          : "is this the YAML of a cluster Secret? \(command) prints it")
    case .invalidJSON:
      self.init(
        "\(source) begins with { but is not JSON",
        hint: "kubectl get secret -n argocd NAME -o json prints a readable form")
    case .duplicateMember(let name):
      self.init(
        "\(source) has the JSON member \(quoted: name) twice in one object",
        hint: "remove one of the two: parsers disagree on which of them counts")
    case .noSecret:
      self.init(
        "\(source) contains no Secret",
        hint: "expected the output of generate argocd-cluster or of kubectl get secret -o yaml")
    case .severalSecrets(let names):
      self.init(
        "\(source) contains \(names.count) Secrets: \(names: names)",
        hint: "pass one of them")
    case .missing(let key):
      self.init(
        "\(source): the Secret has no \(option: key)",
        hint: "Argo CD needs name, server and config")
    case .notBase64(let key):
      self.init(
        "\(source): data.\(option: key) is not base64-encoded text",
        hint: "write plain text to stringData, not to data")
    case .configNotJSON:
      self.init(
        "\(source): the Secret's config is not JSON",
        hint: "generate argocd-cluster prints one that Argo CD can read")
    case .invalidMember(let member):
      self.init(
        "\(source): the Secret's config has an invalid \(option: member)",
        hint: .memberHint(member))
    }
  }
}

extension Message {
  /// The expected type of a member.
  fileprivate static func memberHint(_ member: String) -> Message {
    switch member {
    case "args": "args is a list of strings: put numbers and true or false in quotes"
    case "env": "env is a list of names and values in a kubeconfig, an object in a cluster Secret"
    case "command": "command is the name or the path of the plugin"
    case "exec": "exec is an object with command, args and apiVersion"
    default: "\(option: member) is a string"
    }
  }

  /// Why a file cannot be read, to follow its line.
  fileprivate init(_ error: YAMLError) {
    self = Message(error.reason) + (error.key.map { " (\(quoted: $0, maxLength: 60))" } ?? "")
  }

  init(_ reason: YAMLError.Reason) {
    self =
      switch reason {
      case .flowStyle: "YAML in flow style"
      case .anchor: "a YAML anchor or alias"
      case .tag: "a YAML tag"
      case .directive: "a YAML directive"
      case .complexKey: "a complex YAML key"
      case .severalLines: "a multi-line YAML string"
      case .depth: "YAML that is nested too deep"
      case .tab: "a tab in the indentation"
      case .indentation: "wrong indentation"
      case .noKey: "expected \"key: value\""
      case .duplicateKey: "a duplicate key"
      case .nestedOnOneLine: "a value that contains \": \" must be quoted"
      case .textAfterQuotes: "text after a quoted string"
      case .reservedCharacter: "a string that begins with %, @ or ` must be quoted"
      case .escape: "an invalid escape in a quoted string"
      case .blockHeader: "an invalid block scalar"
      }
  }
}

extension Message.StringInterpolation {
  /// Names from a file, in a list.
  fileprivate mutating func appendInterpolation(names: [String]) {
    let shown = names.prefix(10).map { $0.sanitized(maxLength: 60) }
    appendLiteral(shown.isEmpty ? "none" : shown.joined(separator: ", "))
    if names.count > shown.count { appendLiteral(" and \(names.count - shown.count) more") }
  }

  fileprivate mutating func appendInterpolation(reason error: ChildProcessError) {
    switch error {
    case .notStarted(let errno), .system(let errno):
      appendInterpolation(untrusted: systemMessage(errno))
    case .timedOut: appendLiteral("it did not exit in time")
    case .tooMuchOutput: appendLiteral("its output is larger than 4 MiB")
    }
  }
}
