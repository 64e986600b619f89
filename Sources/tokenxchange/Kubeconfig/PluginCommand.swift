import Encoding
import TokenExchange

/// How a user or a workload authenticates: the commands of this program.
enum AuthenticationMethod: String, CaseIterable, Sendable {
  case getToken = "get-token"
  case tokenFile = "token-file"
  case login
}

/// The command line of a credential plugin, translated to this program's.
struct PluginCommand: Equatable, Sendable {
  enum Tool: Equatable, Sendable {
    case tokenxchange
    /// The older tokenxchange, written in Go, which has other options.
    case goTokenxchange
    /// int128/kubelogin, or `kubectl oidc-login`.
    case kubelogin
    case argoCDAuth
    case shell
    /// Another program, by its name.
    case other(String)
  }

  var tool: Tool
  /// The arguments for this program; nil if the command cannot be translated.
  var words: [String]?
  /// Names of options without an equivalent.
  var ignored: [String] = []

  /// The method that the words select; `get-token` is the default.
  var method: AuthenticationMethod? {
    words.map { $0.first.flatMap(AuthenticationMethod.init) ?? .getToken }
  }
}

extension PluginCommand {
  /// Translates the command of a configuration.
  init(_ exec: ExecCommand) {
    var name = exec.programName
    var words = exec.arguments
    // kubectl runs its own plugins: kubectl tokenxchange, kubectl oidc-login.
    if name == "kubectl", let plugin = words.first {
      words.removeFirst()
      name = "kubectl-" + plugin
    }
    if name == "env" { (name, words) = Self.withoutEnv(words) }
    let binaryName = exec.variables.first { $0.name == "ARGOCD_BINARY_NAME" }?.value
    switch binaryName ?? name {
    case "tokenxchange", "kubectl-tokenxchange": self = Self.tokenxchange(words)
    case "kubelogin", "kubectl-oidc_login", "kubectl-oidc-login": self = Self.kubelogin(words, name)
    case "argocd-k8s-auth": self = Self.argoCDAuth(words)
    case "sh", "bash", "ash", "dash", "zsh", "busybox", "cat":
      self = Self.shell(name == "cat" ? ["-c", "cat " + words.joined(separator: " ")] : words)
    default: self.init(tool: .other(name))
    }
  }

  // MARK: - Tools

  private static func tokenxchange(_ words: [String]) -> PluginCommand {
    guard let first = words.first, !first.hasPrefix("-") else {
      let goOptions = ["--dex-connector", "--oidc-endpoint"]
      let isGo = words.contains { word in goOptions.contains { word.isOption($0) } }
      return PluginCommand(
        tool: isGo ? .goTokenxchange : .tokenxchange, words: ["get-token"] + words)
    }
    let isMethod = AuthenticationMethod(rawValue: first) != nil
    return PluginCommand(tool: .tokenxchange, words: isMethod ? words : nil)
  }

  private static let kubeloginOptions = [
    "--oidc-issuer-url": "--issuer", "--oidc-client-id": "--client-id",
    "--oidc-client-secret": "--client-secret", "--certificate-authority": "--certificate-authority",
    "--certificate-authority-data": "--certificate-authority-data",
  ]

  private static let kubeloginFlags: Set = [
    "--force-refresh", "--oidc-use-access-token", "--oidc-use-pkce", "--skip-open-browser",
    "--tls-renegotiation-once", "--tls-renegotiation-freely", "--insecure-skip-tls-verify",
  ]

  private static func kubelogin(_ words: [String], _ name: String) -> PluginCommand {
    let words = words.first == "get-token" ? Array(words.dropFirst()) : words
    // Azure's program has the same name, but other options.
    guard words.contains(where: { $0.isOption("--oidc-issuer-url") }) else {
      return PluginCommand(tool: .other(name))
    }
    var translated = ["login"]
    var scopes: [String] = []
    var ignored: [String] = []
    for option in Option.list(words, flags: kubeloginFlags) {
      if let same = kubeloginOptions[option.name] {
        translated.append("\(same)=\(option.value)")
      } else if option.name == "--oidc-extra-scope" {
        scopes.append(option.value)
      } else if option.name == "--insecure-skip-tls-verify" {
        translated.append(option.name)
      } else {
        ignored.append(option.name)
      }
    }
    if !scopes.isEmpty { translated.append("--scopes=openid," + scopes.joined(separator: ",")) }
    return PluginCommand(tool: .kubelogin, words: translated, ignored: ignored)
  }

  private static func argoCDAuth(_ words: [String]) -> PluginCommand {
    let options = Option.list(Array(words.dropFirst()), flags: [])
    let file = options.first { ["--token-file", "--file", "-f"].contains($0.name) }
    return PluginCommand(
      tool: .argoCDAuth, words: file.map { ["token-file", "--token-file=\($0.value)"] })
  }

  // MARK: - Shell lines

  private static func shell(_ words: [String]) -> PluginCommand {
    let index = words.firstIndex { $0.hasPrefix("-") && !$0.hasPrefix("--") && $0.hasSuffix("c") }
    guard let index, index + 1 < words.count else { return PluginCommand(tool: .shell) }
    let script = words[index + 1]
    let pieces = script.split { " \t\n;|&()<>\"'`\\{}".contains($0) }.map(String.init)
    if let start = pieces.firstIndex(where: {
      $0 == "tokenxchange" || $0.hasSuffix("/tokenxchange")
    }) {
      return PluginCommand(
        tool: .shell, words: tokenxchange(Array(pieces[(start + 1)...])).words)
    }
    let file = tokenFile(script, pieces)
    guard script.contains("token-exchange") else {
      return PluginCommand(tool: .shell, words: file.map { ["token-file", "--token-file=\($0)"] })
    }
    var translated = ["get-token"]
    let url = pieces.first { $0.hasPrefix("https://") || $0.hasPrefix("http://") }
    if let url { translated.append("--token-url=\(url)") }
    for (field, option) in [
      ("client_id", "--client-id"), ("client_secret", "--client-secret"),
      ("connector_id", "--connector-id"),
    ] {
      let value = pieces.first { $0.hasPrefix(field + "=") }?.dropFirst(field.count + 1)
      if let value, !value.hasPrefix("$") { translated.append("\(option)=\(value)") }
    }
    if let file { translated.append("--token-file=\(file)") }
    return PluginCommand(tool: .shell, words: translated)
  }

  /// The file that a script reads a token from: `cat FILE`, `$(<FILE)` or curl's
  /// `subject_token@FILE`.
  private static func tokenFile(_ script: String, _ pieces: [String]) -> String? {
    if let index = pieces.firstIndex(of: "cat"), index + 1 < pieces.count,
      pieces[index + 1].hasPrefix("/")
    {
      return pieces[index + 1]
    }
    if let field = pieces.first(where: { $0.hasPrefix("subject_token@") }) {
      return String(field.dropFirst("subject_token@".count))
    }
    guard let range = script.firstRange(of: "$(<") else { return nil }
    let path = script[range.upperBound...].drop { $0 == " " }.prefix { $0 != ")" && $0 != " " }
    return path.hasPrefix("/") ? String(path) : nil
  }

  /// What `env` runs, without its assignments.
  private static func withoutEnv(_ words: [String]) -> (String, [String]) {
    let rest = words.drop { $0.hasPrefix("-") || $0.contains("=") }
    let name = rest.first.map { $0.split(separator: "/").last.map(String.init) ?? $0 }
    return (name ?? "env", Array(rest.dropFirst()))
  }

  /// An option of another program.
  private struct Option {
    var name: String
    var value: String

    static func list(_ words: [String], flags: Set<String>) -> [Option] {
      var options: [Option] = []
      var rest = words[...]
      while let word = rest.popFirst() {
        guard word.hasPrefix("-") else { continue }
        if let equals = word.firstIndex(of: "=") {
          options.append(
            Option(name: String(word[..<equals]), value: String(word[word.index(after: equals)...]))
          )
        } else if flags.contains(word) {
          options.append(Option(name: word, value: "true"))
        } else {
          options.append(Option(name: word, value: rest.popFirst() ?? ""))
        }
      }
      return options
    }
  }
}

extension PluginCommand {
  /// The configuration that runs this program instead, with placeholders for secret and
  /// certificates.
  var configurationLine: String? {
    guard var rest = words?[...] else { return nil }
    var shown: [String] = []
    while let word = rest.popFirst() {
      let replacement = [
        "--client-secret": "--client-secret-file=FILE",
        "--certificate-authority-data": "--certificate-authority-data=BASE64",
      ].first { word.isOption($0.key) }
      // The value may be a word of its own.
      if word == replacement?.key { rest = rest.dropFirst() }
      shown.append(replacement?.value ?? word.canonicalOption)
    }
    let list = shown.map { JSON.quote($0) }.joined(separator: ", ")
    return "\"command\": \"tokenxchange\", \"args\": [\(list)]"
  }
}

extension String {
  /// Whether a word is an option of this name, with or without a value.
  fileprivate func isOption(_ name: String) -> Bool { self == name || hasPrefix(name + "=") }

  /// The option with its current name.
  fileprivate var canonicalOption: String {
    for (old, new) in [("--dex-connector", "--connector-id"), ("--oidc-endpoint", "--token-url")]
    where isOption(old) {
      return new + dropFirst(old.count)
    }
    return self
  }
}
