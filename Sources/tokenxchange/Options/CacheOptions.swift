/// The options of the cache.
extension OptionSpec {
  static let cacheOn = OptionSpec(
    name: "cache", kind: .flag,
    help: "Keep the token on disk, for this user only, and use it for up to 10 minutes: in "
      + "$KUBECACHEDIR/tokenxchange, $XDG_CACHE_HOME/tokenxchange or "
      + "$HOME/.kube/cache/tokenxchange.")

  static let cacheDir = OptionSpec(
    name: "cache-dir", placeholder: "DIR",
    help: "Keep it in this folder, which must be this user's own with mode 0700, or not be there "
      + "yet. Turns --cache on.",
    completion: .directory)

  static let forceRefresh = OptionSpec(
    name: "force-refresh", kind: .flag, help: "Fetch a new token and keep that one.")

  /// All of them, in the order of help.
  static let cache: [OptionSpec] = [.cacheOn, .cacheDir, .forceRefresh]
}
