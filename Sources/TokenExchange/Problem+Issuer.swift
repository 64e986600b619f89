/// Who serves an issuer's documents.
public enum IssuerHost: Sendable {
  /// The cluster's API server.
  case apiServer
  /// A public site, such as a bucket.
  case publicSite
}

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

  /// A status other than 200.
  public static func documentStatus(
    _ url: EndpointURL, _ answer: HTTPResponse, from host: IssuerHost
  ) -> Problem {
    let hint =
      switch (answer.status, host) {
      case (401, .apiServer), (403, .apiServer):
        "bind the ClusterRole system:service-account-issuer-discovery to this caller, and give "
          + "--token-file"
      case (401, .publicSite), (403, .publicSite):
        "the site must be readable without credentials: make the bucket's two objects public "
          + "(some buckets answer 403 for an object that does not exist)"
      case (406, _):
        "the server must serve the keys as application/jwk-set+json or application/json"
      case (300..<400, _): "redirects are not followed: give the final address"
      default: "is this the issuer's address, with nothing before or behind it?"
      }
    return Problem(
      answer.status >= 500 || answer.status == 429 ? .network : .answer,
      "\(url.text) answered \(answer.status)", hint: hint)
  }

  /// A document that was uploaded compressed.
  public static func compressedDocument(_ url: EndpointURL) -> Problem {
    Problem(
      .answer, "the document at \(url.text) is stored compressed (gzip)",
      hint: "upload the file as it is, without gzip and without Content-Encoding: not every "
        + "verifier decompresses it")
  }

  /// What is published is not what it should be.
  public static func publishedDiffers(_ url: EndpointURL, _ differences: [String]) -> Problem {
    Problem(
      .unexpected,
      "what is published at \(url.text) differs: "
        + differences.joined(separator: "; ").sanitized(maxLength: 600),
      hint: "publish again: verifiers refuse tokens whose key is missing, and trust stale ones")
  }
}
