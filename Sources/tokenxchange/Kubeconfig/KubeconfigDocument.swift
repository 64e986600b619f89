import Encoding
import Platform
import TokenExchange

/// A kubeconfig as JSON: the clusters, users and contexts by their names.
struct KubeconfigDocument {
  private var clusters: [(name: String, entry: JSON)]
  private var users: [(name: String, entry: JSON)]
  private var contexts: [(name: String, entry: JSON)]
  private var currentContext: String?

  /// Creates a document from JSON.
  ///
  /// - Parameters:
  ///   - json: The document; nil if it is not JSON.
  ///   - path: The file, for messages.
  /// - Throws: ``KubeconfigError/notKubeconfig(path:)``.
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
    let isJSON = content.first { $0 > 0x20 } == UInt8(ascii: "{")
    if isJSON {
      let document: JSON
      do throws(JSONError) { document = try JSON(reading: content) } catch {
        // Flow style starts with a brace too.
        throw error.duplicateName.map { .duplicateMember($0, path: path) }
          ?? .invalidJSON(path: path)
      }
      try self.init(json: document, path: path)
      return
    }
    let documents: [JSON]
    do throws(YAMLError) {
      documents = try YAMLReader.documents(in: String(decoding: content, as: UTF8.self))
    } catch {
      throw .notReadable(error, path: path)
    }
    guard documents.count == 1 else { throw .notKubeconfig(path: path) }
    try self.init(json: documents[0], path: path)
  }

  /// Merges files as kubectl does: of two entries with the same name, the first one counts.
  init(merging documents: [KubeconfigDocument]) throws(KubeconfigError) {
    clusters = documents.flatMap(\.clusters)
    users = documents.flatMap(\.users)
    contexts = documents.flatMap(\.contexts)
    currentContext = documents.lazy.compactMap(\.currentContext).first
  }

  /// The cluster and the credential of a context.
  ///
  /// - Parameters:
  ///   - context: Its name; nil for the current one.
  ///   - directories: The directories of the files, to which paths are relative.
  ///   - world: Used to find the directory that contains the file of a path.
  /// - Returns: The cluster and the credential.
  /// - Throws: Why the context cannot be used.
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
    func text(_ member: String, of entry: JSON) throws(KubeconfigError) -> String? {
      switch entry[member] {
      case nil, .null?: return nil
      case .string(let text)?: return text.isEmpty ? nil : text
      default: throw .invalidMember(member, context: name)
      }
    }
    func path(_ text: String) -> String {
      guard !text.hasPrefix("/") else { return text }
      let paths = directories.map { $0 + text }
      return paths.first { world.files.status($0) != nil } ?? paths.first ?? text
    }
    let authority: ClientConfiguration.Authority =
      if cluster["insecure-skip-tls-verify"]?.bool == true {
        .insecureSkipVerify
      } else if let data = try text("certificate-authority-data", of: cluster) {
        .data(data)
      } else if let file = try text("certificate-authority", of: cluster) {
        .file(path(file))
      } else {
        .system
      }
    var credential: ClientConfiguration.Credential = .none
    let tokens = [try text("token", of: user), try text("tokenFile", of: user)]
    let certificates = [
      try text("client-certificate-data", of: user), try text("client-certificate", of: user),
    ]
    // client-go sends a token and does not run the plugin if a user has both.
    if tokens.contains(where: { $0 != nil }) {
      credential = .token
    } else if let exec = user["exec"], exec != .null {
      var command = try ExecCommand(exec) { member in
        KubeconfigError.invalidMember(member, context: name)
      }
      // A name without a slash is looked up in PATH.
      if command.command.contains("/") { command.command = path(command.command) }
      credential = .exec(command)
    } else if let provider = user["auth-provider"], provider != .null {
      credential = .provider(provider["name"]?.string ?? "auth-provider")
    } else if certificates.contains(where: { $0 != nil }) {
      credential = .clientCertificate
    } else if try text("username", of: user) != nil {
      credential = .password
    }
    return ClientConfiguration(
      name: name, server: try text("server", of: cluster) ?? "", authority: authority,
      tlsServerName: try text("tls-server-name", of: cluster),
      proxyURL: try text("proxy-url", of: cluster),
      namespaces: try text("namespace", of: entry).map { [$0] } ?? [], credential: credential,
      pluginConfig: Self.pluginConfig(of: cluster))
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

extension ExecCommand {
  /// Reads an exec section of a kubeconfig or of a cluster Secret, which write `env` differently.
  ///
  /// - Parameters:
  ///   - section: The section.
  ///   - error: The error for a member with a value of another type.
  /// - Throws: That error.
  init<Failure: Error>(_ section: JSON, error: (String) -> Failure) throws(Failure) {
    guard section.object != nil else { throw error("exec") }
    func text(_ member: String) throws(Failure) -> String? {
      switch section[member] {
      case nil, .null?: return nil
      case .string(let text)?: return text
      default: throw error(member)
      }
    }
    command = try text("command") ?? ""
    guard !command.isEmpty else { throw error("command") }
    switch section["args"] {
    case nil, .null?: arguments = []
    case let list?:
      guard let texts = list.strings else { throw error("args") }
      arguments = texts
    }
    variables = []
    switch section["env"] {
    case nil, .null?: break
    case .object(let members)?:
      for (name, value) in members {
        guard let value = value.string else { throw error("env") }
        variables.append(Variable(name: name, value: value))
      }
    case .array(let items)?:
      for item in items {
        guard let name = item["name"]?.string else { throw error("env") }
        variables.append(Variable(name: name, value: item["value"]?.string ?? ""))
      }
    default: throw error("env")
    }
    apiVersion = try text("apiVersion").flatMap { $0.isEmpty ? nil : $0 }
    interactiveMode = try text("interactiveMode").flatMap { $0.isEmpty ? nil : $0 }
    providesClusterInfo = section["provideClusterInfo"]?.bool ?? false
  }
}
