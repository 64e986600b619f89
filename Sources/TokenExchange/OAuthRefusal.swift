/// The error answer of RFC 6749, section 5.2.
public struct OAuthRefusal: Sendable, Equatable {
  /// `error`, made safe to print.
  public var code: String
  /// `error_description`, made safe to print, if there is one.
  public var explanation: String?
  /// The HTTP status it came with.
  public var status: Int

  /// Reads the JSON of an answer; nil if it holds no `error` text.
  init?(_ json: JSON?, in answer: HTTPAnswer) {
    guard let code = json?["error"]?.string, !code.isEmpty else { return nil }
    self.code = answer.shown(code, maxLength: 100)
    status = answer.status
    let text = json?["error_description"]?.string.map { answer.shown($0) }
    explanation = text?.isEmpty == false ? text : nil
  }

  /// The refusal in a message.
  var words: String {
    "\(status) \(code)" + (explanation.map { ": " + $0 } ?? ", without a description")
  }
}
