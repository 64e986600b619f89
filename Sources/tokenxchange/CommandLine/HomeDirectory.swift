/// The user's home directory, for paths that no shell has expanded: a shell expands `~/` only at
/// the start of a word, and not at all in a kubeconfig.
struct HomeDirectory: Sendable {
  /// Its absolute path; nil if `HOME` is not an absolute path.
  private var path: String?

  init(_ variables: [String: String]) {
    path = variables["HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil }
  }

  /// A path with the home directory in place of a leading `~`; nil if there is none.
  func expanding(_ text: String) -> String? {
    guard text.utf8.starts(with: "~/".utf8) else { return text }
    guard let path else { return nil }
    return (path.hasSuffix("/") ? String(path.dropLast()) : path) + text.dropFirst()
  }
}
