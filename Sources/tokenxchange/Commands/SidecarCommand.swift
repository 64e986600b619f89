import Platform
import TokenExchange

extension Command {
  static let sidecar = Command(
    name: "sidecar",
    summary: "keep a fresh token in a file, for programs that read one from a file",
    details: """
      Exchanges like get-token and writes the bare token to a file. Renews it after 80 % of its
      lifetime, at SIGUSR1, and when the subject token changes to another identity. Readers see the
      old token or the new one, never a partial one. If an exchange fails, the old token stays until it
      expires and is then removed. SIGTERM and SIGINT end the sidecar. The dex_* variables of
      dexsidecar are supported.
      """,
    example: "tokenxchange sidecar --write=/var/run/tokenxchange/token "
      + "--issuer=https://dex.example.com/dex --client-id=target-cluster "
      + "--connector-id=cluster-a",
    options: OptionDeclaration.sidecar
  ) { arguments, world throws(CommandError) in
    world.process.signals.endProcess(arguments[.once] ? nil : ExitCode.done.rawValue)
    var world = world
    // An unread log must not delay renewals; an init container's two lines may wait.
    if !arguments[.once] { world.terminal.writeError = world.terminal.writeLog }
    let configuration = try SidecarConfiguration.read(arguments, world: world)
    world.warn(configuration.warnings)
    configuration.exchange.prepareConnection(in: world)
    var sidecar = Sidecar(configuration, world: world, log: world.log(for: arguments))
    try sidecar.prepare()
    if configuration.isOnce {
      try sidecar.renewOnce()
      return .done
    }
    while true { sidecar.step() }
  }
}

extension SidecarConfiguration {
  /// The configuration from options and variables, dexsidecar's included.
  static func read(
    _ arguments: ParsedArguments, world: World
  ) throws(CommandError) -> SidecarConfiguration {
    let configuration =
      if let dexSidecar = try DexSidecarEnvironment(world.variables) {
        try dexSidecar.configuration(arguments, world: world)
      } else {
        try SidecarConfiguration(arguments, world: world)
      }
    try configuration.checkFile(in: world)
    return configuration
  }
}
