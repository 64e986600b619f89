import Encoding
import Platform
import TokenExchange

/// Reads the cluster Secrets of Argo CD, as printed by `generate argocd-cluster` and by
/// `kubectl get secret -o yaml` and `-o json`.
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
      return try entry.configuration()
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
      return [try JSON(content, otherwise: .invalidJSON)]
    }
    do throws(YAMLError) {
      return try YAMLReader.documents(in: String(decoding: content, as: UTF8.self))
    } catch {
      throw .notReadable(error)
    }
  }

  private static func entries(in document: JSON) -> [ClusterEntry] {
    if case .array(let items)? = document["items"] { return items.flatMap { entries(in: $0) } }
    if document["kind"]?.string == "Secret" {
      let name = document["metadata"]?["name"]?.string ?? "unnamed"
      return [ClusterEntry(name: name, json: document, isSecret: true)]
    }
    let clusters = document["configs"]?["clusterCredentials"]?.object
    return clusters?.map { ClusterEntry(name: $0.key, json: $0.value, isSecret: false) } ?? []
  }
}

extension JSON {
  fileprivate init(
    _ content: [UInt8], otherwise invalid: ArgoCDSecretError
  ) throws(ArgoCDSecretError) {
    do throws(JSONError) { self = try JSON(reading: content) } catch {
      throw error.duplicateName.map { .duplicateMember($0) } ?? invalid
    }
  }
}

/// A Secret, or an entry of the argo-helm chart's values, which becomes one.
private struct ClusterEntry {
  var name: String
  var json: JSON
  var isSecret: Bool

  private func text(_ key: String) throws(ArgoCDSecretError) -> String? {
    guard isSecret else { return key == "name" ? name : json[key]?.string }
    if let text = json["stringData"]?[key]?.string { return text }
    guard let value = json["data"]?[key]?.string else { return nil }
    guard let bytes = Base64.decode(value), let text = String(validating: bytes, as: UTF8.self)
    else { throw .notBase64(key: key) }
    return text
  }

  private func config() throws(ArgoCDSecretError) -> JSON? {
    guard isSecret else { return json["config"] }
    guard let text = try text("config"), !text.isEmpty else { return nil }
    return try JSON(Array(text.utf8), otherwise: .configNotJSON)
  }

  /// Whether Argo CD recognizes it as a cluster.
  private var isLabeled: Bool {
    let label = json["metadata"]?["labels"]?["argocd.argoproj.io/secret-type"]?.string
    return !isSecret || label == "cluster"
  }

  func configuration() throws(ArgoCDSecretError) -> ClientConfiguration {
    let displayName = try text("name")
    let serverText = try text("server")
    let namespaces = try text("namespaces") ?? ""
    let config = try config() ?? .object([:])
    guard var server = serverText, !server.isEmpty else { throw .missing(key: "server") }
    while server.hasSuffix("/") { server.removeLast() }
    guard config.object != nil else { throw .invalidMember("config") }
    do throws(InvalidMember) {
      let tls = config["tlsClientConfig"]
      let data = try tls?.text("caData")
      let isInsecure = tls?["insecure"]?.bool == true
      let credential = try Self.credential(config)
      var faults: [ClientFinding] = []
      if !isLabeled { faults.append(.noClusterLabel) }
      if isInsecure, data != nil { faults.append(.authorityAndInsecure) }
      // Argo CD uses its own service account for this server, regardless of the Secret.
      if case .exec = credential, server == "https://kubernetes.default.svc" {
        faults.append(.inClusterServer)
      }
      return ClientConfiguration(
        name: displayName ?? name, server: server,
        authority: isInsecure
          ? .insecureSkipVerify : data.map { .data($0, source: "caData") } ?? .system,
        tlsServerName: try tls?.text("serverName"), proxyURL: try config.text("proxyUrl"),
        namespaces: namespaces.split(separator: ",").map { String($0.filter { $0 != " " }) }
          .filter { !$0.isEmpty },
        credential: credential, pluginConfig: config["execProviderConfig"]?["config"],
        faults: faults)
    } catch {
      throw .invalidMember(error.name)
    }
  }

  /// Argo CD's own order: AWS, then the plugin, then the rest.
  private static func credential(
    _ config: JSON
  ) throws(InvalidMember) -> ClientConfiguration.Credential {
    if let aws = config["awsAuthConfig"], aws != .null { return .provider("awsAuthConfig") }
    if let exec = config["execProviderConfig"], exec != .null {
      return .exec(try ExecCommand(exec))
    }
    if try config.text("bearerToken") != nil { return .token }
    if try config["tlsClientConfig"]?.text("certData") != nil { return .clientCertificate }
    return try config.text("username") == nil ? .none : .password
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
