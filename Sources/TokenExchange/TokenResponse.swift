package import Encoding

/// Reads the response of a token endpoint (RFC 6749, sections 5.1 and 5.2).
package enum TokenResponse {
  /// The members of a success response.
  ///
  /// An `error` member is an error regardless of the status. A response that is not JSON comes from
  /// something in front of the server, or from a wrong path.
  ///
  /// - Parameter response: The response.
  /// - Returns: The members of its JSON object.
  /// - Throws: An OAuth error or why the response is invalid.
  package static func members(
    of response: HTTPResponse
  ) throws(TokenResponseError) -> JSON.Object {
    func invalid(_ reason: InvalidResponse.Reason) -> TokenResponseError {
      .invalidResponse(InvalidResponse(reason, status: response.status))
    }
    // Other 3xx statuses do not redirect.
    if [301, 302, 303, 307, 308].contains(response.status) {
      throw invalid(.redirect(.init(response)))
    }
    var json: JSON?
    var duplicate: String?
    do throws(JSONError) { json = try JSON(reading: response.body) } catch {
      duplicate = error.duplicateName
    }
    if let error = OAuthError(json, in: response) { throw .oauth(error) }
    if response.status == 429 || response.status >= 500 {
      throw invalid(.serverError(response.invalidBody))
    }
    if response.isAskingForTLS { throw invalid(.plainHTTPToTLSPort) }
    guard (200...299).contains(response.status) else {
      if response.status == 404 { throw invalid(.notFound(response.invalidBody)) }
      throw invalid(
        response.isAskingForCertificate
          ? .clientCertificateRequired : .unexpectedStatus(response.invalidBody))
    }
    if let duplicate { throw invalid(.duplicateMember(response.redacted(duplicate))) }
    guard let json else {
      if response.body.allSatisfy({ $0 <= 0x20 }) { throw invalid(.empty) }
      throw invalid(response.isHTML ? .html : .notJSON(byteCount: response.body.count))
    }
    guard let members = json.object else { throw invalid(.notJSONObject) }
    if let error = members["error"], error != .null {
      throw invalid(.invalidErrorMember(response.redacted(error.text())))
    }
    return members
  }
}

extension HTTPResponse {
  /// Whether this is a web page.
  var isHTML: Bool {
    if headers["content-type"]?.lowercased().hasPrefix("text/html") == true { return true }
    return body.drop { $0 <= 0x20 }.first == UInt8(ascii: "<")
  }

  /// The body, for a message.
  fileprivate var invalidBody: InvalidResponse.Body {
    isHTML ? .html : .text(redacted(String(decoding: body, as: UTF8.self)))
  }

  /// Whether nginx requires a client certificate, or another one, which it reports only after the
  /// TLS handshake.
  fileprivate var isAskingForCertificate: Bool {
    guard status == 400, body.count < 10_000 else { return false }
    let text = String(decoding: body, as: UTF8.self)
    return text.contains("No required SSL certificate was sent")
      || text.contains("The SSL certificate error")
  }
}
