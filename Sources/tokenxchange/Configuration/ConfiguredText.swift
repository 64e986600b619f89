import Encoding
import TokenExchange

/// The text of a variable, or of the file that a variable names; the file is not read yet.
struct ConfiguredText: Sendable, Equatable {
  enum Value: Sendable, Equatable {
    case text(String)
    case file(String)
  }

  var value: Value
  /// The variable.
  var source: String

  /// The path of the file, if there is one.
  var path: String? {
    if case .file(let path) = value { path } else { nil }
  }

  /// The text, without white space around the content of a file.
  func read(in world: World) throws(CommandError) -> String {
    switch value {
    case .text(let text): return text
    case .file(let path):
      let content = try world.readConfiguration(path, source: source, mayBeSecret: true)
      guard let text = String(validating: content, as: UTF8.self) else {
        throw .configuration(.notUTF8(path: path, source: source))
      }
      return text.trimmingWhitespace()
    }
  }

  /// The client ID and the secret, separated by the first colon; without one the secret is empty.
  func readCredentials(
    in world: World
  ) throws(CommandError) -> (clientID: String, secret: Secret) {
    let text = try read(in: world).trimmingWhitespace()
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    return (String(parts[0]), Secret(parts.count == 2 ? String(parts[1]) : ""))
  }
}
