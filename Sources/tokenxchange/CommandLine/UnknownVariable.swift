/// A variable that begins with `TOKENXCHANGE_` and sets no option of any command.
struct UnknownVariable: Equatable, Sendable {
  var name: String
  /// The variable that the user may have meant.
  var nearest: String?
}

extension ParsedArguments {
  /// The unknown variables, by name.
  ///
  /// Building all commands takes a tenth of a short run, so this is only for reports and errors.
  var unknownVariables: [UnknownVariable] {
    guard !variableNames.isEmpty else { return [] }
    let commands = Command.all.flatMap { [$0] + $0.subcommands }.filter(\.readsVariables)
    let options = commands.flatMap(\.options).filter(\.hasVariable)
    let unknown = variableNames.filter { name in
      !name.isServiceVariable && !options.contains { $0.hasVariable(named: name) }
    }
    return unknown.sorted().map { name in
      let word = String(name.dropFirst(OptionDeclaration.variablePrefix.count))
      let nearest = Suggestion.nearest(to: word, in: options.map(\.name))
      return UnknownVariable(name: name, nearest: options.first { $0.name == nearest }?.variable)
    }
  }
}

extension String {
  /// Whether Kubernetes sets it for a Service that is named tokenxchange: it sets
  /// `TOKENXCHANGE_SERVICE_HOST`, `TOKENXCHANGE_PORT` and names that begin with them.
  fileprivate var isServiceVariable: Bool {
    let words = dropFirst(OptionDeclaration.variablePrefix.count).split(separator: "_")
    return words.first == "PORT" || words.starts(with: ["SERVICE", "HOST"])
      || words.starts(with: ["SERVICE", "PORT"])
  }
}
