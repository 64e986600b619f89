import Manifests
import TokenExchange

extension OptionSpec {
  static let writtenFile = OptionSpec(
    name: "write", placeholder: "FILE", help: "Where the application finds the token.",
    defaultText: PodPath.outputFile)

  static let writtenMode = OptionSpec(
    name: "mode", placeholder: "MODE", help: "The token file's permissions, in octal.",
    defaultText: "0600")

  static let refreshBefore = OptionSpec(
    name: "refresh-before", placeholder: "DURATION",
    help: "Renew at least this long before the token's end.", defaultText: "at 80 % of its life")
}

extension Command {
  static let generateSidecar = generating(
    "sidecar", summary: "a pod whose application reads the token from a file",
    details: """
      A pod with tokenxchange sidecar as a native sidecar (Kubernetes 1.29 and later): it keeps a file
      holding a fresh token, and the application starts when the first one is there. With --server
      the application gets a kubeconfig that names the file.
      """,
    options: [.image, .tokenExpiration, .writtenFile, .writtenMode, .refreshBefore]
      + TargetCluster.options
      + OptionSpec.plugin.filter { spec in
        ![OptionSpec.expiryMargin, .cacheOn, .cacheDir].contains { $0.name == spec.name }
      }
  ) { invocation, world throws(Problem) in
    GeneratedFile(yaml: try SidecarPod(invocation, world: world).yaml)
  }
}

extension SidecarPod {
  fileprivate init(_ invocation: Invocation, world: World) throws(Problem) {
    let plugin = try ExecPlugin(.getToken, invocation, world: world, tokenFile: PodPath.token)
    let tokenFile = try invocation.podPath(.writtenFile) ?? PodPath.outputFile
    let subjectFile = try invocation.podPath(.tokenFile) ?? PodPath.token
    guard PodPath.directory(of: tokenFile) != PodPath.directory(of: subjectFile) else {
      throw .sharedDirectory("--write", invocation.source(.tokenFile))
    }
    var isGroupReadable = false
    if let mode = invocation.text(.writtenMode) {
      let number = try SidecarSettings.mode(mode, source: "--mode")
      isGroupReadable = number & 0o070 != 0
    }
    _ = try invocation.duration(.refreshBefore, default: 60, allowsZero: true)
    let hasCluster = TargetCluster.options.contains { invocation.isGiven($0) }
    // A credential plugin has a margin; the sidecar renews the file well before the token expires.
    let margin = "--\(OptionSpec.expiryMargin.name)="
    self.init(
      pod: PluginPod(
        image: try invocation.required(.image),
        audience: invocation.text(.subjectAudience) ?? "dex",
        expirationSeconds: try invocation.tokenExpiration(), tokenFile: subjectFile),
      arguments: ["sidecar", "--write=\(tokenFile)"]
        + invocation.flags(of: [.writtenMode, .refreshBefore])
        + plugin.arguments.dropFirst().map(\.text).filter { !$0.hasPrefix(margin) },
      tokenFile: tokenFile, hasTokenVolume: subjectFile != PodPath.defaultToken,
      isGroupReadable: isGroupReadable,
      cluster: hasCluster ? try TargetCluster(invocation, world: world) : nil)
  }
}

extension OptionSpec {
  static let tokenExpiration = OptionSpec(
    name: "token-expiration", placeholder: "DURATION",
    help: "The lifetime of the projected token, at least 10m; the kubelet renews it at 80 %.",
    defaultText: "1h")
}

extension Invocation {
  /// The path of a file in a pod.
  fileprivate func podPath(_ spec: OptionSpec) throws(Problem) -> String? {
    guard let path = text(spec) else { return nil }
    guard path.hasPrefix("/"), !path.hasSuffix("/") else { throw .relativePath(source(spec)) }
    return path
  }

  /// The lifetime of a projected token in seconds.
  func tokenExpiration() throws(Problem) -> Int {
    let seconds = try duration(.tokenExpiration, default: 3600)
    guard seconds >= 600, seconds <= 4e9 else {
      throw .badTokenExpiration(source(.tokenExpiration), isShort: seconds < 600)
    }
    return Int(seconds)
  }
}
