extension HTTPRequest {
  /// The form fields that every log may show; the value of any other field counts as a secret.
  private static let harmlessFields = [
    "grant_type", "connector_id", "subject_token_type", "requested_token_type", "scope",
    "client_id", "redirect_uri", "user_code",
  ]

  /// All secrets that this request carries, taken from what is sent.
  ///
  /// The user name of Basic is not among them: it is the client ID. Where it may be a secret given
  /// in the wrong place, the caller adds it to ``confidentialTexts``.
  var secrets: [Secret] {
    var secrets = confidentialTexts
    for header in headers where header.name.lowercased() == "authorization" {
      let credentials = header.value.drop { $0 != " " }.dropFirst()
      secrets.append(Secret(String(credentials)))
      guard header.value.hasPrefix("Basic "), let bytes = Base64.decode(String(credentials)) else {
        continue
      }
      let pair = String(decoding: bytes, as: UTF8.self)
      let password = String(pair.drop { $0 != ":" }.dropFirst())
      secrets += [pair, password, FormEncoding.decode(pair), FormEncoding.decode(password)]
        .map { Secret($0) }
    }
    let type = headers.first { $0.name.lowercased() == "content-type" }?.value
    if type == FormEncoding.mediaType, let body {
      secrets += FormEncoding.fields(body)
        .filter { !Self.harmlessFields.containsBytes(of: $0.name) }.map { Secret($0.value) }
    }
    return secrets
  }

  /// A text from outside as it may be shown: without the secrets of this request, then without
  /// control characters, then cut to a length.
  ///
  /// The order matters: a secret with a newline in it is not found any more where white space was
  /// folded, and half a secret is not found at all.
  package func shown(_ text: String, maxLength: Int = 300) -> String {
    Redaction(secrets)(text).sanitized(maxLength: maxLength)
  }

  /// Sends this request; the response knows its request, so that its text can be redacted.
  ///
  /// - Parameters:
  ///   - transport: Sends it.
  ///   - options: How to send it.
  /// - Returns: The response.
  /// - Throws: The transport's error, without secrets in its detail.
  package func send(
    by transport: HTTPTransport, _ options: HTTPOptions
  ) throws(TransportError) -> HTTPResponse {
    do throws(TransportError) {
      var response = try transport(self, options)
      response.request = self
      return response
    } catch {
      throw error.mapText { shown($0) }
    }
  }
}

extension HTTPResponse {
  /// A text of this response without the secrets of the request, for an error.
  ///
  /// Not sanitized. It is cut, because no message is longer.
  package func redacted(_ text: String) -> String {
    guard let request else { return String(decoding: text.utf8.prefix(4096), as: UTF8.self) }
    return Redaction(request.secrets)(text)
  }

  /// A text of this response as it may be shown: without the secrets of the request, sanitized.
  package func shown(_ text: String, maxLength: Int = 300) -> String {
    request?.shown(text, maxLength: maxLength) ?? text.sanitized(maxLength: maxLength)
  }
}
