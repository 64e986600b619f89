/// "Did you mean": the nearest of a few known words.
enum Suggestion {
  /// The nearest word, ignoring case and treating `_` as `-`; nil if none is near.
  ///
  /// If no word is spelled similarly, a shorter or longer form counts: `issuer` for `issuer-url`.
  static func nearest(to word: String, in words: [String]) -> String? {
    let word = word.lowercased().replacing("_", with: "-")
    let limit = min(3, max(1, word.count / 3))
    let ranked = words.map { (word: $0, distance: distance(word, $0)) }
      .filter { $0.distance <= limit }
    if let nearest = ranked.min(by: { $0.distance < $1.distance }) { return nearest.word }
    if let shorter = words.filter({ word.hasPrefix($0 + "-") }).max(by: { $0.count < $1.count }) {
      return shorter
    }
    let longer = words.filter { $0.hasPrefix(word + "-") }
    return longer.count == 1 ? longer[0] : nil
  }

  /// The number of single letters to insert, delete, replace or transpose (edit distance).
  static func distance(_ left: String, _ right: String) -> Int {
    let left = Array(left)
    let right = Array(right)
    var beforeLast: [Int] = []
    var last = Array(0...right.count)
    for row in left.indices {
      var next = [row + 1]
      for column in right.indices {
        let same = left[row] == right[column]
        var best = min(last[column] + (same ? 0 : 1), last[column + 1] + 1, next[column] + 1)
        if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
          best = min(best, beforeLast[column - 1] + 1)
        }
        next.append(best)
      }
      beforeLast = last
      last = next
    }
    return last[right.count]
  }
}

extension Command {
  func unknownSubcommand(_ word: String) -> UsageError {
    let known = subcommands.map(\.subcommandName)
    return .unknownSubcommand(
      word.isPlainWord ? word : nil, of: name,
      nearest: Suggestion.nearest(to: word, in: known), known: known)
  }

  func unknownOption(_ name: String, mayBeSecret: Bool) -> UsageError {
    let isShown = !mayBeSecret && name.isPlainWord
    return .unknownOption(isShown ? name : nil, command: self.name, advice: advice(on: name))
  }

  private func advice(on name: String) -> OptionAdvice? {
    if name == "--version" || name == "-version" { return .versionCommand }
    if let known = Self.kubeloginOptions.first(where: { $0.name == name })?.option,
      options.contains(where: { $0.name == known })
    {
      return .kubelogin("--" + known)
    }
    // Siblings of a subcommand come first, then the commands, then the other subcommands.
    let siblings = Command.all.first { $0.subcommand(subcommandName)?.name == self.name }
    let others =
      (siblings?.subcommands ?? []) + Command.all + Command.all.flatMap(\.subcommands)
    if let other = others.first(where: { $0.options.contains { $0.isNamed(name.utf8[...]) } }) {
      return .belongsTo(other.name)
    }
    let word = String(Substring(name.utf8.drop { $0 == UInt8(ascii: "-") }))
    return Suggestion.nearest(
      to: word, in: options.flatMap { [$0.name] + $0.aliases } + ["help"]
    ).map { .nearest("--" + $0) }
  }

  /// Options of int128/kubelogin with this program's names for them.
  private static let kubeloginOptions: [(name: String, option: String)] = [
    ("--oidc-issuer-url", "issuer"), ("--oidc-client-id", "client-id"),
    ("--oidc-client-secret", "client-secret-file"), ("--oidc-extra-scope", "scopes"),
    ("--token-cache-dir", "cache-dir"), ("--skip-open-browser", "no-browser"),
  ]
}
