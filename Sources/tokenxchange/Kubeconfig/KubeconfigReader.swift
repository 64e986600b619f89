import Platform
import TokenExchange

/// Reads kubeconfigs without starting any program that they name.
///
/// If kubectl is installed, it reads them: it supports all of YAML, and merges several files.
struct KubeconfigReader {
  let world: World

  /// Reads the cluster and the credential of a context; nil stands for the current one, and for
  /// kubectl's own choice of the file, `KUBECONFIG` or `~/.kube/config`.
  func read(file: String?, context: String?) throws(CommandError) -> ClientConfiguration {
    let files = try files(file)
    do throws(KubeconfigError) {
      let document: KubeconfigDocument
      if let kubectl = Kubectl(in: world) {
        document = try kubectl.view(file: file, context: context)
      } else {
        document = try KubeconfigDocument(
          merging: files.map { file throws(KubeconfigError) in
            try KubeconfigDocument(content: file.content, path: file.path)
          })
      }
      return try document.configuration(
        context: context, base: files.map { Self.directory(of: $0.path) }, world)
    } catch {
      throw .kubeconfig(error)
    }
  }

  /// The files that kubectl would read, with their content.
  private func files(
    _ file: String?
  ) throws(CommandError) -> [(path: String, content: [UInt8])] {
    if let file {
      return [(file, try world.readConfiguration(file, source: OptionDeclaration.kubeconfig.flag))]
    }
    let paths = defaultPaths
    // As kubectl does, those that do not exist are skipped.
    var files: [(path: String, content: [UInt8])] = []
    for path in paths where world.files.status(path) != nil {
      files.append((path, try world.readConfiguration(path, source: "kubeconfig")))
    }
    guard !files.isEmpty else {
      throw .kubeconfig(.noFile(searched: paths, ofVariable: namesFiles))
    }
    return files
  }

  /// The files of `KUBECONFIG`.
  private var listedPaths: [String] {
    (world.variables["KUBECONFIG"] ?? "").split(separator: ":").map(String.init)
  }

  /// Whether `KUBECONFIG` names files, existing or not.
  var namesFiles: Bool { !listedPaths.isEmpty }

  private var defaultPaths: [String] {
    if namesFiles { return listedPaths }
    return HomeDirectory(world.variables).expanding("~/.kube/config").map { [$0] } ?? []
  }

  /// Whether there is a kubeconfig that kubectl would read.
  var hasDefaultFile: Bool { defaultPaths.contains { world.files.status($0) != nil } }

  private static func directory(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "" }
    return String(path[...slash])
  }
}

/// Why there is no context to read.
enum KubeconfigError: Error, Equatable {
  /// None of the files exists; `ofVariable` is whether `KUBECONFIG` names them.
  case noFile(searched: [String], ofVariable: Bool)
  /// YAML that only kubectl can read, or invalid YAML.
  case notReadable(YAMLError, path: String)
  case invalidJSON(path: String)
  /// An object has two members of the same name.
  case duplicateMember(String, path: String)
  /// Neither a kubeconfig nor a list of one.
  case notKubeconfig(path: String?)
  case kubectlNotRun(ChildProcessError, path: String)
  /// kubectl rejected the files; its message, for display only.
  case kubectlFailed(message: String, exitCode: Int32)
  case noCurrentContext(known: [String])
  case unknownContext(String, known: [String])
  /// A cluster or user that a context refers to is missing.
  case missingEntry(kind: String, name: String, context: String)
  /// A member with a value of another type.
  case invalidMember(String, context: String)
}
