import Manifests
import TokenExchange

extension Command {
  static let generateSidecar = generating(
    "sidecar", summary: "a pod whose application reads the token from a file",
    details: """
      A pod with tokenxchange sidecar as a native sidecar (Kubernetes 1.29 and later): it keeps a
      valid token in a file, and the application starts when the file exists. With --server the
      application gets a kubeconfig with that file.
      """,
    example: "tokenxchange generate sidecar --image=registry.example.com/tokenxchange:0.2.0 "
      + "--issuer=https://dex.example.com/dex --client-id=target-cluster "
      + "--connector-id=cluster-a",
    options: OptionDeclaration.generateSidecar
  ) { arguments, world throws(CommandError) in
    GeneratedFile(yaml: try SidecarPod(arguments, world: world).yaml)
  }
}

extension SidecarPod {
  fileprivate init(_ arguments: ParsedArguments, world: World) throws(CommandError) {
    let plugin = try ExecPlugin(
      .getToken, arguments, world: world, isForPod: true, tokenFile: PodPath.token)
    let tokenFile = try arguments.podPath(.write) ?? PodPath.outputFile
    let subjectFile = try arguments.podPath(.tokenFile) ?? PodPath.token
    guard PodPath.directory(of: tokenFile) != PodPath.directory(of: subjectFile) else {
      throw .generate(.sameDirectory("--write", arguments.source(of: .tokenFile)))
    }
    let isGroupReadable = try (arguments.fileMode() ?? 0) & 0o070 != 0
    _ = try arguments[.renewBefore]
    let hasCluster = OptionDeclaration.targetCluster.contains { arguments.isSet($0) }
    // Only the plugin has an expiry margin; the sidecar renews the file before the token expires.
    let margin = OptionDeclaration.expiryMargin.flag + "="
    self.init(
      pod: try PluginPod(arguments, tokenFile: subjectFile),
      arguments: ["sidecar", "--write=\(tokenFile)"]
        + arguments.flags(of: [.mode, .renewBefore])
        + plugin.arguments.dropFirst().map(\.text).filter { !$0.hasPrefix(margin) },
      tokenFile: tokenFile, hasTokenVolume: subjectFile != PodPath.defaultToken,
      isGroupReadable: isGroupReadable,
      cluster: hasCluster ? try TargetCluster(arguments, world: world) : nil)
  }
}

extension ParsedArguments {
  fileprivate func podPath(_ option: OptionDeclaration) throws(CommandError) -> String? {
    guard let path = text(of: option) else { return nil }
    guard path.hasPrefix("/"), !path.hasSuffix("/") else {
      throw .generate(.relativePath(option: source(of: option)))
    }
    return path
  }

  /// The lifetime of a projected token in seconds.
  func tokenExpiration() throws(CommandError) -> Int {
    let seconds = try self[.tokenExpiration]
    guard seconds >= 600, seconds <= 4e9 else {
      throw .generate(
        .tokenExpiration(option: source(of: .tokenExpiration), isTooShort: seconds < 600))
    }
    return Int(seconds)
  }
}
