import Encoding
import Platform
import TokenExchange

/// A kubeconfig as JSON: the clusters, users and contexts by their names.
struct KubeconfigDocument {
  private var clusters: [(name: String, entry: JSON)]
  private var users: [(name: String, entry: JSON)]
  private var contexts: [(name: String, entry: JSON)]
  private var currentContext: String?

  /// Reads a document; nil if the content is not JSON.
  init(json: JSON?, path: String?) throws(KubeconfigError) {
    guard let document = json, document.object != nil else { throw .notKubeconfig(path: path) }
    if let kind = document["kind"]?.string, kind != "Config" { throw .notKubeconfig(path: path) }
    func entries(_ list: String, _ member: String) throws(KubeconfigError)
      -> [(name: String, entry: JSON)]
    {
      switch document[list] {
      case nil, .null?: return []
      case .array(let items)?:
        var entries: [(name: String, entry: JSON)] = []
        for item in items {
          guard let name = item["name"]?.string else { throw .notKubeconfig(path: path) }
          entries.append((name, item[member] ?? .object([:])))
        }
        return entries
      default: throw .notKubeconfig(path: path)
      }
    }
    clusters = try entries("clusters", "cluster")
    users = try entries("users", "user")
    contexts = try entries("contexts", "context")
    currentContext = document["current-context"]?.string.flatMap { $0.isEmpty ? nil : $0 }
  }

  /// Reads a file: JSON, or the YAML that `generate` prints.
  init(content: [UInt8], path: String) throws(KubeconfigError) {
    let documents: [JSON]
    if content.first(where: { $0 > 0x20 }) == UInt8(ascii: "{") {
      do throws(JSONError) { documents = [try JSON(reading: content)] } catch {
        // Flow style starts with a brace too.
        throw error.duplicateName.map { .duplicateMember($0, path: path) }
          ?? .invalidJSON(path: path)
      }
    } else {
      do throws(YAMLError) {
        documents = try YAMLReader.documents(in: String(decoding: content, as: UTF8.self))
      } catch {
        throw .notReadable(error, path: path)
      }
    }
    try self.init(json: documents.count == 1 ? documents[0] : nil, path: path)
  }

  /// Merges files as kubectl does: of two entries with the same name, the first one counts.
  init(merging documents: [KubeconfigDocument]) throws(KubeconfigError) {
    clusters = documents.flatMap(\.clusters)
    users = documents.flatMap(\.users)
    contexts = documents.flatMap(\.contexts)
    currentContext = documents.lazy.compactMap(\.currentContext).first
  }

  /// The cluster and the credential of a context, or of the current one.
  ///
  /// Paths are relative to the directories of the files; with several, to the one that has the file.
  func configuration(
    context: String?, base directories: [String], _ world: World
  ) throws(KubeconfigError) -> ClientConfiguration {
    guard let name = context ?? currentContext else {
      throw .noCurrentContext(known: contexts.map(\.name))
    }
    guard let entry = Self.entry(name, contexts) else {
      throw .unknownContext(name, known: contexts.map(\.name))
    }
    let clusterName = entry["cluster"]?.string ?? ""
    guard let cluster = Self.entry(clusterName, clusters) else {
      throw .missingEntry(kind: "cluster", name: clusterName, context: name)
    }
    let userName = entry["user"]?.string ?? ""
    guard let user = Self.entry(userName, users) else {
      throw .missingEntry(kind: "user", name: userName, context: name)
    }
    func path(_ text: String) -> String {
      guard !text.hasPrefix("/") else { return text }
      let paths = directories.map { $0 + text }
      return paths.first { world.files.status($0) != nil } ?? paths.first ?? text
    }
    do throws(InvalidMember) {
      return ClientConfiguration(
        name: name, server: try cluster.text("server") ?? "",
        authority: try Self.authority(of: cluster, path),
        tlsServerName: try cluster.text("tls-server-name"),
        proxyURL: try cluster.text("proxy-url"),
        namespaces: try entry.text("namespace").map { [$0] } ?? [],
        credential: try Self.credential(of: user, path),
        pluginConfig: Self.pluginConfig(of: cluster))
    } catch {
      throw .invalidMember(error.name, context: name)
    }
  }

  private static func authority(
    of cluster: JSON, _ path: (String) -> String
  ) throws(InvalidMember) -> TrustSource {
    if cluster["insecure-skip-tls-verify"]?.bool == true { return .insecureSkipVerify }
    if let data = try cluster.text("certificate-authority-data") {
      return .data(data, source: "certificate-authority-data")
    }
    if let file = try cluster.text("certificate-authority") {
      return .file(path(file), source: "certificate-authority")
    }
    return .system
  }

  private static func credential(
    of user: JSON, _ path: (String) -> String
  ) throws(InvalidMember) -> ClientConfiguration.Credential {
    let tokens = [try user.text("token"), try user.text("tokenFile")]
    let certificates = [
      try user.text("client-certificate-data"), try user.text("client-certificate"),
    ]
    // client-go sends a token and does not run the plugin if a user has both.
    if tokens.contains(where: { $0 != nil }) { return .token }
    if let exec = user["exec"], exec != .null {
      var command = try ExecCommand(exec)
      // A name without a slash is looked up in PATH.
      if command.command.contains("/") { command.command = path(command.command) }
      return .exec(command)
    }
    if let provider = user["auth-provider"], provider != .null {
      return .provider(provider["name"]?.string ?? "auth-provider")
    }
    if certificates.contains(where: { $0 != nil }) { return .clientCertificate }
    return try user.text("username") == nil ? .none : .password
  }

  /// The extension that client-go passes to plugins.
  private static func pluginConfig(of cluster: JSON) -> JSON? {
    guard case .array(let extensions)? = cluster["extensions"] else { return nil }
    return extensions.first { $0["name"]?.string == "client.authentication.k8s.io/exec" }?[
      "extension"]
  }

  private static func entry(_ name: String, _ entries: [(name: String, entry: JSON)]) -> JSON? {
    entries.first { $0.name.hasSameBytes(as: name) }?.entry
  }
}
