import Encoding
import Platform
import TokenExchange

/// What can be wrong with the values of options and with configuration files.
///
/// A `source` is the option or variable that set the value.
enum ConfigurationError: Error, Equatable {
  /// `canAllowHTTP` is whether an option could allow plain http.
  case invalidURL(InvalidURL, String, source: String, canAllowHTTP: Bool)
  case invalidExecInfo(InvalidExecInfo)
  /// A file cannot be read; the path is nil if it may be a secret.
  case unreadableFile(FileReadError, path: String?, source: String, user: UInt32)
  case invalidSecret(InvalidSecret, source: String)
  /// A file does not contain text.
  case notUTF8(path: String, source: String)
  case invalidCertificates(InvalidCertificates, source: String)
  /// The client certificate or its key is not usable.
  case clientCertificate(ClientCertificateError, ClientCertificateFiles)
  /// Two options that cannot be used together.
  case conflict(String, String, Conflict)
  /// `--client-auth post` without a client secret.
  case authenticationNeedsSecret(source: String)

  /// Why two options cannot be used together.
  enum Conflict: Equatable {
    case certificatesTwice
    case certificatesAndSkipVerify
    case secretTwice
    case secretWithoutAuthentication
    case severalSources
    case subjectTokenTwice
  }
}

/// Why a text is not a client secret.
enum InvalidSecret: Equatable {
  case notUTF8, empty, controlCharacter
}

/// Why bytes are not certificates in PEM.
enum InvalidCertificates: Error, Equatable {
  case empty
  case notPEM
  case noCertificate
  case der
  /// One certificate of the file, counted from 1.
  case certificate(Int, Fault)
  /// PEM where its base64 is expected.
  case pemInsteadOfBase64
  case notBase64

  enum Fault: Equatable {
    case noEnd, notBase64, notX509
  }
}

extension Diagnosis {
  init(_ error: ConfigurationError) {
    switch error {
    case .invalidURL(let error, let text, let source, let canAllowHTTP):
      self.init(error, text, source: source, canAllowHTTP: canAllowHTTP)
    case .invalidExecInfo(let error): self.init(error)
    case .unreadableFile(let error, let path, let source, let user):
      self.init(error, path: path, source: source, user: user)
    case .invalidSecret(let error, let source):
      self.init(
        "the client secret of \(untrusted: source) \(error.message)",
        hint: "it must contain the secret and nothing else")
    case .notUTF8(let path, let source):
      self.init(
        "\(option: source) \(path: path): it is not UTF-8 text",
        hint: "it must contain the value and nothing else")
    case .invalidCertificates(let error, let source): self.init(error, source: source)
    case .clientCertificate(let error, let files): self.init(error, files)
    case .conflict(let first, let second, let conflict):
      self.init(
        "\(option: first) and \(option: second) cannot be used together", hint: conflict.hint)
    case .authenticationNeedsSecret(let source):
      self.init(
        "\(option: source) post needs a client secret",
        hint: "pass --client-secret-file, or omit --client-auth for a public client")
    }
  }

  private init(_ error: ClientCertificateError, _ files: ClientCertificateFiles) {
    let certificate: Message = "\(option: files.certificateSource) \(path: files.certificate)"
    let key: Message = "\(option: files.keySource) \(path: files.key)"
    switch error {
    case .invalidCertificate:
      self.init(
        "OpenSSL cannot read the first certificate of \(certificate)",
        hint: "openssl x509 -noout -text -in FILE shows what is wrong")
    case .noKey:
      self.init(
        "\(key) contains no private key that OpenSSL can read",
        hint: "expected PEM with -----BEGIN PRIVATE KEY-----, or an older form for RSA or EC")
    case .encryptedKey:
      self.init(
        "the private key in \(key) is encrypted with a password",
        hint: "decrypt it, and restrict the mode of the file: openssl pkey -in FILE -out client.key"
      )
    case .mismatch:
      self.init(
        "the private key in \(key) does not belong to the certificate in \(certificate)",
        hint: "the client's own certificate must come first; were the two files renewed together?")
    case .unsupported:
      self.init(
        "this build cannot use a client certificate",
        hint: "use the static binary, which includes OpenSSL")
    }
  }

  private init(_ error: InvalidURL, _ text: String, source: String, canAllowHTTP: Bool) {
    // The query and the user part may hold a secret.
    let start = text.prefix { $0 != "?" && $0 != "#" }
    let name: Message =
      start.contains("@") ? "it" : "\(quoted: start + text.withheldEnd, maxLength: 120)"
    let problem: Message
    switch error {
    case .notASCII:
      self.init(
        "\(option: source) is not a usable URL: \(name) contains a non-ASCII character",
        hint: "write an internationalized host name in punycode: xn--…")
      return
    case .userInfo:
      self.init(
        "\(option: source) has a user name or password in its URL",
        hint: "pass the Dex client with --client-id, and its secret with --client-secret-file")
      return
    case .plainHTTP:
      let url: Message = "\(option: source) is plain http: \(untrusted: text, maxLength: 120)"
      if canAllowHTTP {
        self.init(
          "\(url) would send the token unencrypted",
          hint: "use https with --certificate-authority, or allow it with --insecure-allow-http")
      } else {
        self.init(
          url,
          hint:
            "use https: over http, the keys could be replaced, and API servers reject the issuer")
      }
      return
    case .controlCharacter: problem = "contains a space, newline or control character"
    case .malformed: problem = "is malformed"
    case .unsupportedScheme: problem = "does not begin with https://"
    case .noHost: problem = "has no host"
    case .invalidHost: problem = "has an invalid character in its host"
    case .queryOrFragment: problem = "has a query or a fragment"
    case .invalidPort: problem = "has a port outside the range 1 to 65535"
    }
    self.init(
      "\(option: source) is not a usable URL: \(name) \(problem)",
      hint: "write it as https://HOST:PORT/PATH, such as https://dex.example.com/dex")
  }

  private init(_ error: InvalidExecInfo) {
    let problem: Message
    switch error {
    case .version(let version):
      let name = version.isEmpty ? "\"\"" : version
      self.init(
        "KUBERNETES_EXEC_INFO requests apiVersion \(untrusted: name), which is not supported",
        hint: """
          set exec.apiVersion in the kubeconfig to client.authentication.k8s.io/v1 or \
          client.authentication.k8s.io/v1beta1
          """)
      return
    case .notJSONObject: problem = "does not contain a JSON object"
    case .duplicateMember(let name): problem = "has the member \(quoted: name) twice in one object"
    case .kind(let kind): problem = "has the kind \(untrusted: kind), expected ExecCredential"
    }
    self.init(
      "KUBERNETES_EXEC_INFO \(problem)",
      hint: """
        kubectl sets it to an ExecCredential of client.authentication.k8s.io/v1 or v1beta1; in a \
        shell, unset it
        """)
  }

  private init(_ error: FileReadError, path: String?, source: String, user: UInt32) {
    let name: Message = path.map { "\(path: $0)" } ?? "(value not shown)"
    let hint: Message =
      switch error {
      case .missing: "check the path and the volume mounted there"
      case .system, .notOwned, .accessibleByOthers:
        error.pathHint ?? "check its mode, owner and the pod's fsGroup"
      case .notRegular: "pass a regular file"
      case .tooLarge: "is this the right file?"
      case .unstable: "its writer must replace it by rename"
      }
    self.init(error.message("\(option: source) \(name)", user: user), hint: hint)
  }

  private init(_ error: InvalidCertificates, source: String) {
    let blocks: Message = "it must contain one or more blocks of -----BEGIN CERTIFICATE-----"
    let base64: Message = "encode the PEM on one line, as in a kubeconfig: base64 -w0 ca.crt"
    switch error {
    case .empty: self.init("\(untrusted: source) is empty", hint: blocks)
    case .notPEM: self.init("\(untrusted: source) does not contain PEM", hint: blocks)
    case .noCertificate:
      self.init("\(untrusted: source) contains PEM, but no certificate", hint: blocks)
    case .der:
      self.init(
        "\(untrusted: source) is DER, expected PEM",
        hint: "convert it to PEM: openssl x509 -inform DER -in FILE -out ca.crt")
    case .certificate(let number, let fault):
      let problem: Message =
        switch fault {
        case .noEnd: "has no -----END CERTIFICATE-----"
        case .notBase64: "is not base64"
        case .notX509: "is not an X.509 certificate"
        }
      self.init(
        "certificate \(number) of \(untrusted: source) \(problem)",
        hint: "was it truncated, wrapped or edited? check with openssl x509 -noout -text -in FILE")
    case .pemInsteadOfBase64:
      self.init("\(untrusted: source): expected base64-encoded PEM, got PEM", hint: base64)
    case .notBase64: self.init("\(untrusted: source) is not base64", hint: base64)
    }
  }
}

extension String {
  /// The query and the fragment of a URL, with the names of their parameters only.
  fileprivate var withheldEnd: String {
    guard let start = firstIndex(where: { $0 == "?" || $0 == "#" }) else { return "" }
    guard self[start] == "?" else { return "#…" }
    let query = self[start...].dropFirst().prefix { $0 != "#" }
    let names = query.split(separator: "&").map { parameter in
      parameter.firstIndex(of: "=").map { parameter[..<$0] + "=…" } ?? "…"
    }
    return "?" + names.joined(separator: "&") + (contains("#") ? "#…" : "")
  }
}

extension InvalidSecret {
  fileprivate var message: Message {
    switch self {
    case .notUTF8: "is not UTF-8 text"
    case .empty: "is empty"
    case .controlCharacter: "contains more than one line or a control character"
    }
  }
}

extension ConfigurationError.Conflict {
  fileprivate var hint: Message {
    switch self {
    case .certificatesTwice: "keep one of them: both set the trusted certificates"
    case .certificatesAndSkipVerify:
      "remove --insecure-skip-tls-verify: it disables every check of certificates"
    case .secretTwice: "keep the file and remove the other"
    case .severalSources: "pass one of them: each selects what to examine"
    case .subjectTokenTwice: "keep one of them: both name the subject token"
    case .secretWithoutAuthentication:
      "omit the secret for a public client, or --client-auth for a confidential one"
    }
  }
}
