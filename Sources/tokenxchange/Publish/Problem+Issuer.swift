import TokenExchange

/// Who serves an issuer's documents.
enum IssuerHost: Sendable {
  /// The cluster's API server.
  case apiServer
  /// A site, such as a bucket.
  case publicSite
}

extension Problem {
  /// A status other than 200.
  static func documentStatus(
    _ url: EndpointURL, _ answer: HTTPResponse, from host: IssuerHost
  ) -> Problem {
    let hint =
      switch (answer.status, host) {
      case (401, .apiServer), (403, .apiServer):
        "bind the ClusterRole system:service-account-issuer-discovery to this caller, and give "
          + "--token-file"
      case (401, .publicSite), (403, .publicSite):
        "the site must be readable without credentials: make the bucket's two objects "
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
  static func compressedDocument(_ url: EndpointURL) -> Problem {
    Problem(
      .answer, "the document at \(url.text) is stored compressed (gzip)",
      hint: "upload the file as it is, without gzip and without Content-Encoding: not every "
        + "verifier decompresses it")
  }

  /// What is published is not what it should be.
  static func publishedDiffers(_ url: EndpointURL, _ differences: [String]) -> Problem {
    Problem(
      .unexpected,
      "what is published at \(url.text) differs: "
        + differences.joined(separator: "; ").sanitized(maxLength: 600),
      hint: "publish again: verifiers refuse tokens whose key is missing, and trust stale ones")
  }
}
