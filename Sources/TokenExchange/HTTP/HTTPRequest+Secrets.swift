import Encoding

extension HTTPRequest {
  /// Form fields that may be logged; the value of any other field is a secret.
  private static let harmlessFields = [
    "grant_type", "connector_id", "subject_token_type", "requested_token_type", "scope",
    "client_id", "redirect_uri", "user_code",
  ]

  /// All secrets in this request.
  ///
  /// The user name of Basic is not included, because it is the client ID. If it may be a misplaced
  /// secret, the caller adds it to ``confidentialTexts``.
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

  /// Untrusted text for display: without the secrets of this request, without control characters,
  /// and shortened, in this order.
  ///
  /// In another order, a secret with a newline would not be found after folding white space, nor a
  /// partial secret after shortening.
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
  /// Text of this response without the secrets of the request, for an error.
  ///
  /// It is shortened, but not sanitized.
  package func redacted(_ text: String) -> String {
    guard let request else { return String(decoding: text.utf8.prefix(4096), as: UTF8.self) }
    return Redaction(request.secrets)(text)
  }

  /// Text of this response for display: without the secrets of the request, sanitized.
  package func shown(_ text: String, maxLength: Int = 300) -> String {
    request?.shown(text, maxLength: maxLength) ?? text.sanitized(maxLength: maxLength)
  }
}
