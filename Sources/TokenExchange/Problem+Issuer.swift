/// What can be wrong with an issuer's public documents.
extension Problem {
  /// No discovery document.
  public static func notDiscovery(_ source: String, _ what: String) -> Problem {
    Problem(
      .answer, "the discovery document of \(source.sanitized()) \(what)",
      hint: "it is what kubectl get --raw \(IssuerMetadata.discoveryPath) prints")
  }

  /// No usable key set.
  public static func notKeySet(_ source: String, _ what: String) -> Problem {
    Problem(
      .answer, "the key set of \(source.sanitized()) \(what.sanitized())",
      hint: "it is what kubectl get --raw \(IssuerMetadata.keysPath) prints; nothing was published"
    )
  }

  /// The documents belong to another address.
  public static func otherIssuer(_ issuer: String, wanted: String) -> Problem {
    let endsInSlash = (issuer.utf8.last == UInt8(ascii: "/"), wanted.utf8.last == UInt8(ascii: "/"))
    let slash =
      endsInSlash.0 != endsInSlash.1
      && issuer.utf8.dropLast(endsInSlash.0 ? 1 : 0).elementsEqual(
        wanted.utf8.dropLast(endsInSlash.1 ? 1 : 0))
    return Problem(
      .usage,
      "the issuer is \(issuer.sanitized()) and not \(wanted.sanitized())"
        + (slash ? ": they differ by a slash at the end" : ""),
      hint: "tokens carry the issuer, so it must be the public address to the letter: set "
        + "kube-apiserver's --service-account-issuer to it, first, and keep the old one behind it")
  }
}
