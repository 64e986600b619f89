/// Reads the parts of Dex's `config.yaml` that the stand-in supports.
extension DexConfiguration {
  /// Reads clients, connectors, grants and token lifetimes from a `config.yaml` in JSON form.
  ///
  /// Missing members get Dex's defaults, not the stand-in's. A connector's keys are those of the
  /// existing connector with the same issuer; a real Dex would fetch them.
  public mutating func take(_ file: JSONValue) {
    let keys = Dictionary(connectors.map { ($0.issuer, $0.keys) }) { $1 }
    issuer = file["issuer"]?.string ?? issuer
    connectors = (file["connectors"]?.array ?? []).map { Connector(file: $0, keys: keys) }
    clients = (file["staticClients"]?.array ?? []).map { client in
      Client(
        id: client["id"]?.string ?? "", secret: client["secret"]?.string ?? "",
        isPublic: client["public"]?.bool ?? false,
        trustedPeers: client["trustedPeers"]?.strings ?? [],
        redirectURIs: client["redirectURIs"]?.strings ?? [], name: client["name"]?.string)
    }
    skipsApproval = file["oauth2"]?["skipApprovalScreen"]?.bool ?? false
    alwaysShowsLoginScreen = file["oauth2"]?["alwaysShowLoginScreen"]?.bool ?? false
    grants = file["oauth2"]?["grantTypes"]?.strings ?? GrantType.all
    tokenLifetime = file["expiry"]?["idTokens"]?.string.flatMap(Self.seconds) ?? 86_400
  }

  /// A duration with one unit, such as `10m`.
  private static func seconds(_ text: String) -> Double? {
    let units: [Character: Double] = ["s": 1, "m": 60, "h": 3600]
    guard let unit = text.last.flatMap({ units[$0] }) else { return nil }
    return Double(text.dropLast()).map { $0 * unit }
  }
}

extension DexConfiguration.Connector {
  fileprivate init(file: JSONValue, keys: [String: [RSAKey]]) {
    let config = file["config"]
    let issuer = config?["issuerAlias"]?.string ?? config?["issuer"]?.string ?? ""
    self.init(
      id: file["id"]?.string ?? "", kind: file["type"]?.string == "oidc" ? .oidc : .other,
      issuer: issuer, keys: keys[issuer] ?? [])
    scopes = config?["scopes"]?.strings ?? ["openid", "profile", "email"]
    userNameKey = config?["userNameKey"]?.string ?? "name"
    getsUserInfo = config?["getUserInfo"]?.bool ?? false
  }
}

extension JSONValue {
  fileprivate var strings: [String]? { array?.compactMap(\.string) }
}
