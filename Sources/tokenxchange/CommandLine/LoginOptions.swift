/// The options of `login` that an exchange does not have.
extension OptionDeclaration {
  static let noBrowser = FlagOption(
    "no-browser",
    help: "Print the URL and the code only. By default $BROWSER or xdg-open also opens the URL.")

  static let noCache = FlagOption(
    "no-cache", help: "Store nothing: every run needs a new sign-in.", section: .advanced)

  static let force = FlagOption(
    "force", help: "Start a new sign-in even if a stored one is usable.")

  /// All of `login`, in the order of help.
  static let login: [OptionDeclaration] = [
    .issuer.with(help: "Dex's issuer URL. The token's iss must equal it."), .clientID,
    .clientSecretFile, .clientSecret,
    .scopes.with(
      help: "Scopes to request, separated by commas or spaces; replaces the default. "
        + "offline_access requests the refresh token.",
      default: .value("openid profile email groups offline_access federated:id")),
    .audience, .noBrowser, .force, .noCache, .loginCacheDir, .expiryMargin, .apiVersion, .output,
    .certificateAuthority, .certificateAuthorityData, .insecureSkipTLSVerify, .insecureAllowHTTP,
    .timeout.with(
      help: "Limit for the whole run, including the sign-in, such as 90s or 10m.",
      default: .value("5m")),
    .verbose,
  ]
}
