/// The options of `login` that differ from, or are not among, those of an exchange.
extension OptionSpec {
  static let loginScopes = OptionSpec(
    name: "scopes", kind: .list, placeholder: "LIST",
    help: "Scopes to ask for, separated by commas or spaces; replaces the default. "
      + "offline_access brings the refresh token.",
    defaultText: "openid profile email groups offline_access")

  static let loginTimeout = OptionSpec(
    name: "timeout", placeholder: "DURATION",
    help: "For the whole run, the person's part included, such as 90s or 10m.", defaultText: "5m")

  static let noBrowser = OptionSpec(
    name: "no-browser", kind: .flag,
    help: "Only show the page and the code. Otherwise the page is opened too, by $BROWSER or "
      + "xdg-open.")

  static let noCache = OptionSpec(
    name: "no-cache", kind: .flag, help: "Keep nothing: sign in at every run.")

  /// Where tokens are kept if nothing is said.
  private static let cachePlaces =
    "$KUBECACHEDIR/tokenxchange, $XDG_CACHE_HOME/tokenxchange or $HOME/.kube/cache/tokenxchange"

  static let loginCacheDir = OptionSpec(
    name: "cache-dir", placeholder: "DIR",
    help: "Keep the tokens in this folder, which must be this user's own with mode 0700, or not "
      + "be there yet.",
    defaultText: cachePlaces, completion: .directory)

  static let logoutCacheDir = OptionSpec(
    name: "cache-dir", placeholder: "DIR", help: "The folder to empty, as given to the others.",
    defaultText: cachePlaces, completion: .directory)

  static let force = OptionSpec(
    name: "force", kind: .flag, help: "Sign in anew, whatever is kept.")

  /// All of `login`, in the order of help.
  static let login: [OptionSpec] = [
    .issuer, .clientID, .clientSecretFile, .clientSecret, .loginScopes, .audience, .noBrowser,
    .force, .noCache, .loginCacheDir, .expiryMargin, .apiVersion, .output, .certificateAuthority,
    .certificateAuthorityData, .insecureSkipTLSVerify, .insecureAllowHTTP, .loginTimeout, .verbose,
  ]
}
