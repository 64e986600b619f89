import Platform
import TokenExchange

extension Command {
  /// A file for programs that cannot run a plugin.
  static let sidecar = Command(
    name: "sidecar",
    summary: "keep a file holding a fresh token, for programs that read one from a file",
    details: """
      Exchanges as get-token does and writes the bare token to a file, again and again: at 80 % of
      each token's life, at SIGUSR1, and when the subject token becomes another's. Readers see the
      old token or the new one, never a part. When an exchange fails the old token stays until it
      ends, and is then removed. SIGTERM and SIGINT end it. The dex_* variables of dexsidecar are
      understood.
      """,
    example: "tokenxchange sidecar --write=/var/run/tokenxchange/token "
      + "--issuer=https://dex.example.com/dex --client-id=target-cluster "
      + "--connector-id=cluster-a",
    options: OptionDeclaration.sidecar
  ) { arguments, world throws(Problem) in
    world.process.signals.endProcess(arguments[.once] ? nil : ExitCode.done.rawValue)
    var world = world
    // A log that is not read must not hold up renewals; an init container's two lines may wait.
    if !arguments[.once] { world.terminal.writeError = world.terminal.writeLog }
    let settings = try SidecarConfiguration(arguments, world: world)
    world.warn(settings.warnings)
    var sidecar = Sidecar(settings, world: world, log: world.log(for: arguments))
    try sidecar.prepare()
    if settings.isOnce {
      try sidecar.renewOnce()
      return .done
    }
    while true { sidecar.step() }
  }
}
