/// A fault at the stand-in, for a number of requests or until it is cleared.
public struct DexFault: Sendable {
  /// The path under the issuer that it affects, or `*`.
  public var path: String
  /// How many requests it affects; nil for all.
  public var times: Int?
  /// Returns the faulty response, given the correct one.
  public var response: @Sendable (_ right: () -> LoopbackResponse) -> LoopbackResponse

  /// Makes a fault.
  public init(
    path: String = "/token", times: Int? = 1,
    response: @escaping @Sendable (_ right: () -> LoopbackResponse) -> LoopbackResponse
  ) {
    self.path = path
    self.times = times
    self.response = response
  }

  /// The same fault for another path or number of requests.
  public func on(_ path: String = "/token", times: Int? = 1) -> DexFault {
    DexFault(path: path, times: times, response: response)
  }

  /// The same fault for every request until it is cleared.
  public var forever: DexFault { DexFault(path: path, times: nil, response: response) }

  /// A fixed response.
  public static func response(_ response: LoopbackResponse) -> DexFault {
    DexFault { _ in response }
  }

  /// A status with a plain text body, as from a proxy.
  public static func status(_ status: Int, headers: [(String, String)] = []) -> DexFault {
    var response = LoopbackResponse.text("status \(status)\n", status: status)
    response.headers += headers
    return .response(response)
  }

  /// 429 with a `Retry-After`.
  public static func tooManyRequests(retryAfter: String) -> DexFault {
    .status(429, headers: [("Retry-After", retryAfter)])
  }

  /// An OAuth error in Dex's form.
  public static func oauth(
    _ error: String, _ description: String? = nil, status: Int = 400
  ) -> DexFault {
    .response(DexTokenRequest.error(error, description, status: status))
  }

  /// A page of HTML.
  public static func html(status: Int) -> DexFault {
    .response(
      .html(
        "<html>\n<head><title>\(status)</title></head>\n<body>proxy</body>\n</html>\n",
        status: status))
  }

  /// A redirect.
  public static func redirect(to location: String, status: Int = 302) -> DexFault {
    .response(.redirect(to: location, status: status))
  }

  /// The proxy of argocd-server, which turns each 500 of its Dex into a redirect without a body.
  public static var argoCDProxy: DexFault {
    DexFault { right in
      let response = right()
      return response.status == 500
        ? .redirect(to: "/login?has_sso_error=true", status: 303) : response
    }
  }

  /// 200 with an empty body.
  public static var empty: DexFault {
    .response(LoopbackResponse(headers: [("Content-Type", "application/json")]))
  }

  /// No proper response, in one of several ways.
  public static func delivery(_ delivery: LoopbackResponse.Delivery) -> DexFault {
    .response(.fault(delivery))
  }

  /// The correct response, delivered in an unusual way.
  public static func delivering(_ delivery: LoopbackResponse.Delivery) -> DexFault {
    DexFault { right in
      var response = right()
      response.delivery = delivery
      return response
    }
  }

  /// The correct response, delayed.
  public static func delay(_ seconds: Double) -> DexFault {
    DexFault { right in
      var response = right()
      response.delay = seconds
      return response
    }
  }

  /// The correct response, once a gate opens.
  public static func held(by gate: Gate) -> DexFault {
    DexFault { right in
      gate.wait()
      return right()
    }
  }

  /// The first half of the correct body, with a matching length.
  public static var truncatedJSON: DexFault {
    DexFault { right in
      var response = right()
      response.body = Array(response.body.prefix(response.body.count / 2))
      return response
    }
  }

  /// The first half of the correct body, with the length of the whole.
  public static var truncatedBody: DexFault {
    DexFault { right in
      var response = right()
      let whole = response.body.count
      response.body = Array(response.body.prefix(whole / 2))
      response.delivery = .truncated(missing: whole - response.body.count)
      return response
    }
  }

  /// The correct response with members of its JSON changed.
  public static func changingJSON(
    _ change: @escaping @Sendable (inout JSONObject) -> Void
  ) -> DexFault {
    DexFault { right in
      var response = right()
      if var object = (try? JSONValue(parsing: response.body))?.object {
        change(&object)
        response.body = Array(JSONValue.object(object).text.utf8)
      }
      return response
    }
  }
}
