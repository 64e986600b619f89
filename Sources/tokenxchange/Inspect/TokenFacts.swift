import Encoding
import FoundationEssentials
import Platform
import TokenExchange

/// The claims of a token as facts; they are not verified, and the signature is not shown.
struct TokenFacts {
  /// The apparent issuer.
  enum Kind: String {
    case serviceAccount = "service account token"
    case dex = "Dex token"
    case other = "JSON Web Token"
  }

  let jwt: UnverifiedJWT
  let now: Date

  var kind: Kind {
    if jwt.claims["kubernetes.io"]?.object != nil { return .serviceAccount }
    return dexSubject != nil || jwt.claims["federated_claims"]?.object != nil ? .dex : .other
  }

  /// The parts of Dex's opaque `sub`.
  var dexSubject: DexSubject? { jwt.subject.flatMap(DexSubject.init) }

  /// The interval in which kubelet uses the token; nil if a claim is missing.
  ///
  /// The API server extends the lifetime of tokens for itself to a year, for old clients that never
  /// reread the file; kubelet still renews them by `warnafter`.
  var validity: DateInterval? {
    guard let start = jwt.issuedAt ?? jwt.notBefore, let expiry = jwt.expiry else { return nil }
    let warning = jwt.claims["kubernetes.io"]?["warnafter"]?.lenientNumber
    let end = warning.map { min(expiry, Date(timeIntervalSince1970: $0)) } ?? expiry
    return end > start ? DateInterval(start: start, end: end) : nil
  }

  /// The important claims, most useful first.
  var rows: [Fact] {
    var rows = [Fact("kind", kind.rawValue), Fact("header", header)]
    rows.append(Fact("issuer", jwt.issuer ?? "none"))
    rows.append(Fact("subject", jwt.subject ?? "none"))
    rows += identity
    let noAudience = jwt.claims["aud"].map { "invalid: " + Self.text($0) } ?? "none"
    rows.append(
      Fact(
        "audience", jwt.audiences.isEmpty ? noAudience : jwt.audiences.joined(separator: ", ")))
    if let date = jwt.issuedAt { rows.append(Fact("issued", when(date))) }
    if let date = jwt.notBefore { rows.append(Fact("not before", when(date))) }
    let noExpiry = jwt.claims["exp"].map { "invalid: " + Self.text($0) } ?? "never (no exp claim)"
    rows.append(Fact("expires", jwt.expiry.map(when) ?? noExpiry))
    return rows
  }

  /// The claims that are not in `rows`.
  var others: [Fact] {
    let shown: Set = [
      "iss", "sub", "aud", "iat", "nbf", "exp", "kubernetes.io", "federated_claims",
    ]
    return jwt.claims.keys.filter { !shown.contains($0) }.sorted().map { name in
      Fact(name.sanitized(maxLength: 60), Self.text(jwt.claims[name]))
    }
  }

  private var header: String {
    jwt.header.keys.sorted().map { "\($0) \(Self.text(jwt.header[$0]))" }.joined(separator: ", ")
  }

  private var identity: [Fact] {
    var rows: [Fact] = []
    if let bound = jwt.claims["kubernetes.io"] {
      if let name = bound["namespace"]?.string { rows.append(Fact("namespace", name)) }
      for (label, key) in [("service account", "serviceaccount"), ("pod", "pod"), ("node", "node")]
      {
        if let name = bound[key]?["name"]?.string { rows.append(Fact(label, name)) }
      }
    }
    if let dexSubject {
      rows.append(Fact("sub: user id", dexSubject.userID))
      rows.append(Fact("sub: connector", dexSubject.connectorID))
    }
    if let federated = jwt.claims["federated_claims"]?.object {
      for name in federated.keys.sorted() {
        rows.append(Fact("federated \(name)", Self.text(federated[name])))
      }
    }
    return rows
  }

  /// A string without quotes, other values as JSON.
  private static func text(_ value: JSON?) -> String { value?.string ?? value?.text() ?? "" }

  private func when(_ date: Date) -> String { DurationText.date(date, relativeTo: now) }
}
