import Manifests
import TokenExchange

extension UsernameMapping {
  init(_ arguments: ParsedArguments) throws(CommandError) {
    let isDirect = arguments[.direct]
    let ofDex: [OptionDeclaration] = [.connectorID, .usernameClaim]
    for spec in ofDex where isDirect && arguments.isSet(spec) {
      throw .generate(
        .conflict(
          arguments.source(of: .direct), arguments.source(of: spec), .directHasOneUsername))
    }
    // Only `generate api-server` has login connectors.
    let isForPeople = !arguments.isSet(.connectorID) && !arguments[.loginConnector].isEmpty
    if isForPeople, !isDirect, arguments.isSet(.usernameClaim) {
      throw .generate(
        .conflict(
          arguments.source(of: .loginConnector), arguments.source(of: .usernameClaim),
          .peopleHaveOneUsername))
    }
    self.init(
      claim: isDirect ? .sub : try arguments[.usernameClaim],
      prefix: arguments[.usernamePrefix] ?? (isDirect ? "cluster-a:" : Self.defaultPrefix),
      connectorID: isDirect || isForPeople ? nil : try arguments[.connectorID].text)
    // A prefix and a name together must not form one either.
    guard !prefix.hasPrefix("system:"), !"system:".hasPrefix(prefix) else {
      throw .generate(.systemPrefix(option: arguments.source(of: .usernamePrefix)))
    }
  }
}
