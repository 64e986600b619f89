import Manifests
import Platform
import TokenExchange

/// How the plugin gets a token: the values of `--auth`.
enum ExecMethod: String, CaseIterable {
  case getToken = "get-token"
  case tokenFile = "token-file"
  case login, kubelogin

  var isForPeople: Bool { self == .login || self == .kubelogin }

  var options: [OptionDeclaration] {
    switch self {
    case .getToken: OptionDeclaration.plugin
    case .tokenFile: [.tokenFile, .subjectAudience, .expiryMargin, .verbose]
    case .login:
      OptionDeclaration.login.without([.apiVersion, .output, .kubeconfig, .context])
        .map { $0.isSame(as: .loginConnectorID) ? .connectorID : $0 }
    case .kubelogin:
      [.issuer, .clientID, .scopes, .certificateAuthority, .certificateAuthorityData]
    }
  }

  /// The default of `--command`; not `kubectl oidc-login`, because a kubectl wrapper that queries
  /// the server's version would call itself recursively.
  fileprivate var command: String { self == .kubelogin ? "kubectl-oidc_login" : "tokenxchange" }

  fileprivate var installHint: String {
    self == .kubelogin
      ? "kubelogin is not installed: kubectl krew install oidc-login"
      : "tokenxchange is not in PATH. It is one file: copy it to a directory in PATH and make it "
        + "executable."
  }
}

extension ExecPlugin {
  /// Translates options of `generate` into the plugin's command, and rejects those that the plugin
  /// would reject.
  ///
  /// Paths are in a pod if `isForPod`, else on this machine; `tokenFile` is the default of
  /// `--token-file`.
  init(
    _ method: ExecMethod, _ arguments: ParsedArguments, world: World, isForPod: Bool,
    tokenFile: String? = nil
  ) throws(CommandError) {
    try Self.check(method, arguments, world: world, tokenFile: tokenFile)
    var certificates = try world.publicCertificates(.certificateAuthority, of: arguments)
    if certificates == nil { certificates = try arguments.embeddedCertificates() }
    let paths = PluginPaths(isForPod: isForPod, world: world)
    let apiVersion = try arguments[.pluginAPIVersion]
    var words: [Argument]
    if method == .kubelogin {
      words = Self.kubeloginArguments(arguments, certificates)
    } else {
      words = [.text(method.rawValue)]
      words += try Self.arguments(
        method, arguments, certificates, tokenFile: tokenFile, paths: paths)
      // Clients may not set KUBERNETES_EXEC_INFO.
      if apiVersion != .v1 { words.append(.text("--api-version=\(apiVersion.rawValue)")) }
    }
    var command = arguments[.pluginCommand] ?? method.command
    if command.contains("/") {
      command = try paths.absolute(command, option: arguments.source(of: .pluginCommand))
    }
    // Clients do not split the command; a space is plausible only in a directory.
    guard command.split(separator: "/").last?.contains(where: \.isWhitespace) != true else {
      throw .generate(.commandWithSpace(command))
    }
    self.init(
      command: command, arguments: words, apiVersion: apiVersion,
      isInteractive: method.isForPeople, installHint: method.installHint)
  }

  private static let certificatesOption = "--\(OptionDeclaration.certificateAuthorityData.name)="

  private static func check(
    _ method: ExecMethod, _ arguments: ParsedArguments, world: World, tokenFile: String?
  ) throws(CommandError) {
    if let secret = arguments[.clientSecret], !secret.isEmpty {
      throw .generate(.secretInOutput(option: arguments.source(of: .clientSecret)))
    }
    let known = method.options + [.clientSecret]
    let unsupported = (OptionDeclaration.plugin + OptionDeclaration.signIn).first {
      arguments.isSet($0) && !known.contains($0)
    }
    if let unsupported {
      throw .generate(
        .notForMethod(option: arguments.source(of: unsupported), method: method.rawValue))
    }
    if arguments.text(of: .tokenFile) == "-" {
      throw .generate(.standardInput(option: arguments.source(of: .tokenFile)))
    }
    _ = try arguments[.expiryMargin]
    _ = try arguments[.expiryJitter]
    switch method {
    case .getToken: world.warn(try ExchangeConfiguration(arguments, world: world).warnings)
    case .tokenFile:
      if tokenFile == nil, !arguments.isSet(.tokenFile) { throw arguments.missing(.tokenFile) }
    case .login, .kubelogin:
      if arguments.isSet(.connectorID) { _ = try arguments[.connectorID] }
      world.warn(try LoginConfiguration(arguments, world: world).warnings)
    }
  }

  private static func arguments(
    _ method: ExecMethod, _ arguments: ParsedArguments, _ certificates: Certificates?,
    tokenFile: String?, paths: PluginPaths
  ) throws(CommandError) -> [Argument] {
    var words: [Argument] = []
    let inClusterConfig = arguments[.clusterConfig] ? ClusterSetting.all.map(\.option) : []
    for option in method.options where !inClusterConfig.contains(option) {
      if option.isSame(as: .certificateAuthority) {
        words += certificates.map { [.certificates(option: certificatesOption, $0)] } ?? []
      } else if !option.isSame(as: .certificateAuthorityData) {
        var values = arguments.values(of: option)
        if values.isEmpty, option.isSame(as: .tokenFile) { values = tokenFile.map { [$0] } ?? [] }
        if values.isEmpty, option.isSame(as: .expiryMargin) { values = ["60s"] }
        words += try Self.words(
          option, values, paths: paths, source: arguments.source(of: option))
      }
    }
    return words
  }

  private static func words(
    _ option: OptionDeclaration, _ values: [String], paths: PluginPaths, source: String
  ) throws(CommandError) -> [Argument] {
    switch option.kind {
    case .flag: return values.contains("true") ? [.text(option.flag)] : []
    case .list:
      // No spaces: clients that build a shell command, such as older JavaScript clients, would
      // break.
      let items = values.flatMap(OptionDeclaration.items).joined(separator: ",")
      return items.isEmpty ? [] : [.text("\(option.flag)=\(items)")]
    case .scalar:
      guard var value = values.last else { return [] }
      if value.isEmpty, option.isValueOptional { return [.text(option.flag)] }
      if option.isPath { value = try paths.absolute(value, option: source) }
      return [.text("\(option.flag)=\(value)")]
    }
  }

  private static func kubeloginArguments(
    _ arguments: ParsedArguments, _ certificates: Certificates?
  ) -> [Argument] {
    let scopes = arguments.isSet(.scopes) ? arguments[.scopes] : LoginConfiguration.defaultScopes
    let flags = [
      ("issuer-url", arguments.text(of: .issuer)), ("client-id", arguments.text(of: .clientID)),
    ].compactMap { name, value in value.map { "--oidc-\(name)=\($0)" } }
    let extraScopes = scopes.filter { $0 != "openid" }.map { "--oidc-extra-scope=\($0)" }
    return (["get-token"] + flags + extraScopes).map { .text($0) }
      + (certificates.map { [.certificates(option: certificatesOption, $0)] } ?? [])
  }
}

/// Paths in a plugin's arguments, which clients pass unchanged, without a shell.
struct PluginPaths {
  var isForPod: Bool
  var world: World

  /// The absolute form of a path, which does not depend on the client's working directory.
  func absolute(_ path: String, option: String) throws(CommandError) -> String {
    if path.hasPrefix("/") { return path }
    guard !isForPod else { throw .generate(.relativePath(option: option)) }
    if path.hasPrefix("~/") {
      guard let expanded = HomeDirectory(world.variables).expanding(path) else {
        throw .generate(.noHomeDirectory(option: option))
      }
      return expanded
    }
    guard let directory = world.files.status(".")?.realPath, directory.hasPrefix("/") else {
      throw .generate(.relativePath(option: option))
    }
    let parts = path.split(separator: "/").filter { $0 != "." }
    return (directory == "/" ? "" : directory) + "/" + parts.joined(separator: "/")
  }
}
