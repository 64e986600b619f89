import Encoding
import Platform
import TokenExchange

extension Diagnosis {
  /// The message about a kubeconfig.
  init(_ error: KubeconfigError) {
    let (message, hint): (Message, Message) =
      switch error {
      case .noFile(let searched, let ofVariable):
        (
          """
          no kubeconfig found: \(list: searched)\(ofVariable ? " of KUBECONFIG" : "") \
          \(searched.count == 1 ? "does" : "do") not exist
          """,
          ofVariable
            ? "correct KUBECONFIG, unset it for ~/.kube/config, or pass --kubeconfig=FILE"
            : "pass --kubeconfig=FILE, or set KUBECONFIG"
        )
      case .notReadable(let error, let path):
        error.isUnsupported
          ? (
            "\(path: path), line \(error.line): \(Message(error)), which only kubectl can read",
            """
            install kubectl, or convert the file where kubectl is: kubectl config view --raw -o json
            """
          )
          : (
            "\(path: path), line \(error.line): \(Message(error))",
            "correct the YAML; kubectl config view reports the same error"
          )
      case .invalidJSON(let path):
        (
          "\(path: path) begins with { but is not JSON",
          "YAML in flow style needs kubectl: install it, or convert the file to JSON or block style"
        )
      case .duplicateMember(let name, let path):
        (
          "\(path: path) has the JSON member \(quoted: name) twice in one object",
          "remove one of the two: readers disagree on which of them counts"
        )
      case .notKubeconfig(let path):
        (
          "\(path.map { "\(path: $0)" as Message } ?? "the kubeconfig") is not a kubeconfig",
          "it must contain one document of kind Config with clusters, users and contexts"
        )
      case .kubectlNotRun(let error, let path):
        (
          "could not read the kubeconfig with \(path: path): \(reason: error)",
          "does kubectl config view work in a shell?"
        )
      case .kubectlFailed(let message, let exitCode):
        (
          """
          kubectl cannot read the kubeconfig: \
          \(message.isEmpty ? "exit code \(Int(exitCode))" : "\(untrusted: message)" as Message)
          """,
          "kubectl config view reports the same error"
        )
      case .noCurrentContext(let known):
        (
          "the kubeconfig has no current context",
          known.isEmpty
            ? "it has no contexts: is it the right file, and complete?"
            : "pass --context: \(names: known)"
        )
      case .unknownContext(let name, let known):
        ("the kubeconfig has no context \(quoted: name)", "its contexts: \(names: known)")
      case .missingEntry(let kind, let name, let context):
        (
          """
          the context \(quoted: context) of the kubeconfig names the \(option: kind) \
          \(quoted: name), which does not exist
          """,
          "correct the context: kubectl config get-contexts"
        )
      case .invalidMember(let member, let context):
        (
          "the context \(quoted: context) of the kubeconfig has an invalid \(option: member)",
          "\(Message.memberHint(member))"
        )
      }
    self.init(message, hint: hint, exitCode: .usage)
  }
}

extension Diagnosis {
  /// The message about a cluster Secret.
  init(_ error: ArgoCDSecretError, file: String) {
    let source: Message = "--argocd-secret \(path: file)"
    let (message, hint): (Message, Message) =
      switch error {
      case .notReadable(let error):
        (
          "\(source), line \(error.line): \(Message(error))",
          error.isUnsupported
            ? "kubectl get secret -n argocd NAME -o yaml prints a readable form"
            : "is this the YAML of a cluster Secret? kubectl get secret -n argocd NAME -o yaml prints it"
        )
      case .invalidJSON:
        (
          "\(source) begins with { but is not JSON",
          "kubectl get secret -n argocd NAME -o json prints a readable form"
        )
      case .duplicateMember(let name):
        (
          "\(source) has the JSON member \(quoted: name) twice in one object",
          "remove one of the two: readers disagree on which of them counts"
        )
      case .noSecret:
        (
          "\(source) contains no Secret",
          "expected the output of generate argocd-cluster or of kubectl get secret -o yaml"
        )
      case .severalSecrets(let names):
        (
          "\(source) contains \(names.count) Secrets: \(names: names)",
          "pass one of them"
        )
      case .missing(let key):
        ("\(source): the Secret has no \(option: key)", "Argo CD needs name, server and config")
      case .notBase64(let key):
        (
          "\(source): data.\(option: key) is not base64-encoded text",
          "write plain text to stringData, not to data"
        )
      case .configNotJSON:
        (
          "\(source): the Secret's config is not JSON",
          "generate argocd-cluster prints one that Argo CD can read"
        )
      case .invalidMember(let member):
        (
          "\(source): the Secret's config has an invalid \(option: member)",
          "\(Message.memberHint(member))"
        )
      }
    self.init(message, hint: hint, exitCode: .usage)
  }
}

extension Message {
  /// The expected type of a member.
  static func memberHint(_ member: String) -> Message {
    switch member {
    case "args": "args is a list of strings: put numbers and true or false in quotes"
    case "env": "env is a list of name and value in a kubeconfig, and an object in a cluster Secret"
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
      case .duplicateKey: "a key that occurs twice"
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
