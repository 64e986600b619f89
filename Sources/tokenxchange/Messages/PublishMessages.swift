import Encoding
import OpenIDConnect
import Platform
import TokenExchange

extension Diagnosis {
  init(_ error: PublishError) {
    switch error {
    case .missingDirectory:
      self.init(
        "missing argument: DIR to write to, or --check=URL to compare",
        hint: "example: tokenxchange publish-issuer --from-server=… --public-url=… site")
    case .conflict(let first, let second, let conflict):
      self.init(
        "\(option: first) and \(untrusted: second) cannot be used together",
        hint: conflict.hint)
    case .transport(let error, let url, let host, let timeout):
      self.init(error, url, from: host, timeout: timeout)
    case .status(let status, let url, let host):
      self.init(
        "\(untrusted: url.text) returned \(status)", hint: Self.hint(status: status, host),
        exitCode: status >= 500 || status == 429 ? .network : .invalidResponse)
    case .compressed(let url):
      self.init(
        "the document at \(untrusted: url.text) is stored compressed (gzip)",
        hint: "upload it without gzip and Content-Encoding: not every verifier decompresses it",
        exitCode: .invalidResponse)
    case .metadata(let error, let discovery, let keys):
      self.init(error, discovery: discovery, keys: keys)
    case .differences(let url, let differences):
      let list = differences.map { Message($0).text }.joined(separator: "; ")
      self.init(
        """
        the documents published at \(untrusted: url.text) differ: \(untrusted: list, maxLength: 600)
        """,
        hint:
          "publish again: verifiers reject tokens with a missing key, and still trust stale keys",
        exitCode: .unexpected)
    case .notWritten(let error, let path): self.init(error, source: path)
    }
  }

  private init(
    _ error: TransportError, _ url: EndpointURL, from host: IssuerHost, timeout: Double
  ) {
    if error == .compressed, host == .publicSite {
      self.init(.compressed(url) as PublishError)
      return
    }
    self.init(error, to: url, timeout: timeout)
    if let hint = Self.hint(error, url, from: host, timeout: timeout) { self.hint = hint }
  }

  /// What differs from an exchange: the server is not Dex, and its CA has another option.
  private static func hint(
    _ error: TransportError, _ url: EndpointURL, from host: IssuerHost, timeout: Double
  ) -> Message? {
    let authority = host == .apiServer ? "--server-ca" : "--certificate-authority"
    switch error {
    case .connectionRefused: return "check the host and port: is a server listening there?"
    case .connectionClosed:
      return "the server or a proxy in front of it closed the connection: check their logs"
    case .timedOut(.response) where timeout >= 1, .timedOut(.responseBody) where timeout >= 1:
      return """
        the server or a proxy in front of it is slow or stuck: check its log; --timeout allows more \
        time
        """
    case .tls(.unknownIssuer):
      return """
        pass its CA with \(option: authority); if it is set, an intermediate certificate may be \
        missing: openssl s_client -connect \(hostAndPort: url) -showcerts
        """
    case .tls(.clientCertificateRequired):
      return """
        publish-issuer has no client certificate: pass the documents with --openid-configuration \
        and --jwks
        """
    case .noTrustStore, .unreadableTrustStore:
      return "pass the server's CA with \(option: authority), or mount a CA bundle"
    case .bodyTooLarge, .headersTooLarge: return notIssuer
    case .notHTTP: return "check the port: it must be the server's http or https port"
    default: return nil
    }
  }

  private static let notIssuer: Message =
    "check the URL: it must be the issuer, without an additional path"

  private init(_ error: IssuerMetadataError, discovery: String, keys: String) {
    switch error {
    case .discoveryNotJSON: self.init(invalidDiscovery: discovery, "not a JSON object")
    case .duplicateMember(let name):
      self.init(
        invalidDiscovery: discovery, "it has the member \(quoted: name) twice in one object")
    case .missingIssuer: self.init(invalidDiscovery: discovery, "it has no issuer")
    case .keySet(let error): self.init(invalidKeySet: keys, Message(error))
    case .unlistedAlgorithm(let keyID, let algorithm):
      self.init(
        invalidKeySet: keys,
        """
        key \(untrusted: keyID) is for \(untrusted: algorithm), which the discovery document does \
        not list
        """)
    case .issuerMismatch(let found, let expected):
      self.init(
        """
        the issuer is \(untrusted: found), expected \(untrusted: expected)\
        \(found.differsOnlyByTrailingSlash(from: expected) ? ": they differ by a trailing slash" : "")
        """,
        hint: """
          the public URL must be exactly the issuer of the tokens: set kube-apiserver's first \
          --service-account-issuer to it and keep the old issuer as the second
          """)
    }
  }

  private init(invalidDiscovery source: String, _ reason: Message) {
    self.init(
      "invalid discovery document \(untrusted: source): \(reason)",
      hint: "expected the output of kubectl get --raw \(example: IssuerMetadata.discoveryPath)",
      exitCode: .invalidResponse)
  }

  private init(invalidKeySet source: String, _ reason: Message) {
    self.init(
      "invalid key set \(untrusted: source): \(reason)",
      hint: """
        expected the output of kubectl get --raw \(example: IssuerMetadata.keysPath); nothing was \
        published
        """,
      exitCode: .invalidResponse)
  }

  private static func hint(status: Int, _ host: IssuerHost) -> Message {
    switch (status, host) {
    case (401, .apiServer), (403, .apiServer):
      """
      bind the ClusterRole system:service-account-issuer-discovery to this user and pass \
      --token-file
      """
    case (401, .publicSite), (403, .publicSite):
      """
      allow anonymous reads: make the bucket's two objects public (some buckets return 403 for a \
      missing object)
      """
    case (406, _): "the server must serve the keys as application/jwk-set+json or application/json"
    case (300..<400, _): "redirects are not followed: pass the final URL"
    case (429, _), (500..., _):
      "the server is overloaded or down: check its log, or try again later"
    default: notIssuer
    }
  }
}

extension Message {
  /// Why a key set is invalid, to follow "invalid key set …: ".
  init(_ error: JWKSetError) {
    self =
      switch error {
      case .notKeySet: "not a JSON object with a list of keys"
      case .duplicateMember(let name): "it has the member \(quoted: name) twice in one object"
      case .noKeys: "it has no keys"
      case .missingKeyID(let number): "key \(number) has no kid"
      case .duplicateKeyID(let id): "two keys have the kid \(untrusted: id)"
      case .invalidKey(let id, .privateMembers): "key \(untrusted: id) is a private or secret key"
      case .invalidKey(let id, .notForSignatures):
        "key \(untrusted: id) is not for signatures: its use is not sig"
      case .invalidKey(let id, .unsupportedType(let type)):
        "key \(untrusted: id) is of the type \(untrusted: type ?? "none"): expected RSA or EC"
      case .invalidKey(let id, .invalidMember(let name)):
        "key \(untrusted: id) has no valid \(untrusted: name)"
      case .invalidKey(let id, .shortModulus):
        "key \(untrusted: id) has fewer than 1024 bits"
      case .invalidKey(let id, .unsupportedCurve(let curve)):
        "key \(untrusted: id) is on the unsupported curve \(untrusted: curve)"
      }
  }

  fileprivate init(_ difference: IssuerMetadata.Difference) {
    self =
      switch difference {
      case .member(let name, let published, let expected):
        """
        \(untrusted: name) is \(untrusted: published ?? "missing", maxLength: 600), expected \
        \(untrusted: expected ?? "none", maxLength: 600)
        """
      case .missingKey(let id): "key \(untrusted: id) is missing"
      case .staleKey(let id): "key \(untrusted: id) is stale"
      case .changedKey(let id): "key \(untrusted: id) has different key material"
      }
  }
}

extension PublishError.Conflict {
  fileprivate var hint: Message {
    switch self {
    case .serverOptionWithFiles: "it applies to --from-server only"
    case .serverAndFiles: "read the documents from the server or from files"
    case .directoryWithCheck: "--check writes nothing: omit the directory"
    case .publicURLWithCheck: "--check already names the public URL"
    case .certificateAuthorityWithoutCheck:
      "it applies to --check only; the CA of the API server is --server-ca"
    }
  }
}
