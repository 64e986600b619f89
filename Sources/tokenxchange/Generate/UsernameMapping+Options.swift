import Manifests
import TokenExchange

extension UsernameMapping {
  init(_ arguments: ParsedArguments) throws(CommandError) {
    let isDirect = arguments[.direct]
    let dexOptions: [OptionDeclaration] = [.connectorID, .usernameClaim]
    for option in dexOptions where isDirect && arguments.isSet(option) {
      throw .generate(
        .conflict(
          arguments.source(of: .direct), arguments.source(of: option), .directHasOneUsername))
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
    // A prefix such as "sys" could form "system:" together with a name.
    guard !prefix.hasPrefix("system:"), !"system:".hasPrefix(prefix) else {
      throw .generate(.systemPrefix(option: arguments.source(of: .usernamePrefix)))
    }
  }
}
