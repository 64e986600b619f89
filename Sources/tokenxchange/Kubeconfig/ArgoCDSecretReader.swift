import Encoding
import Platform
import TokenExchange

/// Reads the cluster Secrets of Argo CD: what `generate argocd-cluster` prints, and what
/// `kubectl get secret -o yaml` and `-o json` print.
struct ArgoCDSecretReader {
  let world: World

  /// Reads the Secret in a file.
  ///
  /// - Parameter path: The file; `-` for standard input.
  /// - Returns: The cluster and the credential as Argo CD uses them.
  /// - Throws: ``CommandError/argoCDSecret(_:file:)``, or ``CommandError/configuration(_:)`` for a
  ///   file that cannot be read.
  func read(_ path: String) throws(CommandError) -> ClientConfiguration {
    let content = try content(of: path)
    do throws(ArgoCDSecretError) {
      let entries = try Self.documents(content).flatMap { Self.entries(in: $0) }
      guard let entry = entries.first else { throw .noSecret }
      guard entries.count == 1 else { throw .severalSecrets(entries.map(\.name)) }
      return try Self.configuration(try entry.fields(), name: entry.name)
    } catch {
      throw .argoCDSecret(error, file: path)
    }
  }

  private func content(of path: String) throws(CommandError) -> [UInt8] {
    let source = OptionDeclaration.argoCDSecret.flag
    guard path == "-" else { return try world.readConfiguration(path, source: source) }
    do throws(FileReadError) { return try world.terminal.readInput(1 << 20) } catch {
      throw .configuration(
        .unreadableFile(error, path: "-", source: source, user: world.process.userID))
    }
  }

  private static func documents(_ content: [UInt8]) throws(ArgoCDSecretError) -> [JSON] {
    if content.first(where: { $0 > 0x20 }) == UInt8(ascii: "{") {
      do throws(JSONError) { return [try JSON(reading: content)] } catch {
        throw error.duplicateName.map { .duplicateMember($0) } ?? .invalidJSON
      }
    }
    do throws(YAMLError) {
      return try YAMLReader.documents(in: String(decoding: content, as: UTF8.self))
    } catch {
      throw .notReadable(error)
    }
  }

  /// A Secret, or an entry of the argo-helm chart's values, which becomes one.
  private enum Entry {
    case secret(JSON)
    case values(name: String, JSON)

    var name: String {
      switch self {
      case .secret(let secret): secret["metadata"]?["name"]?.string ?? "unnamed"
      case .values(let name, _): name
      }
    }

    /// The texts by their keys, and `config` as JSON.
    func fields() throws(ArgoCDSecretError) -> Fields {
      switch self {
      case .values(let name, let entry):
        return Fields(
          texts: { key in key == "name" ? name : entry[key]?.string }, config: entry["config"],
          isLabeled: true)
      case .secret(let secret):
        let plain = secret["stringData"]
        let encoded = secret["data"]
        func text(_ key: String) throws(ArgoCDSecretError) -> String? {
          if let text = plain?[key]?.string { return text }
          guard let value = encoded?[key]?.string else { return nil }
          guard let bytes = Base64.decode(value),
            let text = String(validating: bytes, as: UTF8.self)
          else { throw .notBase64(key: key) }
          return text
        }
        let texts = [
          "name": try text("name"), "server": try text("server"),
          "namespaces": try text("namespaces"),
        ]
        var config: JSON?
        if let json = try text("config"), !json.isEmpty {
          do throws(JSONError) { config = try JSON(reading: Array(json.utf8)) } catch {
            throw error.duplicateName.map { .duplicateMember($0) } ?? .configNotJSON
          }
        }
        let label = secret["metadata"]?["labels"]?["argocd.argoproj.io/secret-type"]?.string
        return Fields(
          texts: { texts[$0] ?? nil }, config: config, isLabeled: label == "cluster")
      }
    }
  }

  private struct Fields {
    var texts: (String) -> String?
    var config: JSON?
    /// Whether Argo CD recognizes the Secret as a cluster.
    var isLabeled: Bool
  }

  private static func entries(in document: JSON) -> [Entry] {
    if case .array(let items)? = document["items"] { return items.flatMap { entries(in: $0) } }
    if document["kind"]?.string == "Secret" { return [.secret(document)] }
    let clusters = document["configs"]?["clusterCredentials"]?.object
    return clusters.map { $0.map { .values(name: $0.key, $0.value) } } ?? []
  }

  private static func configuration(
    _ fields: Fields, name: String
  ) throws(ArgoCDSecretError) -> ClientConfiguration {
    guard var server = fields.texts("server"), !server.isEmpty else {
      throw .missing(key: "server")
    }
    while server.hasSuffix("/") { server.removeLast() }
    let config = fields.config ?? .object([:])
    guard config.object != nil else { throw .invalidMember("config") }
    func text(_ member: String, of entry: JSON?) throws(ArgoCDSecretError) -> String? {
      switch entry?[member] {
      case nil, .null?: return nil
      case .string(let text)?: return text.isEmpty ? nil : text
      default: throw .invalidMember(member)
      }
    }
    let tls = config["tlsClientConfig"]
    let data = try text("caData", of: tls)
    let isInsecure = tls?["insecure"]?.bool == true
    var warnings: [ClientConfiguration.Fault] = []
    if !fields.isLabeled { warnings.append(.noClusterLabel) }
    if isInsecure, data != nil { warnings.append(.authorityAndInsecure) }
    let credential = try credential(config, text)
    if case .exec = credential, isInCluster(server) { warnings.append(.inClusterServer) }
    return ClientConfiguration(
      name: fields.texts("name") ?? name, server: server,
      authority: isInsecure ? .insecureSkipVerify : data.map { .data($0) } ?? .system,
      tlsServerName: try text("serverName", of: tls), proxyURL: try text("proxyUrl", of: config),
      namespaces: (fields.texts("namespaces") ?? "").split(separator: ",").map {
        String($0.filter { $0 != " " })
      }.filter { !$0.isEmpty }, credential: credential,
      pluginConfig: config["execProviderConfig"]?["config"], faults: warnings)
  }

  /// Argo CD's own order: AWS, then the plugin, then the rest.
  private static func credential(
    _ config: JSON, _ text: (String, JSON?) throws(ArgoCDSecretError) -> String?
  ) throws(ArgoCDSecretError) -> ClientConfiguration.Credential {
    if let aws = config["awsAuthConfig"], aws != .null { return .provider("awsAuthConfig") }
    if let exec = config["execProviderConfig"], exec != .null {
      return .exec(try ExecCommand(exec) { member in ArgoCDSecretError.invalidMember(member) })
    }
    if try text("bearerToken", config) != nil { return .token }
    if try text("certData", config["tlsClientConfig"]) != nil { return .clientCertificate }
    return try text("username", config) == nil ? .none : .password
  }

  /// Argo CD uses its own service account for this server, regardless of the Secret.
  private static func isInCluster(_ server: String) -> Bool {
    server == "https://kubernetes.default.svc"
  }
}

/// Why there is no cluster Secret to read.
enum ArgoCDSecretError: Error, Equatable {
  case notReadable(YAMLError)
  case invalidJSON
  /// An object of the JSON, or of the Secret's `config`, has two members of the same name.
  case duplicateMember(String)
  case noSecret
  case severalSecrets([String])
  case missing(key: String)
  case notBase64(key: String)
  case configNotJSON
  /// A member of `config` with a value of another type.
  case invalidMember(String)
}
