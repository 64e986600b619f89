/// What one option was set to, and by what.
struct Setting: Sendable, Equatable {
  /// Where a value came from; the later case wins.
  enum Source: Sendable, Equatable {
    /// A variable, by its name.
    case variable(String)
    /// A flag, as it was spelt.
    case flag(String)

    /// The name to show.
    var name: String {
      switch self {
      case .variable(let name), .flag(let name): name
      }
    }
  }

  var values: [String]
  var source: Source
}
