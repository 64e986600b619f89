import Encoding
import FoundationEssentials
import Platform
import TokenExchange

extension Diagnosis {
  /// The message, hint and exit code of a finding; warnings have the exit code 0.
  init(_ finding: DoctorFinding) {
    switch finding {
    case .error(let error): self.init(error)
    case .warning(let warning): self.init(warning: Message(warning), hint: Self.hint(warning))
    case .client(let finding): self.init(finding)
    case .unknownScopes(let scopes):
      let known = DexScope.known.sorted()
      let suggestions = scopes.compactMap { scope in
        scope.nearest.map { "did you mean \(option: $0) for \(word: scope.name)? " as Message }
      }
      self.init(
        warning: """
          Dex does not know the scopes \
          \(untrusted: scopes.map(\.name).joined(separator: ", ")) and ignores them
          """,
        hint: "\(suggestions.reduce("", +))Dex knows \(choices: known)")
    case .unknownVariables(let variables):
      let texts = variables.prefix(5).map { "\(unknownVariable: $0)" as Message }
      self.init(
        warning: texts.dropFirst().reduce(texts.first ?? "") { $0 + "; " + $1 },
        hint: """
          rename or remove \(variables.count == 1 ? "it" : "them"); tokenxchange help COMMAND lists \
          the variables of a command
          """)
    case .apiVersionMismatch(let requested, let option):
      self.init(
        warning: """
          the client requests \(option: requested.rawValue), but --api-version is \
          \(untrusted: option)
          """,
        hint: "kubectl accepts only the version in its kubeconfig: omit --api-version")
    case .subjectToken(let finding): self.init(finding)
    case .httpToTLSPort(let url, let status):
      self.init(InvalidResponse(.plainHTTPToTLSPort, status: status), from: url)
    case .clockDifference(let difference, let isDex):
      self.init(
        warning: """
          this machine's clock is \(difference) \(isDex ? "Dex's" : "that of the token's issuer")
          """,
        hint: "correct the wrong clock (NTP): tokens become valid and expire by these clocks")
    case .discovery(let finding): self.init(finding)
    case .issuer(let finding): self.init(finding)
    case .accessDenied(let error, let context, let observed):
      self.init(error)
      let hint = AccessDeniedDiagnosis.hint(context.request, now: context.now, observed)
      self.hint = Message(stringLiteral: Redaction(context.request.secrets)(hint.text))
    case .signIn(let finding): self.init(finding)
    case .result(let finding): self.init(finding)
    case .apiServer(let finding): self.init(finding)
    case .access(let finding): self.init(finding)
    case .noTLSOptions:
      self.init(
        warning: "this build cannot set TLS and proxy options, and therefore sends no requests",
        hint: "build it with make static, or use a released binary")
    }
  }

  init(warning message: Message, hint: Message) {
    self.init(message, hint: hint, exitCode: .done)
  }

  private static func hint(_ warning: Warning) -> Message {
    switch warning {
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

  private init(_ finding: SubjectTokenFinding) {
    switch finding {
    case .wrongClock(let difference, let error):
      let local = Diagnosis(error)
      self.init(
        "this machine's clock is \(difference) Dex's, by which the subject token is valid",
        hint: "set this machine's clock (NTP); by its own clock: \(local.message)",
        exitCode: local.exitCode)
    case .issuedByDex:
      self.init(
        warning: "the token was issued by this Dex itself",
        hint: "--token-file must name a service account token")
    case .apiServerAudience(let audience):
      self.init(
        warning: "the token's audience is the API server's own: \(untrusted: audience)",
        hint: """
          Dex accepts it, but anyone who gets the token can also act in this cluster: mount a \
          projected volume with its own audience, such as dex
          """)
    case .sentAsAccessToken:
      self.init(
        warning:
          "the token is sent as access_token: Dex then queries the issuer's userinfo endpoint",
        hint: "a service account issuer has none: omit --subject-token-type")
    case .worldWritable:
      self.init(
        warning: "every user can write the token file",
        hint: "files in kubelet's volumes are never writable for all users: check the volume")
    case .subPathMount:
      self.init(
        warning: "the token file is mounted by subPath, so kubelet never renews it",
        hint: "mount the volume as a directory, and name the file in it")
    case .notRenewed(let percent):
      self.init(
        warning: "the token is at \(percent) % of its lifetime, and kubelet renews at 80 %",
        hint: "is the file a copy, or mounted by subPath? kubelet's log shows failed renewals")
    }
  }

  private init(_ finding: DiscoveryFinding) {
    switch finding {
    case .noDocument(let url, let status, let otherIssuer):
      let isOtherDocument = (200...299).contains(status)
      self.init(
        """
        \(untrusted: url.text) returned \(status)\
        \(isOtherDocument ? " without a discovery document" : "")\
        \(otherIssuer.map { "; there is one for the issuer \(untrusted: $0)" } ?? "")
        """,
        hint: """
          --issuer is Dex's issuer with its complete path, often /dex, as in Dex's config.yaml; or \
          an ingress in front of Dex does not forward this path
          """,
        exitCode: .invalidResponse)
    case .issuerMismatch(let found, let option):
      self.init(
        "the issuer of Dex is \(untrusted: found), but --issuer is \(untrusted: option)",
        hint: """
          --issuer must equal issuer in Dex's config.yaml exactly; if Dex is \
          reached at another URL, keep the issuer and add --token-url
          """,
        exitCode: .invalidResponse)
    case .issuerDiffersBySlash(let found, let option):
      self.init(
        warning: """
          --issuer \(untrusted: option) differs from Dex's issuer \(untrusted: found) by a \
          trailing slash
          """,
        hint: "write it as in Dex: the API server compares issuers exactly")
    case .tokenEndpointMismatch(let found, let configured):
      self.init(
        warning: """
          Dex's token endpoint is \(untrusted: found), but requests go to \
          \(untrusted: configured.text)
          """,
        hint: "omit --token-url, or pass the complete path")
    case .exchangeNotOffered(let url):
      self.init(
        "Dex at \(host: url.authority) does not offer the token exchange",
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
        warning: "the token from Dex is not a JWT, so no API server accepts it",
        hint: "check \(untrusted: url.text): is it Dex 2.38 or later?")
    case .issuerDiffersBySlash(let issuer):
      self.init(
        warning: "the issuer \(untrusted: issuer) differs from --issuer by a trailing slash",
        hint: "the API server compares issuers exactly: configure this issuer there")
    case .notYetValid(let start, let now):
      self.init(
        warning: "Dex's token \(notYetValid: start, now: now)",
        hint: """
          compare this machine's clock with Dex's: the API server rejects the token until then
          """)
    case .longLifetime(let seconds, let subjectToken):
      let other: Message = subjectToken.map { " (\(duration: $0))" } ?? ""
      self.init(
        warning: """
          Dex's token is valid for \(duration: seconds), longer than the subject token\(other)
          """,
        hint: """
          set expiry.idTokens in Dex's config.yaml to 1h or less: deleting the pod revokes nothing, \
          and the default is 24h
          """)
    case .noExpiryMargin:
      self.init(
        warning: "--expiry-margin is 0: client-go uses the token until its last second",
        hint: "set --expiry-margin=60s; otherwise some requests fail with 401 Unauthorized")
    case .unknownKey(let id, let known, let isStored):
      self.init(
        """
        the token was signed with the key \(untrusted: id, maxLength: 60), which Dex \
        \(isStored ? "no longer has" : "does not have in its key set"): it has \(list: known)
        """,
        hint: isStored
          ? """
          Dex has new keys, as after each restart with storage: memory: sign in again with \
          tokenxchange login --force, and use persistent storage for Dex
          """
          : """
          several Dex instances with different keys respond at this URL: let them share one \
          persistent storage
          """,
        exitCode: isStored ? .loginRequired : .oauthError)
    case .cachedUnknownKey(let id, let known):
      self.init(
        warning: """
          the token in the cache was signed with the key \(untrusted: id, maxLength: 60), which \
          Dex no longer has: it has \(list: known)
          """,
        hint: """
          the API server returns 401 for the cached token: run tokenxchange logout, and use \
          persistent storage for Dex, which creates new keys at each restart with storage: memory
          """)
    case .largeHeader(let bytes, let groups):
      self.init(
        warning: "the Authorization header has \(bytes) bytes, with \(groups) groups",
        hint: """
          many proxies and ingresses reject headers above 8 KiB (nginx: 400 or 431): request fewer \
          scopes, or limit the groups in Dex's connector
          """)
    case .claimLikeServiceAccount(let claim):
      self.init(
        warning: """
          the claim \(option: claim.rawValue) names a service account that is not this user
          """,
        hint: """
          an API server that maps \(option: claim.rawValue) would treat the user as that service \
          account: map federated_claims.user_id and check connector_id
          """)
    }
  }

  private init(_ finding: APIServerFinding) {
    switch finding {
    case .error(let error): self.init(error)
    case .certificateNotVerified(let url):
      self.init(
        warning: """
          the API server's certificate is not verified: anyone between here and \
          \(authority: url) can read the token
          """,
        hint: "replace insecure-skip-tls-verify with the API server's CA")
    case .composedUsername(let user):
      self.init(
        warning: """
          the API server sees the user \(untrusted: user), which is not a claim of the token
          """,
        hint: "its username expression composes the name: bind exactly this name in RBAC")
    case .mapsSubject(let user):
      self.init(
        warning: "the API server maps sub: the user is the opaque \(untrusted: user)",
        hint: """
          bind exactly this name in RBAC (generate rbac computes it), or map \
          federated_claims.user_id in an AuthenticationConfiguration
          """)
    case .mapsUnsafeClaim(let claim, let user):
      self.init(
        warning: """
          the API server maps \(option: claim.rawValue): others can also become the user \
          \(untrusted: user)
          """,
        hint: """
          map federated_claims.user_id and check federated_claims.connector_id: \
          \(option: claim.rawValue) is not unique across connectors
          """)
    }
  }

  init(_ error: APIServerError) {
    switch error {
    case .transport(let error, let url, let timeout):
      self.init(error, to: url, timeout: timeout)
      switch error {
      case .tls(.unknownIssuer):
        hint = """
          pass its CA with --server-ca or --server-ca-data: certificate-authority-data of a \
          kubeconfig that works
          """
      case .noTrustStore, .unreadableTrustStore:
        hint = "pass the API server's CA with --server-ca or --server-ca-data"
      case .nameResolution(let error) where error.isServerFailure: break
      case .nameResolution, .connectionRefused:
        hint = "take --server from the kubeconfig or the Argo CD cluster Secret"
      default: break
      }
    case .unauthorized(let server, let observed):
      let token: Message =
        observed.method == .tokenFile ? "the token in the file" : "Dex's token"
      self.init(
        "the API server \(untrusted: server.text) returned 401 Unauthorized for \(token)",
        hint: Self.unauthorizedHint(observed), exitCode: .oauthError)
    case .forbidden(let server, let message):
      self.init(
        """
        the API server \(untrusted: server.text) returned 403: \
        \(untrusted: message ?? "no message")
        """,
        hint: """
          the token is valid. If the user is system:anonymous, a proxy removed the token; else bind \
          the role system:basic-user to system:authenticated
          """,
        exitCode: .oauthError)
    case .notAPIServer(let server, let status):
      self.init(
        "\(untrusted: server.text) returned \(status) without a SelfSubjectReview",
        hint: "--server takes the API server's URL; SelfSubjectReview needs Kubernetes 1.28",
        exitCode: .invalidResponse)
    }
  }
}

extension Message.StringInterpolation {
  /// "60 min ahead of", to be followed by the other clock.
  mutating func appendInterpolation(_ difference: ClockDifference) {
    appendInterpolation(duration: difference.seconds)
    appendLiteral(difference.seconds > 0 ? " ahead of" : " behind")
  }

  fileprivate mutating func appendInterpolation(notYetValid start: Date, now: Date) {
    appendLiteral("is not valid before \(Timestamp.text(start)), in ")
    appendInterpolation(duration: start.timeIntervalSince(now))
    appendLiteral(" (local clock: \(Timestamp.text(now)))")
  }
}
