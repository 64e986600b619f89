import TokenExchange

/// The plugin that a configuration has client-go run: which program with which arguments.
struct ExecPlugin: Sendable {
  /// How to log in.
  enum Method: String, CaseIterable {
    case getToken = "get-token"
    case tokenFile = "token-file"
    case login, kubelogin

    var isForPeople: Bool { self == .login || self == .kubelogin }
  }

  var method: Method
  var command: String
  var arguments: [String]

  static let apiVersion = "client.authentication.k8s.io/v1"

  static let installHint =
    "tokenxchange is not in PATH. It is one file: put it into a folder of PATH and make it "
    + "executable."

  /// Takes it from flags.
  ///
  /// - Parameters:
  ///   - invocation: Its flags become the plugin's.
  ///   - world: Where the CA's file is.
  ///   - tokenFile: The token's path where no flag gives one.
  /// - Throws: A usage problem, also for what the plugin itself would refuse.
  init(_ invocation: Invocation, world: World, tokenFile: String? = nil) throws(Problem) {
    method = try invocation.choice(.auth, default: .getToken)
    if let secret = invocation.text(.clientSecret), !secret.isEmpty {
      throw .secretInArguments(invocation.source(.clientSecret))
    }
    try Self.check(invocation, method)
    var given = invocation
    if let data = try world.publicCertificates(.certificateAuthority, of: invocation) {
      given.settings[OptionSpec.certificateAuthority.name] = nil
      given.settings[Self.authorityData] = Setting(
        values: [Base64.encode(data)], source: .flag("--" + Self.authorityData))
    }
    let scopes = method.isForPeople ? Self.personScopes : nil
    let defaults = [
      (OptionSpec.tokenFile, tokenFile), (.expiryMargin, "60s"), (.scopes, scopes),
    ]
    for (spec, value) in defaults {
      guard let value, given.settings[spec.name] == nil else { continue }
      given.settings[spec.name] = Setting(values: [value], source: .flag("--" + spec.name))
    }
    // A space in an argument breaks clients that build a shell's line, as older JavaScript ones do.
    for spec in [OptionSpec.scopes, .audience] {
      if let items = given.list(spec) {
        given.settings[spec.name]?.values = [items.joined(separator: ",")]
      }
    }
    command = invocation.text(.pluginCommand) ?? "tokenxchange"
    switch method {
    case .getToken:
      _ = try ExchangeSettings(invocation, world: world)
      arguments = ["get-token"] + given.flags(of: Self.options(of: method))
    case .tokenFile:
      if tokenFile == nil { _ = try invocation.required(.tokenFile) }
      arguments = ["token-file"] + given.flags(of: Self.options(of: method))
    case .login:
      _ = try LoginSettings(given, world: world)
      arguments = ["login"] + given.flags(of: Self.options(of: method))
    case .kubelogin:
      _ = try LoginSettings(given, world: world)
      command = invocation.text(.pluginCommand) ?? "kubectl"
      arguments = ["oidc-login", "get-token"] + Self.kubeloginFlags(given)
    }
  }

  /// Whether a person may be asked something.
  var interactiveMode: String { method.isForPeople ? "IfAvailable" : "Never" }

  /// What client-go says when the program is missing.
  var installHint: String {
    method == .kubelogin
      ? "kubelogin is not installed: kubectl krew install oidc-login" : Self.installHint
  }

  private static let authorityData = "certificate-authority-data"

  /// With the scope that brings the claims by which `generate api-server` names people.
  private static let personScopes =
    (LoginSettings.defaultScopes + ["federated:id"]).joined(separator: ",")

  /// The plugin's own options that a method takes, with the CA as data behind the CA as a file.
  private static func options(of method: Method) -> [OptionSpec] {
    let specs: [OptionSpec] =
      switch method {
      case .getToken: OptionSpec.plugin
      case .tokenFile: [.tokenFile, .subjectAudience, .expiryMargin, .verbose]
      case .login:
        OptionSpec.login.filter {
          ![OptionSpec.apiVersion.name, OptionSpec.output.name].contains($0.name)
        }
      case .kubelogin: [.issuer, .clientID, .scopes, .certificateAuthority]
      }
    guard specs.contains(where: { $0.name == OptionSpec.certificateAuthority.name }),
      !specs.contains(where: { $0.name == authorityData })
    else { return specs }
    let data = OptionSpec(name: authorityData, help: "")
    return specs.inserting([data], after: .certificateAuthority)
  }

  private static func check(_ invocation: Invocation, _ method: Method) throws(Problem) {
    let known = options(of: method).map(\.name) + [OptionSpec.clientSecret.name]
    let stray = OptionSpec.plugin.first {
      invocation.settings[$0.name] != nil && !known.contains($0.name)
    }
    if let stray { throw .notForMethod(invocation.source(stray), method.rawValue) }
    _ = try invocation.duration(.expiryMargin, default: 0, allowsZero: true)
  }

  private static func kubeloginFlags(_ invocation: Invocation) -> [String] {
    let scopes = invocation.list(.scopes) ?? []
    let flags = [
      ("issuer-url", invocation.text(.issuer)), ("client-id", invocation.text(.clientID)),
    ].compactMap { name, value in value.map { "--oidc-\(name)=\($0)" } }
    return flags + scopes.filter { $0 != "openid" }.map { "--oidc-extra-scope=\($0)" }
      + (invocation.settings[authorityData]?.values ?? []).map { "--\(authorityData)=\($0)" }
  }
}
