import Foundation

/// A token endpoint request, parsed by the rules of Go's `Request.Form` and `PostForm`.
struct DexTokenRequest {
  let method: String
  let basic: String?
  let posted: [(name: String, value: String)]
  let queried: [(name: String, value: String)]

  init(_ request: LoopbackRequest) {
    method = request.method
    posted = request.form
    queried = LoopbackRequest.fields(request.query)
    let header = request.header("Authorization") ?? ""
    let isBasic = header.lowercased().hasPrefix("basic ")
    basic =
      isBasic
      ? Data(base64Encoded: String(header.dropFirst(6))).map { String(decoding: $0, as: UTF8.self) }
      : nil
  }

  /// A field of the body only.
  func body(_ name: String) -> String { posted.first { $0.name == name }?.value ?? "" }

  /// A field of the body or, if it is missing there, of the query.
  func any(_ name: String) -> String {
    (posted + queried).first { $0.name == name }?.value ?? ""
  }

  /// Words separated by white space.
  var scopes: [String] { any("scope").split(whereSeparator: \.isWhitespace).map(String.init) }

  /// An OAuth error as Dex writes it.
  static func error(_ code: String, _ text: String? = nil, status: Int = 400) -> LoopbackResponse {
    var body = JSONObject([("error", .string(code))])
    if let text { body["error_description"] = .string(text) }
    return .json(.object(body), status: status)
  }

  /// The authenticated client, or Dex's error.
  func client(
    among clients: [DexConfiguration.Client]
  ) -> Result<DexConfiguration.Client, DexRefusal> {
    var id = body("client_id")
    var secret = body("client_secret")
    // Basic takes precedence over the form, and both its parts are form-decoded (RFC 6749, section
    // 2.3.1).
    if let basic, let colon = basic.firstIndex(of: ":") {
      guard let name = LoopbackRequest.unescape(basic[..<colon]) else {
        return .refused("invalid_request", "client_id improperly encoded")
      }
      guard let word = LoopbackRequest.unescape(basic[basic.index(after: colon)...]) else {
        return .refused("invalid_request", "client_secret improperly encoded")
      }
      id = name
      secret = word
    }
    guard let client = clients.first(where: { $0.id == id && $0.secret == secret }) else {
      return .refused("invalid_client", "Invalid client credentials.", status: 401)
    }
    return .success(client)
  }
}

/// A response that ends a request early.
struct DexRefusal: Error {
  let response: LoopbackResponse
}

extension Result where Failure == DexRefusal {
  static func refused(_ code: String, _ text: String? = nil, status: Int = 400) -> Self {
    .failure(DexRefusal(response: DexTokenRequest.error(code, text, status: status)))
  }
}
