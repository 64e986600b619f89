import Encoding
import Platform
import TokenExchange

/// What can be wrong with the values of options and with files of configuration.
///
/// A `source` is the option or variable that set the value.
enum ConfigurationError: Error, Equatable {
  /// `allowsHTTP` says whether an option allows plain http.
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
    /// Each of them selects what doctor examines.
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
  /// There is PEM, but no certificate.
  case noCertificate
  /// A certificate in DER.
  case der
  /// One certificate of the file, counted from 1.
  case certificate(Int, Fault)
  /// PEM where its base64 is expected.
  case pemInsteadOfBase64
  case notBase64

  /// What is wrong with one certificate.
  enum Fault: Equatable {
    case noEnd, notBase64, notX509
  }
}

extension Diagnosis {
  /// The message about a value or a file of configuration.
  init(_ error: ConfigurationError) {
    let (message, hint): (Message, Message) =
      switch error {
      case .invalidURL(let error, let text, let source, let canAllowHTTP):
        Self.parts(error, text, source: source, canAllowHTTP: canAllowHTTP)
      case .invalidExecInfo(let error): Self.parts(error)
      case .unreadableFile(let error, let path, let source, let user):
        Self.parts(error, path: path, source: source, user: user)
      case .invalidSecret(let error, let source):
        (
          "the client secret of \(untrusted: source) \(error.message)",
          "it must contain the secret and nothing else"
        )
      case .notUTF8(let path, let source):
        (
          "\(option: source) \(path: path): it is not UTF-8 text",
          "it must contain the value and nothing else"
        )
      case .invalidCertificates(let error, let source): Self.parts(error, source: source)
      case .clientCertificate(let error, let files): Self.parts(error, files)
      case .conflict(let first, let second, let conflict):
        ("\(option: first) and \(option: second) cannot be used together", conflict.hint)
      case .authenticationNeedsSecret(let source):
        (
          "\(option: source) post needs a client secret",
          "pass --client-secret-file, or omit --client-auth for a public client"
        )
      }
    self.init(.usage, message, hint: hint)
  }

  private static func parts(
    _ error: ClientCertificateError, _ files: ClientCertificateFiles
  ) -> (Message, Message) {
    let certificate: Message = "\(option: files.certificateSource) \(path: files.certificate)"
    let key: Message = "\(option: files.keySource) \(path: files.key)"
    switch error {
    case .invalidCertificate:
      return (
        "OpenSSL cannot read the first certificate of \(certificate)",
        "openssl x509 -noout -text -in FILE reads it"
      )
    case .noKey:
      return (
        "\(key) contains no private key that OpenSSL can read",
        "it must be PEM and have -----BEGIN PRIVATE KEY----- or the older forms for RSA and EC"
      )
    case .encryptedKey:
      return (
        "the private key in \(key) is encrypted with a password",
        "decrypt it, and protect the file by its mode: openssl pkey -in FILE -out client.key"
      )
    case .mismatch:
      return (
        "the private key in \(key) does not belong to the certificate in \(certificate)",
        "the client's own certificate comes first in its file; were the two renewed together?"
      )
    case .unsupported:
      return (
        "this build cannot use a client certificate",
        "use the static binary: its OpenSSL is inside it"
      )
    }
  }

  private static func parts(
    _ error: InvalidURL, _ text: String, source: String, canAllowHTTP: Bool
  ) -> (Message, Message) {
    // The query and the user part may hold a secret.
    let start = text.prefix { $0 != "?" && $0 != "#" }
    let name: Message =
      start.contains("@") ? "it" : "\(quoted: start + text.withheldEnd, maxLength: 120)"
    let usual: Message = """
      write it as https://HOST:PORT/PATH, such as https://dex.example.com/dex or \
      https://10.0.0.1:6443
      """
    func unusable(_ why: Message) -> Message {
      "\(option: source) is not a usable URL: \(name) \(why)"
    }
    switch error {
    case .notASCII:
      return (
        unusable("contains a non-ASCII character"),
        "write an internationalized host name in punycode: xn--…"
      )
    case .controlCharacter:
      return (unusable("contains a space, newline or control character"), usual)
    case .malformed: return (unusable("is malformed"), usual)
    case .unsupportedScheme: return (unusable("does not begin with https://"), usual)
    case .userInfo:
      return (
        "\(option: source) has a user name or password in its URL",
        "a Dex client is named by --client-id, its secret by --client-secret-file"
      )
    case .noHost: return (unusable("has no host"), usual)
    case .invalidHost: return (unusable("has an invalid character in its host"), usual)
    case .queryOrFragment: return (unusable("has a query or a fragment"), usual)
    case .invalidPort: return (unusable("has a port that is not from 1 to 65535"), usual)
    case .plainHTTP:
      let url: Message = "\(untrusted: text, maxLength: 120)"
      guard canAllowHTTP else {
        return (
          "\(option: source) is plain http: \(url)",
          """
          use https: over http anyone in between could replace the keys, and API servers reject \
          such an issuer
          """
        )
      }
      return (
        """
        \(option: source) is plain http: \(url) would send the token unencrypted
        """,
        "use https with --certificate-authority, or allow it with --insecure-allow-http"
      )
    }
  }

  private static func parts(_ error: InvalidExecInfo) -> (Message, Message) {
    let usual: Message = """
      kubectl sets it to an ExecCredential of client.authentication.k8s.io/v1 or v1beta1; in a \
      shell, unset it
      """
    switch error {
    case .notJSONObject: return ("KUBERNETES_EXEC_INFO does not contain a JSON object", usual)
    case .duplicateMember(let name):
      return ("KUBERNETES_EXEC_INFO has the member \(quoted: name) twice in one object", usual)
    case .kind(let kind):
      return (
        "KUBERNETES_EXEC_INFO has the kind \(untrusted: kind), expected ExecCredential", usual
      )
    case .version(let version):
      return (
        """
        KUBERNETES_EXEC_INFO requests apiVersion \
        \(untrusted: version.isEmpty ? "\"\"" : version), which is not supported
        """,
        """
        set exec.apiVersion in the kubeconfig to client.authentication.k8s.io/v1 or \
        client.authentication.k8s.io/v1beta1
        """
      )
    }
  }

  private static func parts(
    _ error: FileReadError, path: String?, source: String, user: UInt32
  ) -> (Message, Message) {
    let (what, hint): (Message, Message) =
      switch error {
      case .missing: ("no such file", "check the path and the volume mounted there")
      case .system, .notOwned, .accessibleByOthers:
        (
          "uid \(Int(user)) cannot read it: \(reason: error)",
          error.pathHint ?? "check its mode, owner and the pod's fsGroup"
        )
      case .notRegular(let kind): ("it is \(kind: kind)", "name a regular file")
      case .tooLarge: ("it is larger than 1 MiB", "is this the right file?")
      case .unstable: ("it kept changing while it was read", "let its writer replace it by rename")
      }
    let name: Message = path.map { "\(path: $0)" } ?? "(value not shown)"
    return ("\(option: source) \(name): \(what)", hint)
  }

  private static func parts(
    _ error: InvalidCertificates, source: String
  ) -> (Message, Message) {
    let blocks: Message = "it must contain one or more blocks of -----BEGIN CERTIFICATE-----"
    let base64: Message = """
      encode the PEM on one line, as in a kubeconfig: base64 -w0 ca.crt
      """
    switch error {
    case .empty: return ("\(untrusted: source) is empty", blocks)
    case .notPEM: return ("\(untrusted: source) does not contain PEM", blocks)
    case .noCertificate: return ("\(untrusted: source) contains PEM, but no certificate", blocks)
    case .der:
      return (
        "\(untrusted: source) is DER, expected PEM",
        "convert it to PEM: openssl x509 -inform DER -in FILE -out ca.crt"
      )
    case .certificate(let number, let fault):
      let what: Message =
        switch fault {
        case .noEnd: "has no -----END CERTIFICATE-----"
        case .notBase64: "is not base64"
        case .notX509: "is not an X.509 certificate"
        }
      return (
        "certificate \(number) of \(untrusted: source) \(what)",
        """
        it may have been cut, wrapped or edited: openssl x509 -noout -text -in FILE reads it
        """
      )
    case .pemInsteadOfBase64:
      return ("\(untrusted: source): expected base64-encoded PEM, got PEM", base64)
    case .notBase64: return ("\(untrusted: source) is not base64", base64)
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
      "remove --insecure-skip-tls-verify: with it no certificate is checked"
    case .secretTwice: "keep the file and remove the other"
    case .severalSources: "each of them selects what to examine: pass one"
    case .subjectTokenTwice: "keep one of them: both name the subject token"
    case .secretWithoutAuthentication:
      "omit the secret for a public client, or --client-auth for a confidential one"
    }
  }
}
