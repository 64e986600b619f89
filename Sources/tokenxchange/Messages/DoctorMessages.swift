import Encoding
import FoundationEssentials
import Platform
import TokenExchange

extension DoctorReport.Finding {
  init(_ finding: DoctorFinding) {
    switch finding {
    case .error(let error): self.init(error.identifier, Diagnosis(error))
    case .warning(let warning):
      self.init(warning.identifier, warning: Message(warning), hint: warning.hint)
    case .client(let finding): self.init(finding)
    case .unknownScopes(let scopes):
      let suggestions = scopes.compactMap { scope in
        scope.nearest.map { "did you mean \(option: $0) for \(word: scope.name)? " as Message }
      }
      self.init(
        .unknownScopes,
        warning: """
          Dex does not support the scopes \
          \(untrusted: scopes.map(\.name).joined(separator: ", ")) and ignores them
          """,
        hint: "\(suggestions.reduce("", +))supported scopes: \(choices: DexScope.known.sorted())")
    case .unknownVariables(let variables):
      let texts = variables.prefix(5).map { "\(unknownVariable: $0)" as Message }
      self.init(
        .unknownVariables,
        warning: texts.dropFirst().reduce(texts.first ?? "") { $0 + "; " + $1 },
        hint: """
          rename or remove \(variables.count == 1 ? "it" : "them"); tokenxchange help COMMAND lists \
          the variables of a command
          """)
    case .apiVersionMismatch(let requested, let option):
      self.init(
        .apiVersionMismatch,
        warning: """
          the client requests \(option: requested.rawValue), but --api-version is \
          \(untrusted: option)
          """,
        hint: "kubectl accepts only the version in its kubeconfig: omit --api-version")
    case .subjectToken(let finding): self.init(finding)
    case .httpToTLSPort(let url, let status):
      self.init(
        .httpToHTTPSPort, Diagnosis(InvalidResponse(.plainHTTPToTLSPort, status: status), from: url)
      )
    case .clockDifference(let difference, let isDex):
      self.init(
        .clockDifference,
        warning:
          "this machine's clock is \(difference) \(isDex ? "Dex's" : "that of the token's issuer")",
        hint: "synchronize both clocks (NTP): they determine when a token is valid")
    case .discovery(let finding): self.init(finding)
    case .duplicateMember(let name, let url, let isDex):
      let error = InvalidResponse(.duplicateMember(name), status: 200)
      if isDex {
        self.init(.noDiscoveryDocument, Diagnosis(error, from: url))
      } else {
        self.init(
          .issuerNoDocument, warning: Diagnosis(error, from: url).message,
          hint: "publish the documents of the issuer again with publish-issuer")
      }
    case .issuer(let finding): self.init(finding)
    case .accessDenied(let error, let context, let observed):
      var diagnosis = Diagnosis(error)
      let hint = AccessDeniedDiagnosis.hint(context.request, now: context.now, observed)
      diagnosis.hint = Message(stringLiteral: Redaction(context.request.secrets)(hint.text))
      self.init(.oauthError, diagnosis)
    case .signIn(let finding): self.init(finding)
    case .result(let finding): self.init(finding)
    case .apiServer(let finding): self.init(finding)
    case .access(let finding): self.init(finding)
    case .noTLSOptions:
      self.init(
        .noTLSOptions,
        warning: "this build cannot set TLS and proxy options, and therefore sends no requests",
        hint: "build it with make static, or use a released binary")
    }
  }

  private init(_ finding: SubjectTokenFinding) {
    switch finding {
    case .wrongClock(let difference, let error):
      let local = Diagnosis(error)
      self.init(
        .wrongClock,
        "this machine's clock is \(difference) Dex's; by Dex's clock, the subject token is valid",
        hint: "synchronize this machine's clock (NTP); by its own clock: \(local.message)",
        exitCode: local.exitCode)
    case .issuedByDex:
      self.init(
        .subjectTokenIssuedByDex, warning: "the token was issued by this Dex itself",
        hint: "--token-file must name a service account token")
    case .apiServerAudience(let audience):
      self.init(
        .subjectTokenAPIServerAudience,
        warning: "the token's audience is the API server's own: \(untrusted: audience)",
        hint: """
          Dex accepts it, but anyone who gets the token can also act in this cluster: mount a \
          projected volume with its own audience, such as dex
          """)
    case .sentAsAccessToken:
      self.init(
        .subjectTokenSentAsAccessToken,
        warning: "the token is sent as access_token, so Dex queries the issuer's userinfo endpoint",
        hint: "a service account issuer has no such endpoint: omit --subject-token-type")
    case .worldWritable:
      self.init(
        .tokenFileWorldWritable, warning: "every user can write the token file",
        hint: "files in kubelet's volumes are never writable for all users: check the volume")
    case .subPathMount:
      self.init(
        .tokenFileSubPathMount,
        warning: "the token file is mounted by subPath, so kubelet never renews it",
        hint: "mount the volume as a directory, and pass the file in it")
    case .notRenewed(let percent):
      self.init(
        .tokenFileNotRenewed,
        warning: "the token is at \(percent) % of its lifetime, but kubelet renews at 80 %",
        hint: "is the file a copy, or mounted by subPath? kubelet's log shows failed renewals")
    }
  }

  private init(_ finding: DiscoveryFinding) {
    switch finding {
    case .noDocument(let url, let status, let otherIssuer):
      let isOtherDocument = (200...299).contains(status)
      self.init(
        .noDiscoveryDocument,
        """
        \(untrusted: url.text) returned \(status)\
        \(isOtherDocument ? " without a discovery document" : "")\
        \(otherIssuer.map { "; there is one for the issuer \(untrusted: $0)" } ?? "")
        """,
        hint: """
          set --issuer to issuer in Dex's config.yaml, with its complete path, often /dex; or an \
          ingress in front of Dex does not forward this path
          """,
        exitCode: .invalidResponse)
    case .issuerMismatch(let found, let option):
      self.init(
        .issuerMismatch,
        "the issuer of Dex is \(untrusted: found), but --issuer is \(untrusted: option)",
        hint: """
          --issuer must equal issuer in Dex's config.yaml exactly; if Dex is \
          reached at another URL, keep the issuer and add --token-url
          """,
        exitCode: .invalidResponse)
    case .issuerDiffersBySlash(let found, let option):
      self.init(
        .issuerTrailingSlash,
        warning: """
          --issuer \(untrusted: option) differs from Dex's issuer \(untrusted: found) by a \
          trailing slash
          """,
        hint: "write it as in Dex's config.yaml: API servers compare issuers exactly")
    case .tokenEndpointMismatch(let found, let configured):
      self.init(
        .tokenEndpointMismatch,
        warning: """
          Dex's token endpoint is \(untrusted: found), but requests go to \
          \(untrusted: configured.text)
          """,
        hint: "omit --token-url, or pass the complete path")
    case .exchangeNotOffered(let url):
      self.init(
        .exchangeNotOffered, "Dex at \(host: url.authority) does not offer the token exchange",
        hint: """
          add \(option: Doctor.exchangeGrant) to oauth2.grantTypes in Dex's config.yaml, or remove \
          that list; the exchange needs Dex 2.38 or later
          """,
        exitCode: .oauthError)
    }
  }

  private init(_ finding: ResultFinding) {
    switch finding {
    case .opaque(let url):
      self.init(
        .tokenOpaque, warning: "the token from Dex is not a JWT, so no API server accepts it",
        hint: "check \(untrusted: url.text): is it Dex 2.38 or later?")
    case .issuerDiffersBySlash(let issuer):
      self.init(
        .tokenIssuerTrailingSlash,
        warning: "the issuer \(untrusted: issuer) differs from --issuer by a trailing slash",
        hint: "API servers compare issuers exactly: configure this issuer there")
    case .notYetValid(let start, let now):
      self.init(
        .tokenNotYetValid, warning: "Dex's token \(notYetValid: start, now: now)",
        hint: "compare this machine's clock with Dex's: API servers reject the token until then")
    case .longLifetime(let seconds, let subjectToken):
      let other: Message = subjectToken.map { " (\(duration: $0))" } ?? ""
      self.init(
        .tokenLongLifetime,
        warning:
          "Dex's token is valid for \(duration: seconds), longer than the subject token\(other)",
        hint: """
          set expiry.idTokens in Dex's config.yaml to 1h or less: deleting the pod revokes nothing, \
          and the default is 24h
          """)
    case .noExpiryMargin:
      self.init(
        .noExpiryMargin,
        warning: "--expiry-margin is 0: client-go uses the token until its last second",
        hint: "set --expiry-margin=60s; otherwise some requests fail with 401 Unauthorized")
    case .unknownKey(let id, let known, isStored: true):
      self.init(
        .tokenUnknownKey, Self.unknownKey("the token", id, known),
        hint: """
          Dex has new keys, as after each restart with storage: memory: sign in again with \
          tokenxchange login --force, and use persistent storage for Dex
          """,
        exitCode: .loginRequired)
    case .unknownKey(let id, let known, isStored: false):
      self.init(
        .tokenUnknownKey, Self.unknownKey("the token", id, known),
        hint:
          "several Dex instances with different keys share this URL: use one persistent storage",
        exitCode: .oauthError)
    case .cachedUnknownKey(let id, let known):
      self.init(
        .cachedTokenUnknownKey, warning: Self.unknownKey("the token in the cache", id, known),
        hint: """
          API servers return 401 for the cached token: run tokenxchange logout, and use persistent \
          storage for Dex, which creates new keys at each restart with storage: memory
          """)
    case .largeHeader(let bytes, let groups):
      self.init(
        .tokenLarge,
        warning: "the Authorization header has \(bytes) bytes, with \(groups) groups",
        hint: """
          many proxies and ingresses reject headers above 8 KiB (nginx: 400 or 431): request fewer \
          scopes, or limit the groups in Dex's connector
          """)
    case .claimLikeServiceAccount(let claim):
      self.init(
        .claimLikeServiceAccount,
        warning: "the claim \(option: claim.rawValue) contains the name of another service account",
        hint: """
          an API server that maps \(option: claim.rawValue) would treat the user as that service \
          account: map federated_claims.user_id and check connector_id
          """)
    }
  }

  private static func unknownKey(_ token: Message, _ id: String, _ known: [String]) -> Message {
    """
    \(token) was signed with the key \(untrusted: id, maxLength: 60), which Dex does not publish; \
    published keys: \(list: known)
    """
  }
}

extension Warning {
  fileprivate var hint: Message {
    switch self {
    case .certificatesNotVerified:
      "remove it; if Dex has a private CA, pass --certificate-authority"
    case .tokenOverHTTP: "remove it, and use https for Dex"
    case .subjectTokenNotYetValid:
      """
      Dex accepts up to 5 min; compare this machine's clock with that of the API server that issued \
      the token
      """
    case .secretInArguments: "pass --client-secret-file or set TOKENXCHANGE_CLIENT_SECRET"
    default: "see tokenxchange help get-token"
    }
  }
}

extension Message.StringInterpolation {
  /// "60 min ahead of", to be followed by the other clock.
  mutating func appendInterpolation(_ difference: ClockDifference) {
    appendInterpolation(duration: difference.seconds)
    appendLiteral(difference.seconds > 0 ? " ahead of" : " behind")
  }
}
