import Manifests
import TokenExchange

extension UsernameMapping {
  init(_ arguments: ParsedArguments) throws(Problem) {
    let isDirect = arguments[.direct]
    let ofDex: [OptionDeclaration] = [.connectorID, .usernameClaim]
    for spec in ofDex where isDirect && arguments.isSet(spec) {
      throw .conflict(
        arguments.source(of: .direct), arguments.source(of: spec),
        hint: "without Dex there is no connector, and the name is always the token's sub")
    }
    self.init(
      claim: isDirect ? .sub : try arguments[.usernameClaim],
      prefix: arguments[.usernamePrefix] ?? (isDirect ? "cluster-a:" : "dex:"),
      connectorID: isDirect ? nil : try arguments[.connectorID].text)
    // A prefix and a name together must not form one either.
    guard !prefix.hasPrefix("system:"), !"system:".hasPrefix(prefix) else {
      throw .systemPrefix(arguments.source(of: .usernamePrefix))
    }
  }
}
