import TokenExchange

extension TokenCache {
  /// The cache of an exchange; nil if none is wanted or none can be used, which is logged.
  init?(
    _ arguments: ParsedArguments, _ attempt: ExchangeAttempt, _ trust: HTTPOptions.Trust,
    world: World, margin: Double, log: VerboseLog
  ) {
    guard arguments.wantsCache else { return nil }
    guard trust != .insecureSkipVerify, !arguments[.insecureAllowHTTP] else {
      log("cache: none, because an insecure flag is on")
      return nil
    }
    guard let key = CacheKey(attempt, trust: trust.cacheParts(variables: world.variables)) else {
      log("cache: none, because the subject is not a service account token")
      return nil
    }
    guard let entry = CacheEntry(arguments, key: key, world: world, log: log) else { return nil }
    self.init(entry: entry, margin: margin)
  }
}

extension ParsedArguments {
  /// Whether a cache is wanted, by its flag or by its directory.
  fileprivate var wantsCache: Bool {
    text(of: .cacheOn).map { $0 == "true" } ?? isSet(.cacheDir)
  }
}

extension HTTPOptions.Trust {
  /// What decides who is trusted, for a cache's key.
  func cacheParts(variables: [String: String]) -> [String] {
    switch self {
    case .system: ["system", variables["SSL_CERT_FILE"] ?? "", variables["SSL_CERT_DIR"] ?? ""]
    case .certificates(let pem): ["only", SHA256.hex(pem)]
    case .insecureSkipVerify: ["anything"]
    }
  }
}
