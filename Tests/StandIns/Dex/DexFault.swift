import TestSupport

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

  package static func changing(
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

  package static func html(status: Int) -> DexFault {
    let head = "<head><title>\(status)</title></head>"
    return .response(.html("<html>\n\(head)\n<body>proxy</body>\n</html>\n", status: status))
  }
}
