import Manifests
import TokenExchange

/// How a client logs in.
enum ExecMethod: String, CaseIterable {
  case getToken = "get-token"
  case tokenFile = "token-file"
  case login, kubelogin

  init(_ arguments: ParsedArguments) throws(Problem) {
    self = try arguments[.auth]
  }

  var isForPeople: Bool { self == .login || self == .kubelogin }

  /// The plugin's options that it accepts.
  var options: [OptionDeclaration] {
    switch self {
    case .getToken: OptionDeclaration.plugin
    case .tokenFile: [.tokenFile, .subjectAudience, .expiryMargin, .verbose]
    case .login:
      OptionDeclaration.login.without([.apiVersion, .output])
    case .kubelogin:
      [.issuer, .clientID, .scopes, .certificateAuthority, .certificateAuthorityData]
    }
  }

  /// The default of `--command`; not `kubectl oidc-login`, because a kubectl wrapper that asks for the
  /// server's version first would start itself without end.
  fileprivate var command: String { self == .kubelogin ? "kubectl-oidc_login" : "tokenxchange" }

  fileprivate var installHint: String {
    self == .kubelogin
      ? "kubelogin is not installed: kubectl krew install oidc-login"
      : "tokenxchange is not in PATH. It is one file: put it into a folder of PATH and make it "
        + "executable."
  }
}

extension ExecPlugin {
  /// Translates options of `generate` into the plugin's command.
  ///
  /// - Parameters:
  ///   - method: How the client logs in.
  ///   - arguments: Its options become the plugin's.
  ///   - world: Holds the files of certificates.
  ///   - tokenFile: The default of `--token-file`.
  /// - Throws: A usage problem, also for options that the plugin itself would reject.
  init(
    _ method: ExecMethod, _ arguments: ParsedArguments, world: World, tokenFile: String? = nil
  ) throws(Problem) {
    try Self.check(method, arguments, world: world, tokenFile: tokenFile)
    var certificates = try world.publicCertificates(.certificateAuthority, of: arguments)
    if certificates == nil { certificates = try arguments.embeddedCertificates() }
    let words: [Argument] =
      switch method {
      case .kubelogin: Self.kubeloginArguments(arguments, certificates)
      default:
        [.text(method.rawValue)]
          + Self.arguments(method, arguments, certificates, tokenFile: tokenFile)
      }
    let command = arguments[.pluginCommand] ?? method.command
    // Clients do not split it; a directory may have spaces.
    guard command.split(separator: "/").last?.contains(where: \.isWhitespace) != true else {
      throw .commandWithArguments(command)
    }
    self.init(
      command: command, arguments: words,
      isInteractive: method.isForPeople, installHint: method.installHint)
  }

  private static let certificatesOption = "--\(OptionDeclaration.certificateAuthorityData.name)="

  /// The default scopes, and the one that adds the claims of `generate api-server`.
  private static let loginScopes = LoginConfiguration.defaultScopes + ["federated:id"]

  private static func check(
    _ method: ExecMethod, _ arguments: ParsedArguments, world: World, tokenFile: String?
  ) throws(Problem) {
    if let secret = arguments[.clientSecret], !secret.isEmpty {
      throw .secretInArguments(arguments.source(of: .clientSecret))
    }
    let known = method.options + [.clientSecret]
    let stray = OptionDeclaration.plugin.first { arguments.isSet($0) && !known.contains($0) }
    if let stray { throw .notForMethod(arguments.source(of: stray), method.rawValue) }
    _ = try arguments[.expiryMargin]
    switch method {
    case .getToken: world.warn(try ExchangeConfiguration(arguments, world: world).warnings)
    case .tokenFile:
      if tokenFile == nil, !arguments.isSet(.tokenFile) { throw arguments.missing(.tokenFile) }
    case .login, .kubelogin: world.warn(try LoginConfiguration(arguments, world: world).warnings)
    }
  }

  private static func arguments(
    _ method: ExecMethod, _ arguments: ParsedArguments, _ certificates: Certificates?,
    tokenFile: String?
  ) -> [Argument] {
    method.options.flatMap { spec -> [Argument] in
      var values = arguments.values(of: spec)
      if spec.kind == .flag { values.removeAll { $0 != "true" } }
      switch spec.name {
      case OptionDeclaration.certificateAuthority.name:
        return certificates.map { [.certificates(option: certificatesOption, $0)] } ?? []
      case OptionDeclaration.certificateAuthorityData.name: return []
      case OptionDeclaration.tokenFile.name where values.isEmpty:
        values = tokenFile.map { [$0] } ?? []
      case OptionDeclaration.expiryMargin.name where values.isEmpty: values = ["60s"]
      case OptionDeclaration.scopes.name where values.isEmpty && method.isForPeople:
        values = loginScopes
      default: break
      }
      // Clients that build a shell command, as older JavaScript ones do, break at a space.
      if spec.kind == .list, !values.isEmpty {
        values = [values.flatMap(OptionDeclaration.items).joined(separator: ",")]
      }
      return values.map {
        .text(spec.kind == .flag ? "--" + spec.name : "--\(spec.name)=\($0)")
      }
    }
  }

  private static func kubeloginArguments(
    _ arguments: ParsedArguments, _ certificates: Certificates?
  ) -> [Argument] {
    let scopes = arguments.isSet(.scopes) ? arguments[.scopes] : loginScopes
    let flags = [
      ("issuer-url", arguments.text(of: .issuer)), ("client-id", arguments.text(of: .clientID)),
    ].compactMap { name, value in value.map { "--oidc-\(name)=\($0)" } }
    let words =
      ["get-token"] + flags
      + scopes.filter { $0 != "openid" }.map { "--oidc-extra-scope=\($0)" }
    return words.map { .text($0) }
      + (certificates.map { [.certificates(option: certificatesOption, $0)] } ?? [])
  }
}
