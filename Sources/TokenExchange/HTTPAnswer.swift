/// One HTTP answer, as a value: what a transport brought back, whatever the status.
public struct HTTPAnswer: Sendable, Equatable {
  /// The status code.
  public var status: Int
  /// Header values by lower-case name.
  public var headers: [String: String]
  /// The body.
  public var body: [UInt8]

  /// Makes an answer.
  public init(status: Int, headers: [String: String] = [:], body: [UInt8] = []) {
    self.status = status
    self.headers = headers
    self.body = body
  }
}
