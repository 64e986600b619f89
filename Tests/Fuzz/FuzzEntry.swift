// Built by `make fuzz` with the sources of the library and of the cache, for libFuzzer.

import FoundationEssentials

/// The current time, the same for all inputs.
private let now = Date(timeIntervalSince1970: 1_795_223_258)

/// The request to which all responses belong.
private let request: TokenExchangeRequest? = {
  let token =
    "eyJhbGciOiJSUzI1NiJ9.eyJhdWQiOiJkZXgiLCJleHAiOjE3OTUyMjY4NTgsImlzcyI6Imh0dHBzOi8veCJ9.c2ln"
  guard let url = try? EndpointURL("https://dex.example/token") else { return nil }
  return TokenExchangeRequest(
    tokenURL: url, issuer: "https://dex.example", clientID: "client", connectorID: "connector",
    subjectToken: SubjectToken(unchecked: Secret(token)), scopes: ["openid"])
}()

/// A login, and the key of its cache entry.
private let login: LoginRequest? = {
  guard let issuer = try? EndpointURL("https://dex.example") else { return nil }
  return LoginRequest(issuer: issuer, clientID: "client", scopes: ["openid"])
}()
private let key = CacheKey(kind: "fuzz", parts: [(name: "client", values: ["client"])])
private let written = ClockReading(date: now, bootTime: 100)

/// Runs one input: the first byte selects the parser of the other bytes.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let input = Array(UnsafeBufferPointer(start: start, count: count))
  guard let selector = input.first else { return 0 }
  let bytes = Array(input.dropFirst())
  let text = String(decoding: bytes, as: UTF8.self)
  switch selector % 8 {
  case 0:
    if let jwt = UnverifiedJWT(text) { read(jwt) }
  case 1: _ = try? ExecInfo(text)
  case 2, 3: response(bytes)
  case 4: _ = try? SubjectToken(content: bytes, type: .accessToken, now: now)
  case 5: signIn(bytes)
  case 6: cacheFile(bytes)
  default: smallParsers(text, bytes)
  }
  return 0
}

/// Reads every property of a token's claims.
private func read(_ jwt: UnverifiedJWT) {
  for date in [jwt.expiry, jwt.notBefore, jwt.issuedAt] {
    guard let date else { continue }
    precondition(Timestamp.text(date).count == 20)
    _ = DurationText.relative(date, to: now)
    if date > now {
      let end = ExecCredential.expiration(of: date, margin: 60, now: now)
      precondition(end >= now && end <= date)
    }
  }
  _ = (jwt.issuer, jwt.subject, jwt.audiences)
}

/// Creates a response with the status, headers and body that the input selects.
private func response(_ bytes: [UInt8]) {
  guard let request, bytes.count >= 2 else { return }
  let statuses = [200, 200, 200, 400, 401, 302, 404, 429, 500, 503]
  let response = HTTPResponse(
    status: statuses[Int(bytes[0]) % statuses.count],
    headers: bytes[1] % 2 == 0 ? [:] : ["location": String(decoding: bytes, as: UTF8.self)],
    body: Array(bytes.dropFirst(2)))
  if let token = try? IssuedToken(response: response, to: request, sent: now, now: now) {
    precondition(!token.secret.revealed.isEmpty)
  }
}

/// Parses the input as Dex's responses during a sign-in.
private func signIn(_ bytes: [UInt8]) {
  guard let login, let first = bytes.first else { return }
  let response = HTTPResponse(
    status: [200, 200, 400, 401, 500][Int(first) % 5], headers: [:], body: Array(bytes.dropFirst()))
  if let device = try? DeviceAuthorization(response, to: login) {
    precondition(device.interval >= 1 && device.expiresIn >= 1)
    if let page = device.browserPage(issuer: login.issuer) {
      precondition(page.lowercased().hasPrefix("http"))
    }
  }
  if let tokens = try? TokenSet(response, to: login, now: now) {
    let content = CachedLogin(tokens, written: written).content(key: key)
    precondition(CachedLogin(content, key: key) != nil)
  }
}

/// Parses a valid cache file in which the input replaces a part.
private func cacheFile(_ bytes: [UInt8]) {
  guard bytes.count >= 2 else { return }
  let failure = CachedFailure(
    message: "message", hint: "hint", exitCode: .network, written: written)
  var content = failure.content(key: key)
  let offset = Int(bytes[0]) << 8 | Int(bytes[1])
  if offset >= content.count {
    content = Array(bytes.dropFirst(2))
  } else {
    let end = min(content.count, offset + bytes.count - 2)
    content.replaceSubrange(offset..<end, with: bytes.dropFirst(2))
  }
  _ = CachedFailure(content, key: key)
  _ = CachedToken(content, key: key)
  _ = CachedLogin(content, key: key)
}

/// Runs the small parsers, which must accept their own output, and the removal of control
/// characters from text in messages.
private func smallParsers(_ text: String, _ bytes: [UInt8]) {
  let message = text.sanitized(maxLength: 200)
  precondition(!message.unicodeScalars.contains { $0.properties.generalCategory == .control })
  if let json = JSON(parsing: bytes) { precondition(JSON(parsing: Array(json.text().utf8)) != nil) }
  if let decoded = Base64URL.decode(text) { precondition(Base64URL.encode(decoded).count >= 0) }
  _ = try? EndpointURL(text, allowsHTTP: true)
  _ = HTTPDate.retryAfter(text, now: now)
  _ = FormEncoding.encode(text)
  _ = JSON.quote(text)
}
