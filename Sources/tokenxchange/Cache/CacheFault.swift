/// Why something of the cache cannot be used; in words for `--verbose`, for the run goes on without.
enum CacheFault: Error, Equatable {
  case missing
  case unfit(String)

  /// What to say.
  var words: String {
    switch self {
    case .missing: "there is none"
    case .unfit(let words): words
    }
  }

  /// The words for the last failed call of the system.
  static func system(_ what: String, _ code: Int32) -> CacheFault {
    .unfit("\(what): \(FileSystem.reason(code))")
  }
}
