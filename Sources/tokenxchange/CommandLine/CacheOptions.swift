/// The options of the cache.
extension OptionDeclaration {
  static let cacheOn = FlagOption(
    "cache",
    help: "Keep the token on disk, readable for this user only, and reuse it for up to 10 minutes: "
      + "in $KUBECACHEDIR/tokenxchange, $XDG_CACHE_HOME/tokenxchange or "
      + "$HOME/.kube/cache/tokenxchange.",
    section: .advanced)

  static let cacheDir = OptionalTextOption(
    "cache-dir", placeholder: "DIR",
    help: "The cache directory, owned by this user with mode 0700; created if it does not exist. "
      + "Enables --cache.",
    section: .advanced, completion: .directory)

  static let forceRefresh = FlagOption(
    "force-refresh", help: "Ignore the cached token, fetch a new one and cache it.",
    section: .advanced)

  static let cache: [OptionDeclaration] = [.cacheOn, .cacheDir, .forceRefresh]

  private static let cachePlaces =
    "$KUBECACHEDIR/tokenxchange, $XDG_CACHE_HOME/tokenxchange or $HOME/.kube/cache/tokenxchange"

  static let loginCacheDir = cacheDir.with(
    help: "The cache directory, owned by this user with mode 0700; created if it does not exist.",
    default: .described(cachePlaces))

  static let logoutCacheDir = cacheDir.with(
    help: "The cache directory to empty.", default: .described(cachePlaces), section: .common)
}
