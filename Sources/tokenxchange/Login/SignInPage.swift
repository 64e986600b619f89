import Encoding
import TokenExchange

/// The page on which a user signs in.
struct SignInPage: Equatable {
  var url: String
  /// The code to confirm there; nil if the page returns to this machine.
  var userCode: String?
  /// When the sign-in ends, on the boot clock.
  var end: Double
}

/// A sign-in in progress, stored in the lock file, so that waiting processes show the same page.
struct SignInProgress: Equatable {
  /// The process that waits for the user.
  var processID: Int
  var page: SignInPage
}

extension SignInProgress {
  /// Reads the note in the lock file; nil if it is incomplete.
  init?(note: [UInt8]) {
    guard let json = JSON(parsing: note), case .integer(let processID)? = json["process"],
      let url = json["url"]?.string, let end = json["end"]?.double,
      url.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
    else { return nil }
    self.init(
      processID: Int(processID),
      page: SignInPage(url: url, userCode: json["code"]?.string, end: end))
  }

  var note: String {
    JSON.object([
      "process": .integer(Int64(processID)), "url": .string(page.url), "code": JSON(page.userCode),
      "end": .number(page.end),
    ]).text()
  }
}
