/// A fault at the stand-in, for a number of requests or until it is cleared.
package struct DexFault: Sendable {
  package typealias Response = @Sendable (_ right: () -> LoopbackResponse) -> LoopbackResponse

  /// The path under the issuer that it affects, or `*`.
  private(set) var path = "/token"
  /// How many requests it affects; nil for all.
  var times: Int? = 1
  /// Returns the faulty response, given the correct one.
  let response: Response

  /// A fault of one request to the token endpoint.
  package init(response: @escaping Response) { self.response = response }

  /// The same fault for another path or number of requests.
  package func on(_ path: String = "/token", times: Int? = 1) -> DexFault {
    var copy = self
    (copy.path, copy.times) = (path, times)
    return copy
  }

  /// The same fault for every request until it is cleared.
  package var forever: DexFault { on(path, times: nil) }

  package static func response(_ response: LoopbackResponse) -> DexFault {
    DexFault { _ in response }
  }

  /// The correct response, changed.
  private static func changing(
    _ change: @escaping @Sendable (inout LoopbackResponse) -> Void
  ) -> DexFault {
    DexFault { right in
      var response = right()
      change(&response)
      return response
    }
  }

  /// A status with a plain text body, as from a proxy.
  package static func status(_ status: Int, headers: [(String, String)] = []) -> DexFault {
    .response(.text("status \(status)\n", status: status, headers: headers))
  }

  package static func tooManyRequests(retryAfter: String) -> DexFault {
    .status(429, headers: [("Retry-After", retryAfter)])
  }

  /// An OAuth error in Dex's form.
  package static func oauth(
    _ error: String, _ description: String? = nil, status: Int = 400
  ) -> DexFault {
    .response(.error(error, description, status: status))
  }

  package static func html(status: Int) -> DexFault {
    let head = "<head><title>\(status)</title></head>"
    return .response(.html("<html>\n\(head)\n<body>proxy</body>\n</html>\n", status: status))
  }

  package static func redirect(to location: String, status: Int = 302) -> DexFault {
    .response(.redirect(to: location, status: status))
  }

  /// The proxy of argocd-server, which turns each 500 of its Dex into a redirect without a body.
  package static let argoCDProxy = changing {
    if $0.status == 500 { $0 = .redirect(to: "/login?has_sso_error=true", status: 303) }
  }

  /// 200 with an empty body.
  package static let empty = response(
    LoopbackResponse(headers: [("Content-Type", "application/json")]))

  /// No proper response, in one of several ways.
  package static func delivery(_ delivery: LoopbackResponse.Delivery) -> DexFault {
    .response(.fault(delivery))
  }

  /// The correct response, delivered in an unusual way.
  package static func delivering(_ delivery: LoopbackResponse.Delivery) -> DexFault {
    .changing { $0.delivery = delivery }
  }

  /// The correct response, after some seconds.
  package static func delay(_ seconds: Double) -> DexFault { .changing { $0.delay = seconds } }

  /// The correct response, once a gate opens.
  package static func held(by gate: Gate) -> DexFault {
    DexFault { right in
      gate.wait()
      return right()
    }
  }

  /// The first half of the correct body, with a matching length.
  package static let truncatedJSON = changing { $0.body = Array($0.body.prefix($0.body.count / 2)) }

  /// The first half of the correct body, with the length of the whole.
  package static let truncatedBody = changing {
    let whole = $0.body
    $0.body = Array(whole.prefix(whole.count / 2))
    $0.delivery = .truncated(missing: whole.count - $0.body.count)
  }

  /// The correct response with members of its JSON changed.
  package static func changingJSON(
    _ change: @escaping @Sendable (inout JSONObject) -> Void
  ) -> DexFault {
    .changing { response in
      guard var object = (try? JSONValue(parsing: response.body))?.object else { return }
      change(&object)
      response.body = Array(JSONValue.object(object).text.utf8)
    }
  }

  /// A fault of the control endpoint: `{"kind": "status", "status": 503, "times": 2}` or the kind
  /// `html`.
  init?(_ value: JSONValue) {
    let status = value["status"]?.integer
    let fault: DexFault
    switch value["kind"]?.string {
    case "status": fault = .status(status ?? 500)
    case "html": fault = .html(status: status ?? 200)
    default: return nil
    }
    self = fault.on(times: value["times"]?.integer ?? 1)
  }
}
