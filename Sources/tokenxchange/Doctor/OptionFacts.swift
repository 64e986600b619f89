import Encoding
import Platform
import TokenExchange

/// Options as facts for the doctor and `--verbose`, without secrets.
extension ParsedArguments {
  /// Each option that has a value or a default, with the source of its value.
  ///
  /// - Parameter hidden: Options that are left out.
  /// - Returns: One fact for each option.
  func optionFacts(without hidden: [String]) -> [Fact] {
    command.options.filter { !hidden.contains($0.flag) }.compactMap { option in
      if let value = resolved(option) { return Self.fact(option, value) }
      return option.fallback.map { Fact(option.flag, $0.text + " [default]") }
    }
  }

  /// Each option that is set.
  var setOptionFacts: [Fact] {
    command.options.compactMap { option in resolved(option).map { Self.fact(option, $0) } }
  }

  /// Each option that the client set for the cluster.
  var clusterConfigFacts: [Fact] {
    resolved.compactMap { value in
      guard case .clusterConfig = value.source else { return nil }
      return Self.fact(value.option, value)
    }
  }

  private static func fact(_ option: OptionDeclaration, _ value: ResolvedOption) -> Fact {
    let source = value.source.name == option.flag ? "flag" : value.source.name
    return Fact(option.flag, "\(shown(value, of: option)) [\(source)]")
  }

  private static func shown(_ value: ResolvedOption, of option: OptionDeclaration) -> String {
    let text = value.values.joined(separator: " ")
    if option.sensitivity == .secret { return text.isEmpty ? "empty" : "set" }
    // A token passed to the wrong option, or a URL with a password or a code.
    let isURL = text.contains("://")
    let mayBeKey =
      option.sensitivity == .confusable && !text.isClearlyPath && text.hasRandomComponent
    let isSuspect =
      text.hasPrefix("eyJ") || text.contains("-----BEGIN ") || mayBeKey
      || isURL && text.contains { "@?#".contains($0) }
    return isSuspect ? "set, not shown" : text.sanitized(maxLength: 200)
  }
}
