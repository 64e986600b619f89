/// The options of `login` that `get-token` does not have.
extension OptionDeclaration {
  static let flow = FlowOption(
    "flow", placeholder: "FLOW",
    help: "browser: sign in with a browser on this machine, which returns to a port of 127.0.0.1. "
      + "device: confirm a code with any browser. auto: browser if one can be started here and the "
      + "client allows it, else device.",
    default: .value("auto"))

  static let listenPort = PortOption(
    "listen-port", placeholder: "PORT",
    help:
      "The port of 127.0.0.1 for --flow=browser, if the client lists its redirect URIs, such as "
      + "http://127.0.0.1:8000/callback or http://localhost:8000.",
    default: .described("a free one"), section: .advanced)

  static let loginConnectorID = OptionalIdentifierOption(
    "connector-id", aliases: ["dex-connector"], placeholder: "ID",
    help: "Use this connector and skip Dex's page for choosing one; only for --flow=browser.")

  static let noBrowser = FlagOption(
    "no-browser",
    help: "Only print the URL, for any browser. By default, $BROWSER (the name of one program) or "
      + "xdg-open also opens it.")

  static let noCache = FlagOption(
    "no-cache", help: "Store nothing: every run needs a new sign-in.", section: .advanced)

  static let force = FlagOption(
    "force", help: "Start a new sign-in even if a stored one is usable.")

  static let login: [OptionDeclaration] = [
    .issuer.with(
      help: "Dex's issuer URL. The token's iss must equal it.",
      requirement: .requiredUnless("--kubeconfig") { .kubeconfig }),
    .clientID.with(requirement: .requiredUnless("--kubeconfig") { .kubeconfig }),
    .clientSecretFile, .clientSecret,
    .scopes.with(
      help: "Scopes to request, separated by commas or spaces; replaces the default. "
        + "offline_access requests the refresh token.",
      default: .value("openid profile email groups offline_access federated:id")),
    .audience,
    .kubeconfig.with(
      help: "Use the settings of the login plugin in this kubeconfig; flags override them. No "
        + "program named in it is run.", hasNoDefault: true),
    .context, .flow, .loginConnectorID, .noBrowser, .force, .listenPort, .noCache, .loginCacheDir,
    .expiryMargin, .apiVersion, .output, .certificateAuthority, .certificateAuthorityData,
    .clientCertificate, .clientKey,
    .insecureSkipTLSVerify, .insecureAllowHTTP,
    .timeout.with(
      help: "Limit for the whole run, including the sign-in, such as 90s or 10m.",
      default: .value("5m")),
    .verbose,
  ]
}

/// How a user signs in.
enum LoginFlow: String, CaseIterable {
  case auto, browser, device
}
