import FoundationEssentials
import TestSupport
import Testing
import TokenExchange

@testable import tokenxchange

/// The identifier, message and hint of each doctor finding that is not an error of get-token.
struct DoctorMessagesTests {
  private static let dex = url("https://dex.example/dex")
  private static let server = url("https://b.example:6443")
  private static let tlsPort = InvalidResponse(.plainHTTPToTLSPort, status: 400)
  private static let now = Date(timeIntervalSince1970: 1_800_000_000)

  private static func url(_ text: String) -> EndpointURL {
    guard let url = try? EndpointURL(text) else { preconditionFailure("not a URL: \(text)") }
    return url
  }

  @Test(
    "warnings have a message and a hint: exit 0",
    arguments: [
      Row(
        "get-token warning", .warning(.certificatesNotVerified(host: "dex.example")),
        [
          "certificates-not-verified",
          "--insecure-skip-tls-verify is on: anyone between here and dex.example can read the token",
          "remove it; if Dex has a private CA, pass --certificate-authority",
        ]),
      Row(
        "scopes",
        .unknownScopes([.init(name: "federated_id", nearest: "federated:id"), .init(name: "x")]),
        [
          "unknown-scopes", "Dex does not support the scopes federated_id, x and ignores them",
          "did you mean federated:id for \"federated_id\"? supported scopes: "
            + DexScope.known.sorted().joined(separator: ", "),
        ]),
      Row(
        "variables",
        .unknownVariables([
          UnknownVariable(name: "TOKENXCHANGE_ISSUR", nearest: "TOKENXCHANGE_ISSUER"),
          UnknownVariable(name: "TOKENXCHANGE_X", nearest: nil),
        ]),
        [
          "unknown-variables",
          "TOKENXCHANGE_ISSUR is unknown and ignored; did you mean TOKENXCHANGE_ISSUER?; "
            + "TOKENXCHANGE_X is unknown and ignored",
          "rename or remove them; tokenxchange help COMMAND lists the variables of a command",
        ]),
      Row(
        "version", .apiVersionMismatch(requested: .v1beta1, option: "v1"),
        [
          "api-version-mismatch", "the client requests v1beta1, but --api-version is v1",
          "kubectl accepts only the version in its kubeconfig: omit --api-version",
        ]),
      Row(
        "token issued by Dex", .subjectToken(.issuedByDex),
        [
          "subject-token-issued-by-dex", "the token was issued by this Dex itself",
          "--token-file must name a service account token",
        ]),
      Row(
        "audience", .subjectToken(.apiServerAudience("k3s")),
        [
          "subject-token-api-server-audience",
          "the token's audience is the API server's own: k3s",
          "Dex accepts it, but anyone who gets the token can also act in this cluster: mount a "
            + "projected volume with its own audience, such as dex",
        ]),
      Row(
        "access token", .subjectToken(.sentAsAccessToken),
        [
          "subject-token-sent-as-access-token",
          "the token is sent as access_token, so Dex queries the issuer's userinfo endpoint",
          "a service account issuer has no such endpoint: omit --subject-token-type",
        ]),
      Row(
        "subject token not yet valid",
        .warning(.subjectTokenNotYetValid(from: now.addingTimeInterval(200), now: now)),
        [
          "subject-token-not-yet-valid",
          "the subject token is not valid before 2027-01-15T08:03:20Z, in 3 min (local clock: "
            + "2027-01-15T08:00:00Z)",
          "Dex accepts up to 5 min; compare this machine's clock with that of the API server that "
            + "issued the token",
        ]),
      Row(
        "file mode", .subjectToken(.worldWritable),
        [
          "token-file-world-writable", "every user can write the token file",
          "files in kubelet's volumes are never writable for all users: check the volume",
        ]),
      Row(
        "subPath", .subjectToken(.subPathMount),
        [
          "token-file-sub-path-mount",
          "the token file is mounted by subPath, so kubelet never renews it",
          "mount the volume as a directory, and pass the file in it",
        ]),
      Row(
        "not renewed", .subjectToken(.notRenewed(percent: 94)),
        [
          "token-file-not-renewed",
          "the token is at 94 % of its lifetime, but kubelet renews at 80 %",
          "is the file a copy, or mounted by subPath? kubelet's log shows failed renewals",
        ]),
      Row(
        "clock", .clockDifference(ClockDifference(seconds: -120)),
        [
          "clock-difference", "this machine's clock is 2 min behind Dex's",
          "synchronize both clocks (NTP): they determine when a token is valid",
        ]),
      Row(
        "trailing slash of the issuer",
        .discovery(.issuerDiffersBySlash(found: "https://a", option: "https://a/")),
        [
          "issuer-trailing-slash",
          "--issuer https://a/ differs from Dex's issuer https://a by a trailing slash",
          "write it as in Dex's config.yaml: API servers compare issuers exactly",
        ]),
      Row(
        "token endpoint",
        .discovery(.tokenEndpointMismatch(found: "https://dex.example/token", configured: dex)),
        [
          "token-endpoint-mismatch",
          "Dex's token endpoint is https://dex.example/token, but requests go to "
            + "https://dex.example/dex",
          "omit --token-url, or pass the complete path",
        ]),
      Row(
        "opaque token", .result(.opaque(dex)),
        [
          "token-opaque", "the token from Dex is not a JWT, so no API server accepts it",
          "check https://dex.example/dex: is it Dex 2.38 or later?",
        ]),
      Row(
        "trailing slash of the token's issuer", .result(.issuerDiffersBySlash(issuer: "https://a")),
        [
          "token-issuer-trailing-slash",
          "the issuer https://a differs from --issuer by a trailing slash",
          "API servers compare issuers exactly: configure this issuer there",
        ]),
      Row(
        "token not yet valid",
        .result(.notYetValid(start: now.addingTimeInterval(200), now: now)),
        [
          "token-not-yet-valid",
          "Dex's token is not valid before 2027-01-15T08:03:20Z, in 3 min (local clock: "
            + "2027-01-15T08:00:00Z)",
          "compare this machine's clock with Dex's: API servers reject the token until then",
        ]),
      Row(
        "lifetime", .result(.longLifetime(86_400, subjectToken: 3600)),
        [
          "token-long-lifetime",
          "Dex's token is valid for 24 h, longer than the subject token (1 h)",
          "set expiry.idTokens in Dex's config.yaml to 1h or less: deleting the pod revokes "
            + "nothing, and the default is 24h",
        ]),
      Row(
        "expiry margin", .result(.noExpiryMargin),
        [
          "no-expiry-margin",
          "--expiry-margin is 0: client-go uses the token until its last second",
          "set --expiry-margin=60s; otherwise some requests fail with 401 Unauthorized",
        ]),
      Row(
        "impostor", .result(.claimLikeServiceAccount(.name)),
        [
          "claim-like-service-account",
          "the claim name contains the name of another service account",
          "an API server that maps name would treat the user as that service account: map "
            + "federated_claims.user_id and check connector_id",
        ]),
      Row(
        "composed name", .apiServer(.composedUsername("dex:u")),
        [
          "api-server-composes-user-name",
          "the API server sees the user dex:u, which is not a claim of the token",
          "its username expression composes the name: bind exactly this name in RBAC",
        ]),
      Row(
        "sub", .apiServer(.mapsSubject(user: "CgF1EgFj")),
        [
          "api-server-maps-sub", "the API server maps sub: the username is the opaque CgF1EgFj",
          "bind exactly this name in RBAC (generate rbac computes it), or map "
            + "federated_claims.user_id in an AuthenticationConfiguration",
        ]),
      Row(
        "name", .apiServer(.mapsUnsafeClaim(.name, user: "u")),
        [
          "api-server-maps-unsafe-claim",
          "the API server maps name: others can also become the user u",
          "map federated_claims.user_id and check federated_claims.connector_id: name is not "
            + "unique across connectors",
        ]),
      Row(
        "build", .noTLSOptions,
        [
          "no-tls-options",
          "this build cannot set TLS and proxy options, and therefore sends no requests",
          "build it with make static, or use a released binary",
        ]),
    ] as [Row<DoctorFinding, [String]>])
  func warnings(row: Row<DoctorFinding, [String]>) {
    expect(row.input, row.output, .done)
    #expect(row.input.status == .warning)
  }

  @Test(
    "failures have a message, a hint and an exit code",
    arguments: [
      Row(
        "a token instead of a plugin", (.client(.noPlugin(.token, name: "admin")), .usage),
        [
          "client-no-plugin",
          "admin has a token in its configuration, which client-go uses instead of a plugin",
          "nothing to examine: pass another context, or a Secret with execProviderConfig",
        ]),
      Row(
        "no credential", (.client(.noPlugin(.none, name: "admin")), .usage),
        [
          "client-no-plugin", "admin has neither a credential nor a plugin in its configuration",
          "nothing to examine: pass another context, or a Secret with execProviderConfig",
        ]),
      Row(
        "no document",
        (.discovery(.noDocument(dex, status: 404, otherIssuer: nil)), .invalidResponse),
        [
          "no-discovery-document", "https://dex.example/dex returned 404",
          "set --issuer to issuer in Dex's config.yaml, with its complete path, often /dex; or an "
            + "ingress in front of Dex does not forward this path",
        ]),
      Row(
        "another document",
        (.discovery(.noDocument(dex, status: 200, otherIssuer: "https://a")), .invalidResponse),
        [
          "no-discovery-document",
          "https://dex.example/dex returned 200 without a discovery document; there is one for the "
            + "issuer https://a",
          "set --issuer to issuer in Dex's config.yaml, with its complete path, often /dex; or an "
            + "ingress in front of Dex does not forward this path",
        ]),
      Row(
        "issuer",
        (.discovery(.issuerMismatch(found: "https://a", option: "https://b")), .invalidResponse),
        [
          "issuer-mismatch", "the issuer of Dex is https://a, but --issuer is https://b",
          "--issuer must equal issuer in Dex's config.yaml exactly; if Dex is "
            + "reached at another URL, keep the issuer and add --token-url",
        ]),
      Row(
        "grant", (.discovery(.exchangeNotOffered(dex)), .oauthError),
        [
          "exchange-not-offered", "Dex at dex.example does not offer the token exchange",
          "add urn:ietf:params:oauth:grant-type:token-exchange to oauth2.grantTypes in Dex's "
            + "config.yaml, or remove that list; the exchange needs Dex 2.38 or later",
        ]),
      Row(
        "http to https", (.httpToTLSPort(dex, status: 400), .usage),
        [
          "http-to-https-port", Diagnosis(tlsPort, from: dex).message.text,
          Diagnosis(tlsPort, from: dex).hint.text,
        ]),
      Row(
        "401",
        (
          .apiServer(
            .error(
              .unauthorized(
                server,
                TokenObservations(
                  issuer: "https://a", audiences: ["b", "c"], absentClaims: [.email])))),
          .oauthError
        ),
        [
          "api-server-unauthorized",
          "the API server https://b.example:6443 returned 401 Unauthorized for Dex's token",
          "likely: (1) its client ID or audiences include none of b, c; (2) it does not trust the "
            + "issuer https://a (compared exactly); (3) it maps a claim that "
            + "is not in the token (absent here: email), or a claimValidationRule rejects the "
            + "token; (4) it cannot fetch the keys of Dex: check DNS, network and CA "
            + "(--oidc-ca-file, certificateAuthority); its log has the reason next to "
            + "\"Unable to authenticate the request\"",
        ]),
      Row(
        "401 with observed causes",
        (
          .apiServer(
            .error(
              .unauthorized(
                server,
                TokenObservations(
                  issuer: "https://a", audiences: ["b"], absentClaims: [.federatedUserID],
                  isEmailUnverified: true, isKeyPublished: false,
                  clockDifference: ClockDifference(seconds: 120))))),
          .oauthError
        ),
        [
          "api-server-unauthorized",
          "the API server https://b.example:6443 returned 401 Unauthorized for Dex's token",
          "likely: (1) Dex does not publish the token's key (see above); (2) the clocks differ: "
            + "this machine is 2 min ahead of Dex, and the API server may agree with either; (3) it "
            + "maps federated_claims, which the token lacks: request the scope federated:id; (4) its "
            + "client ID or audiences include none of b; (5) it does not trust the issuer https://a "
            + "(compared exactly); (6) it maps a claim that is not in the token (absent here: "
            + "federated_claims.user_id), or email, which is not verified, or a claimValidationRule "
            + "rejects the token; its log has the reason next to \"Unable to authenticate the "
            + "request\"",
        ]),
      Row(
        "403", (.apiServer(.error(.forbidden(server, message: nil))), .oauthError),
        [
          "api-server-forbidden", "the API server https://b.example:6443 returned 403: no message",
          "the token is valid; if the user is system:anonymous, a proxy removed the token, "
            + "otherwise bind the role system:basic-user to system:authenticated",
        ]),
      Row(
        "not an API server",
        (.apiServer(.error(.notAPIServer(server, status: 404))), .invalidResponse),
        [
          "not-an-api-server",
          "https://b.example:6443 returned 404 without a SelfSubjectReview",
          "is it the URL of an API server, and of Kubernetes 1.28 or later?",
        ]),
    ] as [Row<(DoctorFinding, ExitCode), [String]>])
  func failures(row: Row<(DoctorFinding, ExitCode), [String]>) {
    expect(row.input.0, row.output, row.input.1)
    #expect(row.input.0.status == .failed)
  }

  @Test(
    "no connection to the API server: exit 4, and the hint names the API server's options",
    arguments: [
      Row(
        "TLS", .tls(.expired),
        "renew the expired certificate; if both are valid, the local clock is wrong"),
      Row(
        "refused", .connectionRefused,
        "take --server from the kubeconfig or the Argo CD cluster Secret"),
    ] as [Row<TransportError, String>])
  func connection(row: Row<TransportError, String>) {
    let finding = DoctorFinding.apiServer(
      .error(.transport(row.input, Self.server, timeout: 10)))
    let report = DoctorReport.Finding(finding)
    #expect(report.identifier == .apiServerConnection)
    #expect(report.diagnosis.hint.text == row.output)
    #expect(report.diagnosis.exitCode == .network)
  }

  @Test("an API server with an unknown CA: exit 2, and the hint names --server-ca")
  func unknownAuthority() {
    let finding = DoctorFinding.apiServer(
      .error(.transport(.tls(.unknownIssuer(reason: "x")), Self.server, timeout: 10)))
    expect(
      finding,
      [
        "api-server-unknown-authority",
        "b.example:6443 has a certificate from an unknown issuer (x)",
        "pass its CA with --server-ca or --server-ca-data: certificate-authority-data of a "
          + "kubeconfig that works",
      ], .usage)
  }

  @Test("an error caused by a wrong clock keeps its exit code, and its message is in the hint")
  func wrongClock() {
    let error = CommandError.check(.empty("/token"))
    let finding = DoctorFinding.subjectToken(
      .wrongClock(ClockDifference(seconds: 3600), error))
    expect(
      finding,
      [
        "wrong-clock",
        "this machine's clock is 1 h ahead of Dex's; by Dex's clock, the subject token is valid",
        "synchronize this machine's clock (NTP); by its own clock: /token is empty",
      ], .subjectToken)
    #expect(finding.status == .failed)
  }

  @Test("failures precede warnings")
  func order() {
    var step = DoctorStep(.discovery)
    #expect(step.status == .ok)
    step.add(.noTLSOptions)
    #expect(step.status == .warning)
    let failure = DoctorFinding.discovery(.exchangeNotOffered(Self.dex))
    step.add(failure)
    step.add(.result(.noExpiryMargin))
    #expect(step.findings == [failure, .noTLSOptions, .result(.noExpiryMargin)])
    #expect(step.status == .failed)
  }

  private func expect(_ finding: DoctorFinding, _ lines: [String], _ exitCode: ExitCode) {
    let report = DoctorReport.Finding(finding)
    let diagnosis = report.diagnosis
    #expect([report.identifier.rawValue, diagnosis.message.text, diagnosis.hint.text] == lines)
    #expect(diagnosis.exitCode == exitCode)
  }
}
