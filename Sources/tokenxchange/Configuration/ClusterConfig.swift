import Encoding
import TokenExchange

/// What can be wrong with `spec.cluster.config` in `KUBERNETES_EXEC_INFO`.
enum ClusterConfigError: Error, Equatable {
  case noExecInfo
  /// The client passes no `spec.cluster`.
  case noCluster
  /// `spec.cluster` has no `config`, or null.
  case noConfig
  case notObject
  /// A key of an option that only the command line and variables may set.
  case forbiddenKey(String, option: String)
  case unknownKey(String, nearest: String?)
  /// Two keys for one option.
  case repeatedKey(String, String)
  case notText(String)
  case notList(String)
  case emptyValue(String)
  /// Keys of required options that are not set elsewhere either.
  case missingKeys([String], options: [String])
}

extension ParsedArguments {
  /// Applies the cluster's settings from `KUBERNETES_EXEC_INFO` if `--cluster-config` is on.
  ///
  /// They replace variables, but not options of the command line.
  mutating func applyClusterConfig(from variables: [String: String]) throws(CommandError) {
    guard self[.clusterConfig] else { return }
    let text = variables["KUBERNETES_EXEC_INFO"] ?? ""
    guard !text.allSatisfy(\.isWhitespace) else { throw .clusterConfig(.noExecInfo) }
    let info: ExecInfo
    do throws(InvalidExecInfo) { info = try ExecInfo(text) } catch {
      throw .configuration(.invalidExecInfo(error))
    }
    do throws(ClusterConfigError) { try applyClusterConfig(of: info) } catch {
      throw .clusterConfig(error)
    }
  }

  private mutating func applyClusterConfig(of info: ExecInfo) throws(ClusterConfigError) {
    guard let cluster = info.cluster else { throw .noCluster }
    guard let config = cluster["config"], config != .null else { throw .noConfig }
    guard let members = config.object else { throw .notObject }
    var keys: [(setting: ClusterSetting, key: String)] = []
    for key in members.keys {
      guard let setting = ClusterSetting.named(key) else { throw unknownKey(key) }
      if let other = keys.first(where: { $0.setting.key == setting.key }) {
        throw .repeatedKey(other.key, key)
      }
      keys.append((setting, key))
    }
    for (setting, key) in keys {
      let values = try setting.values(members[key] ?? .null, key: key)
      if case .flag = resolved(setting.option)?.source { continue }
      if let values { set(setting.option, to: values, source: .clusterConfig(key: key)) }
    }
    let missing = ClusterSetting.all.filter { setting in
      guard case .required = setting.option.requirement else { return false }
      return !isSet(setting.option)
    }
    guard missing.isEmpty else {
      throw .missingKeys(missing.map(\.key), options: missing.map(\.option.flag))
    }
  }

  private func unknownKey(_ key: String) -> ClusterConfigError {
    let letters = key.lettersAndDigits
    let option = command.options.first { option in
      option.isForbiddenForClusters
        && ([option.name] + option.aliases).contains { $0.lettersAndDigits == letters }
    }
    if let option {
      // The secret itself must not be passed as an argument.
      let isSecret = option.isSame(as: .clientSecret)
      return .forbiddenKey(
        key, option: isSecret ? OptionDeclaration.clientSecretFile.flag : option.flag)
    }
    let exact = ClusterSetting.all.first { $0.key.lettersAndDigits == letters }
    return .unknownKey(
      key, nearest: exact?.key ?? Suggestion.nearest(to: key, in: ClusterSetting.all.map(\.key)))
  }
}

extension ClusterSetting {
  /// The setting with a key, which may also be a name of the option.
  fileprivate static func named(_ key: String) -> ClusterSetting? {
    all.first { $0.key == key || ([$0.option.name] + $0.option.aliases).contains(key) }
  }

  /// The texts of a value; nil for null, which means unset.
  fileprivate func values(_ value: JSON, key: String) throws(ClusterConfigError) -> [String]? {
    if value == .null { return nil }
    let values: [String]
    if let text = value.string {
      values = [text]
    } else if option.kind == .list {
      guard let texts = value.strings else { throw .notList(key) }
      values = texts
    } else {
      throw .notText(key)
    }
    guard !values.isEmpty, !values.contains(where: option.isEmpty) else { throw .emptyValue(key) }
    return values
  }
}

extension OptionDeclaration {
  /// Whether it determines where a token is sent, what is trusted or which file is read.
  fileprivate var isForbiddenForClusters: Bool {
    group != nil || section == .tls || isPath || sensitivity != .none
  }
}

extension String {
  /// This in lower case without `-` and `_`: the same for `tokenURL`, `token_url` and `token-url`.
  fileprivate var lettersAndDigits: String {
    String(decoding: lowercased().utf8.filter { $0 != 0x2D && $0 != 0x5F }, as: UTF8.self)
  }
}
