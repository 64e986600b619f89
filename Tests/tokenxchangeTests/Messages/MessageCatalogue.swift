import FoundationEssentials
import Glibc
import OpenIDConnect
import TokenExchange

@testable import Platform
@testable import tokenxchange

/// An example of every message.
enum MessageCatalogue {
  /// The root of the repository.
  static let repository = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// The messages in one area.
  struct Section {
    var title: String
    var values: [Any]
    var rows: [Row]
  }

  /// One message.
  struct Row {
    var name: String
    var exitCode: Int32?
    var message: String
    var hint: String
  }

  /// The text of the document.
  static func document() throws -> String {
    var lines = [
      "# Messages", "",
      "Every error with its exit code, message and hint, and every warning. The values are examples.",
      "A test generates this file from the program and fails if a case is missing.", "",
      "The two lines on standard error begin with `tokenxchange: ` and `hint: `; a warning begins",
      "with `tokenxchange: warning: `. The findings of the doctor are listed in"
        + " [doctor.md](doctor.md).",
    ]
    for section in try sections() {
      lines += ["", "## \(section.title)", ""]
      for row in section.rows {
        let code = row.exitCode.map { ", exit \($0)" } ?? ""
        lines.append("- `\(row.name)`\(code): \(escaped(row.message))")
        if !row.hint.isEmpty { lines.append("  Hint: \(escaped(row.hint))") }
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// Escapes text for Markdown.
  private static func escaped(_ text: String) -> String {
    text.map { "<>*_|`".contains($0) ? "\\\($0)" : String($0) }.joined()
  }

  private static func errors(_ title: String, _ errors: [CommandError]) -> Section {
    Section(
      title: title, values: errors,
      rows: errors.map { error in
        let diagnosis = Diagnosis(error)
        return Row(
          name: EnumCases.path(of: error), exitCode: diagnosis.exitCode.rawValue,
          message: diagnosis.message.text, hint: diagnosis.hint.text)
      })
  }

  private static func warnings(_ title: String, _ warnings: [Warning]) -> Section {
    Section(
      title: title, values: warnings,
      rows: warnings.map {
        Row(name: EnumCases.path(of: $0), exitCode: nil, message: Message($0).text, hint: "")
      })
  }

  /// All areas.
  static func sections() throws -> [Section] {
    try [
      usage(), configuration(), subjectTokens(), tokenInputs(), connections(), oauthErrors(),
      responses(),
      logins(), files(), clusterConfig(), kubeconfigs(), secrets(), generate(), publish(),
      sidecar(),
      warnings(),
    ]
  }

  private static let now = Sample.now
  private static let later = now.addingTimeInterval(3600)
  private static let earlier = now.addingTimeInterval(-3600)
  private static let option = "--token-file"
  private static func url(_ text: String = "https://dex.example.com/dex/token") throws
    -> EndpointURL
  { try EndpointURL(text) }
}

extension MessageCatalogue {
  private static func usage() -> Section {
    errors(
      "Command line",
      [
        .unknownCommand("get-tokne", nearest: "get-token"),
        .unknownSubcommand("rbca", of: "generate", nearest: "rbac", known: ["rbac", "dex"]),
        .unknownOption("--isuer", command: "get-token", advice: .nearest("--issuer")),
        .unknownOption("--oidc-issuer-url", command: "login", advice: .kubelogin("--issuer")),
        .unknownOption("--file", command: "get-token", advice: .belongsTo("token-file")),
        .unknownOption("--version", command: "get-token", advice: .versionCommand),
        .unexpectedArgument("oops", command: "get-token", after: "--client-id"),
        .unexpectedArgument("oops", command: "get-token", after: nil),
        .commandAfterOptions("login", command: "get-token"),
        .flagWithSeparateValue("true", command: "get-token", flag: "--verbose"),
        .missingArguments(["DIR"], command: "install"),
        .argumentAndOption(argument: "FILE", option: "--file"),
        .tokenInsteadOfFile(source: "--token-file", command: "get-token"),
        .contentInsteadOfFile(source: "--certificate-authority"),
        .unexpectedValue(option: "--help"),
        .missingValue(option: "--client-id", placeholder: "ID", next: "--connector-id"),
        .emptyValue(option: "--client-id", placeholder: "ID"),
        .missingOptions(
          [["--issuer", "--token-url"], ["--client-id"]],
          remedy: .example("tokenxchange get-token --issuer=https://dex.example.com/dex"),
          emptyVariables: ["TOKENXCHANGE_CLIENT_ID"]),
        .missingOptions(
          [["--issuer", "--token-url"]],
          remedy: .example("tokenxchange get-token --issuer=https://dex.example.com/dex"),
          emptyVariables: [],
          misspelled: UnknownVariable(name: "TOKENXCHANGE_ISSUR", nearest: "TOKENXCHANGE_ISSUER")),
        .invalidDuration("10", source: "--timeout", allowsZero: false),
        .invalidDuration("1ns", source: "--timeout", allowsZero: false),
        .invalidDuration("25h", source: "--timeout", allowsZero: false, maximum: 86_400),
        .invalidChoice("yaml", source: "--output", choices: ["text", "json"]),
        .invalidIdentifier(source: "TOKENXCHANGE_CLIENT_ID"),
      ].map { CommandError.usage($0) })
  }

  private static func configuration() throws -> Section {
    let urls: [(InvalidURL, String)] = [
      (.notASCII, "https://déx.example.com"), (.controlCharacter, "https://dex example.com"),
      (.malformed, "https://[::1"), (.unsupportedScheme, "ftp://dex.example.com"),
      (.userInfo, "https://user@dex.example.com"), (.noHost, "https://"),
      (.invalidHost, "https://dex_.example.com"), (.queryOrFragment, "https://dex.example.com?a"),
      (.invalidPort, "https://dex.example.com:99999"), (.plainHTTP, "http://dex.example.com"),
    ]
    let certificates: [InvalidCertificates] = [
      .empty, .notPEM, .noCertificate, .der, .certificate(2, .noEnd), .certificate(2, .notBase64),
      .certificate(2, .notX509), .pemInsteadOfBase64, .notBase64,
    ]
    let conflicts: [(String, String, ConfigurationError.Conflict)] = [
      ("--certificate-authority", "--certificate-authority-data", .certificatesTwice),
      ("--insecure-skip-tls-verify", "--certificate-authority", .certificatesAndSkipVerify),
      ("--client-secret-file", "--client-secret", .secretTwice),
      ("--client-auth none", "--client-secret-file", .secretWithoutAuthentication),
      ("--kubeconfig", "--argocd-secret", .severalSources),
      ("--token-file", "--token-env", .subjectTokenTwice),
    ]
    let errors: [ConfigurationError] =
      urls.map { .invalidURL($0, $1, source: "--issuer", canAllowHTTP: true) }
      + [InvalidExecInfo.notJSONObject, .duplicateMember("spec"), .kind("Pod"), .version("v2")].map
    { .invalidExecInfo($0) }
      + [
        .unreadableFile(.missing, path: "/etc/ca.crt", source: "--certificate-authority", user: 0)
      ]
      + [InvalidSecret.notUTF8, .empty, .controlCharacter].map {
        .invalidSecret($0, source: "--client-secret-file /etc/secret")
      }
      + [.notUTF8(path: "/etc/text", source: "dex_file_resource")]
      + certificates.map { .invalidCertificates($0, source: "--certificate-authority /etc/ca.crt") }
      + conflicts.map { .conflict($0, $1, $2) }
      + [.authenticationNeedsSecret(source: "--client-auth")]
      + (try clientCertificates())
    return Self.errors("Values of options", errors.map { .configuration($0) })
  }

  private static func clientCertificates() throws -> [ConfigurationError] {
    let words = ["get-token", "--client-certificate=/c/tls.crt", "--client-key=/c/tls.key"]
    let arguments = try ArgumentParser(arguments: words, variables: [:]).parse()
    guard let files = try ClientCertificateFiles(arguments) else { return [] }
    let errors: [ClientCertificateError] = [
      .invalidCertificate, .noKey, .encryptedKey, .mismatch, .unsupported,
    ]
    return errors.map { .clientCertificate($0, files) }
  }

  private static let readErrors: [FileReadError] = [
    .missing, .system(errno: EACCES), .notRegular(.directory), .tooLarge, .unstable, .notOwned,
    .accessibleByOthers,
  ]

  private static func subjectTokens() -> Section {
    let invalid: [InvalidSubjectToken] =
      [.empty, .invalidCharacters] + TokenWrapping.allCases.map { .wrapped($0) } + [
        .notJWT, .duplicateMember("aud"), .expired(at: earlier, now: now),
        .notYetValid(from: later, now: now),
        .audience(required: "dex", found: ["https://kubernetes.default.svc"]),
      ]
    let errors: [SubjectTokenError] =
      readErrors.map { .unreadable($0, user: 999) } + invalid.map { .invalid($0) }
    let elsewhere: [SubjectTokenError] = [
      .unreadable(.missing, user: 999), .unreadable(.system(errno: EACCES), user: 999),
    ]
    return Self.errors(
      "Subject token",
      errors.map { .subjectToken($0, file: "/var/run/secrets/tokenxchange/token") }
        + elsewhere.map { .subjectToken($0, file: "/home/user/token") })
  }

  private static func tokenInputs() throws -> Section {
    let url = try url("https://token.actions.example.com/request")
    let gitHub: [GitHubActionsError] = [
      .missingVariables(["ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_TOKEN"]),
      .invalidURL(variable: "ACTIONS_ID_TOKEN_REQUEST_URL"),
      .invalidToken(variable: "ACTIONS_ID_TOKEN_REQUEST_TOKEN"),
      .transport(.connectionRefused, url, timeout: 10), .redirect(status: 302, url),
      .status(403, url), .duplicateMember("value", url), .noToken(url),
    ]
    let errors: [TokenInputError] =
      [
        .invalid(.notJWT, .standardInput), .invalid(.duplicateMember("aud"), .standardInput),
        .invalid(.empty, .variable("ID_TOKEN")),
        .invalid(.notJWT, .gitHubActions(audience: nil)), .invalidName(source: "--token-env"),
        .unsetVariable("ID_TOKEN", source: "--token-env"), .interactive(source: "--token-file"),
        .unreadableInput(.tooLarge), .needsOnce(source: "--token-env"),
      ] + gitHub.map { .gitHub($0) }
    return Self.errors("Subject token from CI", errors.map { .tokenInput($0) })
  }

  private static func secrets() -> Section {
    let errors: [ArgoCDSecretError] = [
      .notReadable(YAMLError(line: 3, reason: .anchor)),
      .notReadable(YAMLError(line: 3, reason: .duplicateKey, key: "server")), .invalidJSON,
      .duplicateMember("server"), .noSecret,
      .severalSecrets(["a", "b"]), .missing(key: "config"), .notBase64(key: "config"),
      .configNotJSON, .invalidMember("execProviderConfig.args"),
    ]
    return Self.errors(
      "Cluster Secret of Argo CD", errors.map { .argoCDSecret($0, file: "secret.yaml") })
  }

  private static func connections() throws -> Section {
    let tls: [TLSError] = [
      .unknownIssuer(reason: "unable to get local issuer certificate"), .expired, .notYetValid,
      .nameMismatch, .noSubjectAlternativeName,
      .invalidCertificate(reason: "EE certificate key too weak"),
      .clientCertificateRequired, .protocolVersion, .notTLS, .handshakeFailed("internal error"),
    ]
    let proxy: [ProxyError] = [
      .invalidURL(variable: "HTTPS_PROXY"), .unsupported,
      .nameResolution(NameResolutionError(isServerFailure: false)), .connectionRefused,
      .unreachable(errno: EHOSTUNREACH), .connectRejected(status: 403), .timedOut(.connecting),
      .connectionClosed, .tls(.expired), .tlsConnectionClosed, .tunnelClosed,
      .notHTTP("bad status line"), .other("the proxy failed"),
    ]
    let notSent: [TransportError.NotSentReason] = [
      .optionsUnsupported, .invalidURL, .noCACertificates, .optionRejected(10065),
      .system(errno: EMFILE), .notStarted("unsupported URL"),
    ]
    let errors: [TransportError] =
      [
        .nameResolution(NameResolutionError(isServerFailure: false)),
        .nameResolution(NameResolutionError(isServerFailure: true)), .connectionRefused,
        .unreachable(errno: EHOSTUNREACH), .connectionClosed, .timedOut(.connecting),
        .timedOut(.tlsHandshake), .timedOut(.response), .timedOut(.responseBody),
      ] + tls.map { .tls($0) } + [
        .noTrustStore(searched: [.path("/etc/ssl/cert.pem")]),
        .unreadableTrustStore([.certFile("/etc/pki/ca.pem")]),
        .invalidCACertificates, .bodyTooLarge, .headersTooLarge, .notHTTP("bad status line"),
        .compressed,
      ] + proxy.map { .proxy($0, url: "http://proxy.example.com:3128") }
      + notSent.map { .notSent($0) } + [
        .resourceLimit(.threads, errno: EAGAIN), .resourceLimit(.fileDescriptors, errno: EMFILE),
        .other("an unknown failure"),
      ]
    let url = try url()
    return Self.errors("Connection", errors.map { .transport($0, url, timeout: 10) })
  }

  private static func context(
    _ change: (inout TokenExchangeRequest) -> Void = { _ in }
  ) throws -> ExchangeContext {
    var request = TokenExchangeRequest(
      tokenURL: try url(), issuer: "https://dex.example.com/dex", clientID: "target-cluster",
      connectorID: "cluster-a", subjectToken: SubjectToken(unchecked: Secret(Sample.subject)),
      scopes: ["openid", "federated:id"])
    change(&request)
    return ExchangeContext(request: request, timeout: 10, now: now)
  }

  private static func oauthErrors() throws -> Section {
    let errors: [(String, String?, Int)] = [
      ("access_denied", nil, 401), ("invalid_client", nil, 401),
      ("invalid_grant", "Connector not allowed", 400), ("invalid_scope", "unknown scope", 400),
      ("invalid_request", "Requested connector does not exist.", 400),
      ("invalid_request", "client_id improperly encoded", 400),
      ("invalid_request", "method not allowed", 400),
      ("invalid_request", "Missing subject_token", 400),
      ("request_not_supported", "requested_token_type is invalid", 400),
      ("request_not_supported", "subject_token_type is invalid", 400),
      ("unsupported_grant_type", nil, 400), ("unauthorized_client", nil, 401),
      ("server_error", nil, 500), ("other_error", "text of the server", 400),
    ]
    let context = try context()
    let list = errors.map { code, text, status in
      CommandError.exchange(
        .oauth(OAuthError(code: code, errorDescription: text, status: status), attempts: 1), context
      )
    }
    var section = Self.errors("Errors of Dex", list)
    for index in section.rows.indices {
      let (code, text, _) = errors[index]
      section.rows[index].name += ".\(code)" + (text.map { " (\($0))" } ?? "")
    }
    return section
  }

  private static func responses() throws -> Section {
    let targets: [InvalidResponse.RedirectTarget] = [
      .missing, .invalid, .server("https://login.example.com"), .scheme("mailto"), .path("/login"),
      .argoCDSignIn,
    ]
    let tokens: [InvalidToken] = [
      .missing(member: "access_token"), .notAString(member: "access_token"),
      .empty(member: "access_token"), .invalidCharacters, .damaged,
      .duplicateMember("aud"), .opaque(hasIDToken: true),
      .expired(at: earlier, now: now),
      .issuer(expected: "https://dex.example.com/dex", found: "https://other.example.com"),
      .audience(missing: ["target-cluster"], found: ["other"]),
    ]
    let reasons: [(InvalidResponse.Reason, Int)] =
      targets.map { (.redirect($0), 302) }
      + [
        (.serverError(.html), 502), (.serverError(.text("no healthy upstream")), 503),
        (.plainHTTPToTLSPort, 400), (.notFound(.text("404 page not found")), 404),
        (.unexpectedStatus(.html), 403), (.clientCertificateRequired, 400), (.empty, 200),
        (.html, 200), (.notJSON(byteCount: 17), 200), (.duplicateMember("aud"), 200),
        (.notJSONObject, 200),
        (.invalidErrorMember("17"), 200),
      ] + tokens.map { (.token($0), 200) }
    let context = try context()
    var errors: [CommandError] = reasons.map {
      .exchange(.invalidResponse(InvalidResponse($0, status: $1), attempts: 1), context)
    }
    errors.append(.exchange(.transport(.connectionRefused, attempts: 3), context))
    return Self.errors("Responses of Dex", errors)
  }

  private static func files() -> Section {
    let steps: [FileWriteError.Step] = [
      .replace("/d/f"), .createFile(directory: "/d"), .read("/d/f"), .write("/d/f"),
      .setMode("/d/f"), .remove("/d/f"), .makeDirectory("/d"),
    ]
    let writeErrors: [FileWriteError] =
      steps.map { .system($0, errno: EACCES) } + [.notRegular("/d/f", .directory)]
    let checks: [CheckError] =
      [.unreadable("/d/token", .missing, user: 999), .empty("/d/token")]
      + TokenWrapping.allCases.map { .wrapped("/d/token", $0) } + [
        .notToken("/d/token"), .truncated("/d/token"),
        .duplicateMember("/d/token", "aud"),
        .notYetValid("/d/token", start: later, now: now),
        .expired("/d/token", expiry: earlier, now: now),
        .expiresTooSoon("/d/token", expiry: later, now: now, minimum: 7200),
        .unknownExpiry("/d/token"),
      ]
    let inspections: [InspectError] =
      [.terminal, .noToken(source: "/d/token")]
      + TokenWrapping.allCases.map { .wrapped($0, source: "/d/token") } + [
        .notJWT(characters: 17, source: "/d/token"),
        .duplicateMember("aud", source: "/d/token"),
      ]
    let cache: [CacheError] = [
      .noDirectory, .endsInParent("/c/.."), .directory("/c", .missing), .cannotRemove(files: 2),
    ]
    let failure = CachedFailure(
      message: "dex.example.com:443 refused the connection", hint: "is Dex running there?",
      exitCode: .network, written: ClockReading(date: now, bootTime: 100))
    let errors: [CommandError] =
      writeErrors.map { .notWritten($0, source: "--write") }
      + writeErrors.map { .notInstalled($0, user: 999) }
      + [.output(SystemError(errno: EPIPE))] + checks.map { .check($0) }
      + inspections.map { .inspect($0) }
      + cache.map {
        .cache($0, source: $0 == .noDirectory ? nil : "--cache-dir")
      } + [.failedElsewhere(failure)]
    return Self.errors("Files and cache", errors)
  }

  private static func sidecar() -> Section {
    let errors: [SidecarError] = [
      .invalidMode("rw", source: "--mode"), .writableByAll("0777", source: "--mode"),
      .writesInput("/t/token", source: "--write", .subjectToken),
      .writesInput("/t/token", source: "--write", .clientSecret),
      .writesInput("/t/token", source: "--write", .certificates),
      .writesInput("/t/token", source: "--write", .variable("dex_file_scope")),
      .settingFromFile(variable: "dex_file_endpoint"),
      .textAndFile(variable: "dex_scope", fileVariable: "dex_file_scope"), .missingEndpoint,
      .invalidChoiceInFile(source: "dex_file_grant_type", choices: ["urn:…"]),
    ]
    return Self.errors("Sidecar", errors.map { .sidecar($0) })
  }

  private static func warnings() -> Section {
    let faults: [InvalidClientCredentials?] = [
      nil, .header, .percentEncoded, .base64, .noColon,
    ]
    let sidecar: [SidecarWarning] =
      [
        .unknownScope("federated_id", source: "dex_scope", nearest: "federated:id"),
        .unknownScopes(2, source: "dex_file_scope"), .readableByAll(file: "/t/token"),
        .unknownExpiry,
      ] + faults.map { .rejectedClientCredentials(source: "dex_basic_auth", $0) } + [
        .modeNotSet(.system(.setMode("/t/token"), errno: EPERM)),
        .notRemoved(.system(.remove("/t/token"), errno: EROFS), .expired(earlier)),
        .notRemoved(.system(.remove("/t/token"), errno: EROFS), .subjectChanged),
      ]
    return Self.warnings(
      "Warnings",
      [
        .tokenOverHTTP(host: "dex.example.com"), .certificatesNotVerified(host: "dex.example.com"),
        .secretInArguments(option: "--client-secret"),
        .issuerDiffersBySlash("https://dex.example.com/dex/"), .unknownExpiry,
        .subjectTokenNotYetValid(from: later, now: now),
      ] + sidecar.map { .sidecar($0) })
  }
}

extension MessageCatalogue {
  private static func logins() throws -> Section {
    let issuer = try url("https://dex.example.com/dex")
    let url = try url()
    let request = LoginRequest(issuer: issuer, clientID: "target-cluster", scopes: ["openid"])
    let command =
      "tokenxchange login --issuer=https://dex.example.com/dex --client-id=target-cluster"
    let errors: [LoginError] = [
      .noTerminal(issuer: issuer, remedy: .kubectl, noCache: nil),
      .noTerminal(issuer: issuer, remedy: .command(command), noCache: .flag("--no-cache")),
      .noTerminal(
        issuer: issuer, remedy: .command(command), noCache: .unusable(.noDirectory)),
      .signInElsewherePending(issuer: issuer, processID: 4711, seconds: 300),
      .signInElsewhereFailed(issuer: issuer, remedy: .command(command)),
      .unknownClient(request),
      .redirectNotAllowed(request, redirectURI: "http://127.0.0.1:8000/callback"),
      .devicePageNotAllowed(request, redirectURI: "https://dex.example.com/dex/device/callback"),
      .noFlowAllowed(request, redirectURI: "/dex/device/callback"),
      .notLoginContext("target"),
      .cannotListen(port: 8000, errno: EADDRINUSE),
    ]
    let grants: [GrantError] =
      [
        .transport(.connectionRefused, url, timeout: 10),
        .invalidResponse(InvalidResponse(.html, status: 200), url),
        .invalidDeviceAuthorization(url), .missingIDToken(url), .idTokenNotJWT(url),
        .subjectChanged(url), .nonceMismatch(url), .notCompleted(seconds: 300), .abandoned,
      ]
      + ["access_denied", "invalid_client", "invalid_grant", "invalid_scope", "server_error"].map {
        .oauth(OAuthError(code: $0, status: 400), url)
      }
    return Self.errors(
      "Sign-in", errors.map { .login($0) } + grants.map { .grant($0, request) })
  }

  private static func clusterConfig() -> Section {
    let errors: [ClusterConfigError] = [
      .noExecInfo, .noCluster, .noConfig, .notObject,
      .forbiddenKey("issuer", option: "--issuer"), .unknownKey("clientId", nearest: "clientID"),
      .repeatedKey("clientID", "client-id"), .notText("clientID"), .notList("scopes"),
      .emptyValue("clientID"), .missingKeys(["clientID"], options: ["--client-id"]),
      .missingKeys(["clientID", "connectorID"], options: ["--client-id", "--connector-id"]),
    ]
    return Self.errors("spec.cluster.config", errors.map { .clusterConfig($0) })
  }

  private static func kubeconfigs() -> Section {
    let path = "/home/user/.kube/config"
    let children: [ChildProcessError] = [
      .notStarted(errno: ENOENT), .timedOut, .tooMuchOutput, .system(errno: EAGAIN),
    ]
    let errors: [KubeconfigError] =
      [
        .noFile(searched: [path], ofVariable: false),
        .noFile(searched: ["/home/user/a", "/home/user/b"], ofVariable: true),
        .notReadable(YAMLError(line: 3, reason: .flowStyle), path: path),
        .invalidJSON(path: path), .duplicateMember("users", path: path), .notKubeconfig(path: path),
      ] + children.map { .kubectlNotRun($0, path: "/usr/bin/kubectl") } + [
        .kubectlFailed(message: "error: context was not found", exitCode: 1),
        .noCurrentContext(known: ["a", "b"]), .unknownContext("c", known: ["a", "b"]),
        .missingEntry(kind: "cluster", name: "a", context: "b"),
        .invalidMember("users.exec.args", context: "b"),
      ]
    return Self.errors("Kubeconfig", errors.map { .kubeconfig($0) })
  }

  private static func generate() -> Section {
    let conflicts: [GenerateError.Conflict] = [
      .oneRolePerCommand, .directWithDex, .dexWithDirect, .directHasOneUsername,
      .peopleHaveOneUsername, .configWithOpaqueNames, .flagsWithConnectors, .flagsWithNestedClaims,
      .flagsWithAudiences, .flagsWithCertificates, .flagsWithSubjects, .oneTokenIssuer,
      .valuesNeedNoRelease,
    ]
    let errors: [GenerateError] =
      [
        .secretInOutput(option: "--client-secret"), .serverWithoutTLS(option: "--server"),
        .ownClusterOfArgoCD(option: "--server"),
        .privateKeyInCertificates(option: "--server-ca", path: "ca.pem"), .invalidProxyURL("proxy"),
        .invalidServerName("a_b"), .notForMethod(option: "--issuer", method: "token-file"),
        .methodForPeople(method: "login"), .commandWithSpace("tokenxchange get-token"),
        .relativePath(option: "--token-file"), .noHomeDirectory(option: "--token-file"),
        .sameDirectory("--write", "--token-file"),
        .tokenExpiration(option: "--token-expiration", isTooShort: true),
        .tokenExpiration(option: "--token-expiration", isTooShort: false),
        .invalidQuantity("10 m", option: "--request"),
        .requestAboveLimit(resource: "cpu", request: "1", limit: "500m"),
        .invalidServiceAccount("argocd"), .systemPrefix(option: "--username-prefix"),
        .invalidRule("get"), .pathInNamespace("/healthz"), .invalidObjectName("A_b"),
        .invalidLabel("env=prod/eu"), .invalidAnnotation("a b=c"),
        .repeatedKey("env", option: "--label"),
        .reservedKey("argocd.argoproj.io/secret-type", option: "--label"),
        .invalidNamespace("Web_1", option: "--namespace"), .invalidShard("-1"), .shardZeroInHelm,
        .clusterNameInHelm("a b"), .invalidRelease("A_b"), .invalidClusterProfileName("A_b"),
        .issuerOfArgoCD(option: "--issuer"), .standardInput(option: "--token-file"),
        .invalidSubject(" repo:org/name"),
      ] + conflicts.map { .conflict("--one", "--other", $0) }
    return Self.errors("generate", errors.map { .generate($0) })
  }

  private static func publish() throws -> Section {
    let url = try url("https://oidc.example.com/a")
    let conflicts: [PublishError.Conflict] = [
      .serverOptionWithFiles, .serverAndFiles, .directoryWithCheck, .publicURLWithCheck,
      .certificateAuthorityWithoutCheck,
    ]
    let faults: [JWKSetError.InvalidKey] = [
      .privateMembers, .notForSignatures, .unsupportedType("oct"), .invalidMember("n"),
      .shortModulus, .unsupportedCurve("P-224"),
    ]
    let sets: [JWKSetError] =
      [
        .notKeySet, .duplicateMember("kid"), .noKeys, .missingKeyID(number: 2),
        .duplicateKeyID("a"),
      ]
      + faults.map { .invalidKey(id: "a", $0) }
    let metadata: [IssuerMetadataError] =
      [
        .discoveryNotJSON, .duplicateMember("issuer"), .missingIssuer,
        .unlistedAlgorithm(keyID: "a", algorithm: "PS256"),
        .issuerMismatch(found: "https://other.example.com", expected: url.text),
      ] + sets.map { .keySet($0) }
    let differences: [IssuerMetadata.Difference] = [
      .member("issuer", published: "\"a\"", expected: "\"b\""), .missingKey("a"), .staleKey("b"),
      .changedKey("c"),
    ]
    let errors: [PublishError] =
      [.missingDirectory] + conflicts.map { .conflict("--one", "--other", $0) } + [
        .transport(.connectionRefused, url, from: .apiServer, timeout: 10),
        .status(403, url, from: .publicSite), .status(403, url, from: .apiServer),
        .compressed(url),
      ]
      + metadata.map {
        .metadata($0, discovery: "openid-configuration.json", keys: "jwks.json")
      }
      + differences.map { .differences(url, [$0]) } + [
        .notWritten(.system(.write("/site/jwks"), errno: ENOSPC), path: "/site/jwks")
      ]
    return Self.errors("publish-issuer", errors.map { .publish($0) })
  }
}
