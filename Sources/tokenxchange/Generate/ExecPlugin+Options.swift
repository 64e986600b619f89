import Manifests
import TokenExchange

/// How a client logs in.
enum ExecMethod: String, CaseIterable {
  case getToken = "get-token"
  case tokenFile = "token-file"
  case login, kubelogin

  init(_ invocation: Invocation) throws(Problem) {
    self = try invocation.choice(.auth, default: .getToken)
  }

  var isForPeople: Bool { self == .login || self == .kubelogin }

  /// The plugin's options that it accepts.
  var options: [OptionSpec] {
    switch self {
    case .getToken: OptionSpec.plugin
    case .tokenFile: [.tokenFile, .subjectAudience, .expiryMargin, .verbose]
    case .login:
      OptionSpec.login.filter {
        ![OptionSpec.apiVersion.name, OptionSpec.output.name].contains($0.name)
      }
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
  ///   - invocation: Its options become the plugin's.
  ///   - world: Holds the files of certificates.
  ///   - tokenFile: The default of `--token-file`.
  /// - Throws: A usage problem, also for options that the plugin itself would reject.
  init(
    _ method: ExecMethod, _ invocation: Invocation, world: World, tokenFile: String? = nil
  ) throws(Problem) {
    try Self.check(method, invocation, world: world, tokenFile: tokenFile)
    var certificates = try world.publicCertificates(.certificateAuthority, of: invocation)
    if certificates == nil { certificates = try invocation.embeddedCertificates() }
    let arguments: [Argument] =
      switch method {
      case .kubelogin: Self.kubeloginArguments(invocation, certificates)
      default:
        [.text(method.rawValue)]
          + Self.arguments(method, invocation, certificates, tokenFile: tokenFile)
      }
    let command = invocation.text(.pluginCommand) ?? method.command
    // Clients do not split it; a directory may have spaces.
    guard command.split(separator: "/").last?.contains(where: \.isWhitespace) != true else {
      throw .commandWithArguments(command)
    }
    self.init(
      command: command, arguments: arguments,
      isInteractive: method.isForPeople, installHint: method.installHint)
  }

  private static let certificatesOption = "--\(OptionSpec.certificateAuthorityData.name)="

  /// The default scopes, and the one that adds the claims of `generate api-server`.
  private static let loginScopes = LoginSettings.defaultScopes + ["federated:id"]

  private static func check(
    _ method: ExecMethod, _ invocation: Invocation, world: World, tokenFile: String?
  ) throws(Problem) {
    if let secret = invocation.text(.clientSecret), !secret.isEmpty {
      throw .secretInArguments(invocation.source(.clientSecret))
    }
    let known = method.options.map(\.name) + [OptionSpec.clientSecret.name]
    let stray = OptionSpec.plugin.first { invocation.isGiven($0) && !known.contains($0.name) }
    if let stray { throw .notForMethod(invocation.source(stray), method.rawValue) }
    _ = try invocation.duration(.expiryMargin, default: 0, allowsZero: true)
    switch method {
    case .getToken: _ = try ExchangeSettings(invocation, world: world)
    case .tokenFile: if tokenFile == nil { _ = try invocation.required(.tokenFile) }
    case .login, .kubelogin: _ = try LoginSettings(invocation, world: world)
    }
  }

  private static func arguments(
    _ method: ExecMethod, _ invocation: Invocation, _ certificates: Certificates?,
    tokenFile: String?
  ) -> [Argument] {
    method.options.flatMap { spec -> [Argument] in
      var values = invocation.values(of: spec)
      switch spec.name {
      case OptionSpec.certificateAuthority.name:
        return certificates.map { [.certificates(option: certificatesOption, $0)] } ?? []
      case OptionSpec.certificateAuthorityData.name: return []
      case OptionSpec.tokenFile.name where values.isEmpty: values = tokenFile.map { [$0] } ?? []
      case OptionSpec.expiryMargin.name where values.isEmpty: values = ["60s"]
      case OptionSpec.scopes.name where values.isEmpty && method.isForPeople:
        values = loginScopes
      default: break
      }
      // Clients that build a shell command, as older JavaScript ones do, break at a space.
      if spec.kind == .list, !values.isEmpty {
        values = [values.flatMap(OptionSpec.items).joined(separator: ",")]
      }
      return values.map {
        .text(spec.kind == .flag ? "--" + spec.name : "--\(spec.name)=\($0)")
      }
    }
  }

  private static func kubeloginArguments(
    _ invocation: Invocation, _ certificates: Certificates?
  ) -> [Argument] {
    let scopes = invocation.list(.scopes) ?? loginScopes
    let flags = [
      ("issuer-url", invocation.text(.issuer)), ("client-id", invocation.text(.clientID)),
    ].compactMap { name, value in value.map { "--oidc-\(name)=\($0)" } }
    let words =
      ["get-token"] + flags
      + scopes.filter { $0 != "openid" }.map { "--oidc-extra-scope=\($0)" }
    return words.map { .text($0) }
      + (certificates.map { [.certificates(option: certificatesOption, $0)] } ?? [])
  }
}
