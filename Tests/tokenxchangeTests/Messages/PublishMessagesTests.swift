import Encoding
import OpenIDConnect
import Platform
import TestSupport
import Testing
import TokenExchange

@testable import tokenxchange

/// The messages of `publish-issuer`.
struct PublishMessagesTests {
  private static let url = try? EndpointURL("https://oidc.example/a")

  private static func metadata(_ error: IssuerMetadataError) -> PublishError {
    .metadata(error, discovery: "https://a/d", keys: "https://a/k")
  }

  private static func key(_ fault: JWKSetError.InvalidKey) -> PublishError {
    metadata(.keySet(.invalidKey(id: "a", fault)))
  }

  private static let discoveryHint =
    "expected the output of kubectl get --raw /.well-known/openid-configuration"
  private static let keysHint =
    "expected the output of kubectl get --raw /openid/v1/jwks; nothing was published"

  @Test(
    "unusable documents: exit 6",
    arguments: [
      Row(
        "discovery not JSON", metadata(.discoveryNotJSON),
        ["invalid discovery document https://a/d: not a JSON object", discoveryHint]),
      Row(
        "duplicate member", metadata(.duplicateMember("issuer")),
        [
          "invalid discovery document https://a/d: it has the member \"issuer\" twice in one object",
          discoveryHint,
        ]),
      Row(
        "duplicate member of a key", metadata(.keySet(.duplicateMember("kid"))),
        ["invalid key set https://a/k: it has the member \"kid\" twice in one object", keysHint]),
      Row(
        "missing issuer", metadata(.missingIssuer),
        ["invalid discovery document https://a/d: it has no issuer", discoveryHint]),
      Row(
        "unlisted algorithm", metadata(.unlistedAlgorithm(keyID: "a", algorithm: "PS256")),
        [
          "invalid key set https://a/k: key a is for PS256, which the discovery document does not "
            + "list", keysHint,
        ]),
      Row(
        "not a key set", metadata(.keySet(.notKeySet)),
        ["invalid key set https://a/k: not a JSON object with a list of keys", keysHint]),
      Row(
        "no keys", metadata(.keySet(.noKeys)),
        ["invalid key set https://a/k: it has no keys", keysHint]),
      Row(
        "missing kid", metadata(.keySet(.missingKeyID(number: 2))),
        ["invalid key set https://a/k: key 2 has no kid", keysHint]),
      Row(
        "duplicate kid", metadata(.keySet(.duplicateKeyID("a"))),
        ["invalid key set https://a/k: two keys have the kid a", keysHint]),
      Row(
        "private key", key(.privateMembers),
        ["invalid key set https://a/k: key a is a private or secret key", keysHint]),
      Row(
        "encryption key", key(.notForSignatures),
        [
          "invalid key set https://a/k: key a is not for signatures: its use is not sig", keysHint,
        ]),
      Row(
        "unsupported type", key(.unsupportedType("oct")),
        ["invalid key set https://a/k: key a is of the type oct: expected RSA or EC", keysHint]),
      Row(
        "missing type", key(.unsupportedType(nil)),
        ["invalid key set https://a/k: key a is of the type none: expected RSA or EC", keysHint]),
      Row(
        "invalid member", key(.invalidMember("n")),
        ["invalid key set https://a/k: key a has no valid n", keysHint]),
      Row(
        "short modulus", key(.shortModulus),
        ["invalid key set https://a/k: key a has fewer than 1024 bits", keysHint]),
      Row(
        "unsupported curve", key(.unsupportedCurve("P-1")),
        ["invalid key set https://a/k: key a is on the unsupported curve P-1", keysHint]),
      Row(
        "control characters", metadata(.keySet(.duplicateKeyID("a\n\u{1B}[1mb"))),
        ["invalid key set https://a/k: two keys have the kid a [1mb", keysHint]),
    ] as [Row<PublishError, [String]>])
  func documents(row: Row<PublishError, [String]>) {
    expect(row, .invalidResponse)
  }

  @Test(
    "wrong issuer: exit 2",
    arguments: [
      Row("host", "https://other", "the issuer is https://other, expected https://oidc.example/a"),
      Row(
        "slash", "https://oidc.example/a/",
        "the issuer is https://oidc.example/a/, expected https://oidc.example/a: they differ by a "
          + "trailing slash"),
    ])
  func issuer(row: Row<String, String>) {
    let hint =
      "the public URL must be exactly the issuer of the tokens: set kube-apiserver's first "
      + "--service-account-issuer to it and keep the old issuer as the second"
    let error = Self.metadata(
      .issuerMismatch(found: row.input, expected: "https://oidc.example/a"))
    expect(Row("", error, [row.output, hint]), .usage)
  }

  @Test(
    "mutually exclusive options: exit 2",
    arguments: [
      Row("server option with files", .serverOptionWithFiles, "it applies to --from-server only"),
      Row("server and files", .serverAndFiles, "read the documents from the server or from files"),
      Row(
        "directory with --check", .directoryWithCheck,
        "--check writes nothing: omit the directory"),
      Row("--public-url with --check", .publicURLWithCheck, "--check already names the public URL"),
      Row(
        "CA without --check", .certificateAuthorityWithoutCheck,
        "it applies to --check only; the CA of the API server is --server-ca"),
    ] as [Row<PublishError.Conflict, String>])
  func conflicts(row: Row<PublishError.Conflict, String>) {
    let error = PublishError.conflict("--one", "two", row.input)
    expect(Row("", error, ["--one and two cannot be used together", row.output]), .usage)
  }

  @Test("neither a directory nor --check: exit 2")
  func missingDirectory() {
    expect(
      Row(
        "", .missingDirectory,
        [
          "missing argument: DIR to write to, or --check=URL to compare",
          "example: tokenxchange publish-issuer --from-server=… --public-url=… site",
        ]), .usage)
  }

  @Test(
    "statuses other than 200 are reported",
    arguments: [
      Row(
        "API server", (401, .apiServer, .invalidResponse),
        "bind the ClusterRole system:service-account-issuer-discovery to this user and pass "
          + "--token-file"),
      Row(
        "bucket", (403, .publicSite, .invalidResponse),
        "allow anonymous reads: make the bucket's two objects public (some buckets return 403 for "
          + "a missing object)"),
      Row(
        "Accept", (406, .publicSite, .invalidResponse),
        "the server must serve the keys as application/jwk-set+json or application/json"),
      Row(
        "redirect", (302, .publicSite, .invalidResponse),
        "redirects are not followed: pass the final URL"),
      Row(
        "not found", (404, .publicSite, .invalidResponse),
        "check the URL: it must be the issuer, without an additional path"),
      Row(
        "busy", (429, .apiServer, .network),
        "the server is overloaded or down: check its log, or try again later"),
      Row(
        "down", (503, .apiServer, .network),
        "the server is overloaded or down: check its log, or try again later"),
    ] as [Row<(Int, IssuerHost, ExitCode), String>])
  func statuses(row: Row<(Int, IssuerHost, ExitCode), String>) throws {
    let (status, host, exitCode) = row.input
    let error = PublishError.status(status, try #require(Self.url), from: host)
    expect(
      Row("", error, ["https://oidc.example/a returned \(status)", row.output]), exitCode)
  }

  @Test(
    "transport errors have hints that name the server's options",
    arguments: [
      Row(
        "unknown CA of the API server", (.tls(.unknownIssuer(reason: "a")), .apiServer),
        "pass its CA with --server-ca; if it is set, an intermediate certificate may be missing: "
          + "openssl s_client -connect oidc.example:443 -showcerts"),
      Row(
        "unknown CA of the site", (.tls(.unknownIssuer(reason: "a")), .publicSite),
        "pass its CA with --certificate-authority; if it is set, an intermediate certificate may "
          + "be missing: openssl s_client -connect oidc.example:443 -showcerts"),
      Row(
        "client certificate", (.tls(.clientCertificateRequired), .apiServer),
        "publish-issuer has no client certificate: pass the documents with "
          + "--openid-configuration and --jwks"),
      Row(
        "no trust store", (.noTrustStore(searched: [.path("/a")]), .apiServer),
        "pass the server's CA with --server-ca, or mount a CA bundle"),
      Row(
        "refused", (.connectionRefused, .publicSite),
        "check the host and port: is a server listening there?"),
      Row(
        "closed", (.connectionClosed, .publicSite),
        "the server or a proxy in front of it closed the connection: check their logs"),
      Row(
        "slow", (.timedOut(.response), .apiServer),
        "the server or a proxy in front of it is slow or stuck: check its log; --timeout allows "
          + "more time"),
      Row(
        "slow body", (.timedOut(.responseBody), .apiServer),
        "the server or a proxy in front of it is slow or stuck: check its log; --timeout allows "
          + "more time"),
      Row(
        "too large", (.bodyTooLarge, .publicSite),
        "check the URL: it must be the issuer, without an additional path"),
      Row(
        "not HTTP", (.notHTTP("a"), .apiServer),
        "check the port: it must be the server's http or https port"),
      Row(
        "handshake", (.timedOut(.tlsHandshake), .apiServer),
        "is that an https port? a proxy or service mesh in between may block the handshake"),
    ] as [Row<(TransportError, IssuerHost), String>])
  func transport(row: Row<(TransportError, IssuerHost), String>) throws {
    let (error, host) = row.input
    let url = try #require(Self.url)
    #expect(
      Diagnosis(PublishError.transport(error, url, from: host, timeout: 10)).hint.text
        == row.output)
  }

  @Test("a compressed public document: exit 6")
  func compressed() throws {
    let url = try #require(Self.url)
    let lines = [
      "the document at https://oidc.example/a is stored compressed (gzip)",
      "upload it without gzip and Content-Encoding: not every verifier decompresses it",
    ]
    expect(Row("", .compressed(url), lines), .invalidResponse)
    let transport = PublishError.transport(
      TransportError.compressed, url, from: .publicSite, timeout: 10)
    expect(Row("", transport, lines), .invalidResponse)
  }

  @Test("differences of a published site: exit 1")
  func differences() throws {
    let error = PublishError.differences(
      try #require(Self.url),
      [
        .member("issuer", published: "\"a\"", expected: "\"b\""),
        .member("jwks_uri", published: nil, expected: "\"c\""),
        .member("odd", published: "1", expected: nil),
        .missingKey("k1"), .staleKey("k2"), .changedKey("k3"),
      ])
    expect(
      Row(
        "", error,
        [
          "the documents published at https://oidc.example/a differ: issuer is \"a\", expected "
            + "\"b\"; jwks_uri is missing, expected \"c\"; odd is 1, expected none; key k1 is "
            + "missing; key k2 is stale; key k3 has different key material",
          "publish again: verifiers reject tokens with a missing key, and still trust stale keys",
        ]), .unexpected)
  }

  @Test("a token that the server echoes is redacted")
  func redaction() throws {
    let errors: [PublishError] = [
      Self.metadata(.unlistedAlgorithm(keyID: "hunter2-hunter2", algorithm: "hunter2-hunter2")),
      Self.metadata(.issuerMismatch(found: "https://hunter2-hunter2", expected: "")),
      Self.metadata(.keySet(.duplicateKeyID("hunter2-hunter2"))),
      Self.key(.unsupportedCurve("hunter2-hunter2")),
      Self.key(.unsupportedType("hunter2-hunter2")),
      Self.metadata(.keySet(.invalidKey(id: "hunter2-hunter2", .shortModulus))),
      .differences(
        try #require(Self.url),
        [
          .member("hunter2-hunter2", published: "hunter2-hunter2", expected: "hunter2-hunter2"),
          .missingKey("hunter2-hunter2"), .staleKey("hunter2-hunter2"),
          .changedKey("hunter2-hunter2"),
        ]),
    ]
    for error in errors {
      let text = Diagnosis(.publish(error, token: Secret("hunter2-hunter2"))).message.text
      #expect(text.contains("[redacted]") && !text.contains("hunter2"), "\(text)")
    }
  }

  private func expect(_ row: Row<PublishError, [String]>, _ exitCode: ExitCode) {
    let diagnosis = Diagnosis(row.input)
    #expect([diagnosis.message.text, diagnosis.hint.text] == row.output)
    #expect(diagnosis.exitCode == exitCode)
  }
}
