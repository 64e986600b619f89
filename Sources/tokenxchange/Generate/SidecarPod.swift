import TokenExchange

extension OptionSpec {
  static let writtenFile = OptionSpec(
    name: "write", placeholder: "FILE", help: "Where the application finds the token.",
    defaultText: PodPaths.outputFolder + "/token")

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
    try SidecarPod(invocation, world: world).file
  }
}

/// A pod with the sidecar.
struct SidecarPod: Sendable {
  var pod: PluginPod
  var arguments: [String]
  var path: String
  var hasOwnToken: Bool
  /// Whether the file's group may read it.
  var isShared = false
  /// Where the application's kubeconfig leads to.
  var cluster: TargetCluster?

  init(_ invocation: Invocation, world: World) throws(Problem) {
    hasOwnToken = invocation.text(.tokenFile) == nil
    let plugin = try ExecPlugin(invocation, world: world, tokenFile: PodPaths.token)
    path = invocation.text(.writtenFile) ?? PodPaths.outputFolder + "/token"
    if let mode = invocation.text(.writtenMode) {
      guard let number = UInt32(mode, radix: 8), number <= 0o777 else { throw .badFileMode(mode) }
      isShared = number & 0o070 != 0
    }
    if TargetCluster.options.contains(where: { invocation.settings[$0.name] != nil }) {
      cluster = try TargetCluster(invocation, world: world)
    }
    _ = try invocation.duration(.refreshBefore, default: 60)
    pod = PluginPod(
      image: try invocation.required(.image),
      audience: invocation.text(.subjectAudience) ?? "dex",
      expiration: try invocation.tokenExpiration())
    arguments =
      ["sidecar", "--write=\(path)"]
      + invocation.flags(of: [.writtenMode, .refreshBefore])
      // A credential plugin has a margin, a file is renewed well before its end.
      + plugin.arguments.dropFirst().filter { !$0.hasPrefix("--\(OptionSpec.expiryMargin.name)=") }
  }

  var file: GeneratedFile {
    GeneratedFile(
      remarks: """
        An application that reads its token from a file: tokenFile in a kubeconfig, curl, Incus, Vault.
        """
          + (isShared
            ? ""
            : "\nThe file is for the sidecar's user; if the application runs as another, add --mode=0640.")
          + "\n\nNative sidecars need Kubernetes 1.29.",
      documents: (cluster.map { [configMap($0)] } ?? []) + [document])
  }

  private func configMap(_ cluster: TargetCluster) -> YAML {
    let file = YAML.string(path).noted("client-go reads it again every minute.")
    return [
      "apiVersion": "v1",
      "kind": "ConfigMap",
      "metadata": ["name": "application"],
      "data": ["kubeconfig": .file(Kubeconfig.document(cluster, user: ["tokenFile": file]))],
    ]
  }

  private var document: YAML {
    let folder = AtomicFile.folder(of: path)
    let share: YAML = ["name": "token", "mountPath": .string(folder)]
    return [
      "apiVersion": "v1",
      "kind": "Pod",
      "metadata": ["name": "application"],
      "spec": .members([
        ("securityContext", isShared ? Self.groupContext : nil),
        ("initContainers", [sidecar(share)]),
        ("containers", [application(folder)]),
        ("volumes", .list(volumes)),
      ]),
    ]
  }

  private func application(_ folder: String) -> YAML {
    let token: YAML = ["name": "token", "mountPath": .string(folder), "readOnly": true]
    let kubeconfig: YAML = [
      "name": "kubeconfig", "mountPath": .string(PodPaths.kubeconfigFolder), "readOnly": true,
    ]
    let variable: YAML = [
      "name": "KUBECONFIG", "value": .string(PodPaths.kubeconfigFolder + "/kubeconfig"),
    ]
    return .members([
      ("name", "application"), ("image", "application"),
      ("env", cluster.map { _ in [variable] }),
      ("volumeMounts", .list([token] + (cluster == nil ? [] : [kubeconfig]))),
    ])
  }

  private var volumes: [YAML] {
    let kubeconfig: YAML = ["name": "kubeconfig", "configMap": ["name": "application"]]
    return [Self.volume] + (hasOwnToken ? [pod.tokenVolume] : [])
      + (cluster == nil ? [] : [kubeconfig])
  }

  private static let groupContext: YAML = [
    "fsGroup": YAML.integer(65_532).noted(
      "The group of the token's file: sidecar and application may be different users.")
  ]

  private static let volume: YAML = [
    "name": "token",
    "emptyDir": [
      "medium": YAML.string("Memory").noted("So that no token is on the node's disk."),
      "sizeLimit": "1Mi",
    ],
  ]

  /// What a probe runs: the program where it is in its image, which need not have a PATH.
  private var check: YAML {
    ["command": .strings([PodPaths.program, "check", "--file=\(path)"])]
  }

  private func sidecar(_ share: YAML) -> YAML {
    [
      "name": "tokenxchange",
      "image": .string(pod.image),
      "args": .strings(arguments),
      "restartPolicy": YAML.string("Always").noted(
        "This makes it a sidecar: it runs beside the application, and ends after it."),
      "startupProbe": [
        "exec": check.noted(
          "The application starts when this succeeds: its first read must find a token."),
        "periodSeconds": 1,
        "failureThreshold": 120,
      ],
      "readinessProbe": [
        "exec": check.noted(
          "While Dex is down the old token is good: the pod stays ready until that has ended."),
        "periodSeconds": 10,
      ],
      "securityContext": PluginPod.securityContext,
      "volumeMounts": .list([share] + (hasOwnToken ? [pod.tokenMount] : [])),
    ]
  }
}
