import TokenExchange

/// An error in the options of `generate`.
///
/// An `option` is the name or variable that the user set; other texts are the user's values.
enum GenerateError: Error, Equatable, Sendable {
  case secretInOutput(option: String)
  case serverWithoutTLS(option: String)
  case ownClusterOfArgoCD(option: String)
  case privateKeyInCertificates(option: String, path: String)
  case invalidProxyURL(String?)
  case invalidServerName(String)

  /// A plugin that reads a token from standard input.
  case standardInput(option: String)
  case notForMethod(option: String, method: String)
  case methodForPeople(method: String)
  case commandWithSpace(String)

  /// A path in a pod that is relative or begins with `~/`.
  case relativePath(option: String)
  /// A path that begins with `~/`, without a home directory.
  case noHomeDirectory(option: String)
  case sameDirectory(String, String)
  case tokenExpiration(option: String, isTooShort: Bool)
  case invalidQuantity(String, option: String)
  case requestAboveLimit(resource: String, request: String, limit: String)

  case invalidServiceAccount(String)
  case invalidSubject(String)
  case systemPrefix(option: String)
  case invalidRule(String)
  case pathInNamespace(String)
  case invalidObjectName(String)

  case invalidLabel(String)
  case invalidAnnotation(String)
  case repeatedKey(String, option: String)
  case reservedKey(String, option: String)
  case invalidNamespace(String, option: String)
  case invalidShard(String)
  case shardZeroInHelm
  case clusterNameInHelm(String)
  case invalidRelease(String)
  case invalidClusterProfileName(String)
  case issuerOfArgoCD(option: String)

  case conflict(String, String, Conflict)

  enum Conflict: Equatable, Sendable {
    case oneRolePerCommand
    case directWithDex
    case dexWithDirect
    case directHasOneUsername
    case peopleHaveOneUsername
    case configWithOpaqueNames
    case flagsWithConnectors
    case flagsWithNestedClaims
    case flagsWithAudiences
    case flagsWithCertificates
    case flagsWithSubjects
    case oneTokenIssuer
    case valuesNeedNoRelease
  }
}
