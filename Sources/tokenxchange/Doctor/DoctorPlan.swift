import Encoding
import Platform
import TokenExchange

/// What to examine: the plugin's options and environment, and the cluster.
struct DoctorPlan: Sendable {
  /// Where the plugin's options come from; the raw values are part of the output.
  enum Source: String, Sendable {
    case options, command, kubeconfig
    case argoCDSecret = "argocd-secret"
  }

  var source: Source
  /// nil if the configuration runs no plugin that is known.
  var method: AuthenticationMethod?
  /// The plugin's options.
  var arguments: ParsedArguments
  /// Why the plugin rejects its options, if it does.
  var usageError: UsageError?
  /// The world with the variables that the plugin has.
  var world: World
  /// The doctor's own options.
  var own: ParsedArguments
  var client: ClientConfiguration?
  /// The step about the configuration; nil for options.
  var step: DoctorStep?

  /// Reads the configuration that the options name; starts no program that it names.
  init(_ own: ParsedArguments, world: World) throws(CommandError) {
    try Self.checkConflicts(own)
    let reader = KubeconfigReader(world: world)
    let isKubeconfig = own.isSet(.kubeconfig) || own.isSet(.context)
    if let command = own.positional.first {
      let isOurs = AuthenticationMethod(rawValue: command) != nil
      let exec = ExecCommand(
        command: isOurs ? "tokenxchange" : command,
        arguments: isOurs ? own.positional : Array(own.positional.dropFirst()))
      self.init(.command, exec, nil, own, world)
    } else if let path = own[.argoCDSecret] {
      self.init(.argoCDSecret, try ArgoCDSecretReader(world: world).read(path), own, world)
    } else if isKubeconfig
      || !own.hasPluginOptions && (reader.namesFiles || reader.hasDefaultFile)
    {
      world.limitTime(30)
      let client = try reader.read(file: own[.kubeconfig], context: own[.context])
      self.init(.kubeconfig, client, own, world)
    } else {
      self.init(
        source: .options, method: .getToken, arguments: own, world: world, own: own)
    }
  }

  private init(
    source: Source, method: AuthenticationMethod?, arguments: ParsedArguments, world: World,
    own: ParsedArguments
  ) {
    self.source = source
    self.method = method
    self.arguments = arguments
    self.world = world
    self.own = own
  }

  /// The plugin of a client's configuration.
  private init(
    _ source: Source, _ client: ClientConfiguration, _ own: ParsedArguments, _ world: World
  ) {
    guard case .exec(let exec) = client.credential else {
      self.init(
        source: source, method: nil, arguments: ParsedArguments(command: .getToken), world: world,
        own: own)
      self.client = client
      var step = DoctorStep(.source)
      step.facts = Fact.client(client, own)
      step.add(.client(.noPlugin(client.credential, name: client.name)))
      self.step = step
      return
    }
    self.init(source, exec, client, own, world)
  }

  /// A command line that runs the plugin.
  private init(
    _ source: Source, _ exec: ExecCommand, _ client: ClientConfiguration?, _ own: ParsedArguments,
    _ world: World
  ) {
    let command = PluginCommand(exec)
    var pluginWorld = world
    pluginWorld.variables = exec.environment(world.variables)
    if let client { pluginWorld.variables["KUBERNETES_EXEC_INFO"] = exec.execInfo(client) }
    self.init(
      source: source, method: command.method, arguments: ParsedArguments(command: .getToken),
      world: pluginWorld, own: own)
    self.client = client
    if let words = command.words {
      do throws(UsageError) {
        arguments = try ArgumentParser(arguments: words, variables: pluginWorld.variables).parse()
      } catch {
        usageError = error
        arguments = ParsedArguments(command: Command.named(words[0]) ?? .getToken)
      }
    }
    step = Self.step(source, exec, command, self)
  }

  private static func step(
    _ source: Source, _ exec: ExecCommand, _ command: PluginCommand, _ plan: DoctorPlan
  ) -> DoctorStep {
    var step = DoctorStep(.source)
    if let client = plan.client { step.facts = Fact.client(client, plan.own) }
    step.note("command", exec.command)
    if !exec.variables.isEmpty {
      // Values may be secrets.
      step.note("variables", exec.variables.map(\.name).joined(separator: ", "))
    }
    let ignored =
      command.ignored
      + plan.arguments.setOptions(among: [.output, .forceRefresh, .noBrowser, .force])
    step.summary = .source(
      source, context: plan.client?.name, method: command.method, ignored: ignored)
    if let client = plan.client {
      for fault in client.faults + exec.faults(source, plan.world) {
        step.add(.client(.fault(fault)))
      }
    }
    switch (command.tool, command.words) {
    case (.tokenxchange, .some): break
    case (let tool, .some):
      step.add(.client(.otherTool(tool, line: command.configurationLine ?? "")))
    case (let tool, nil): step.add(.client(.unknownTool(tool)))
    }
    return step
  }

  /// Rejects options that select different things to examine.
  private static func checkConflicts(_ own: ParsedArguments) throws(CommandError) {
    var sources = [OptionDeclaration.kubeconfig, .context].filter(own.isSet).prefix(1)
      .map { own.source(of: $0) }
    if own.isSet(.argoCDSecret) { sources.append(own.source(of: .argoCDSecret)) }
    if let command = own.positional.first { sources.append(command.sanitized(maxLength: 40)) }
    if !sources.isEmpty, let option = own.pluginFlag { sources.append(option) }
    guard sources.count < 2 else {
      throw .configuration(.conflict(sources[0], sources[1], .severalSources))
    }
  }

  /// The format of the report; get-token's formats do not apply.
  static func format(_ arguments: ParsedArguments) throws(CommandError) -> ReportFormat {
    let isOfPlugin = ["exec-credential", "token"].contains(arguments.text(of: .reportOutput))
    return isOfPlugin ? .text : try arguments[.reportOutput]
  }
}

extension ParsedArguments {
  /// Whether an option or a variable configures the plugin.
  fileprivate var hasPluginOptions: Bool {
    resolved.contains { !Self.isOwn($0.option) }
  }

  /// The first flag of the plugin, by the name that was written.
  fileprivate var pluginFlag: String? {
    resolved.lazy.compactMap { option in
      guard !Self.isOwn(option.option), case .flag(let name) = option.source else { return nil }
      return name
    }.first
  }

  private static func isOwn(_ option: OptionDeclaration) -> Bool {
    (OptionDeclaration.doctorOwn + [.timeout]).contains(option)
  }

  fileprivate func setOptions(among options: [OptionDeclaration]) -> [String] {
    options.filter(isSet).map(\.flag)
  }
}

extension ExecCommand {
  /// A command line without a configuration around it.
  fileprivate init(command: String, arguments: [String]) {
    self.init(
      command: command, arguments: arguments, variables: [], apiVersion: nil, interactiveMode: nil,
      providesClusterInfo: false)
  }

  /// What client-go sets for the plugin; nil for a version that it rejects.
  fileprivate func execInfo(_ client: ClientConfiguration) -> String? {
    guard isVersionKnown, let apiVersion else { return nil }
    var spec: JSON.Object = ["interactive": .bool(interactiveMode == "Always")]
    if providesClusterInfo {
      spec["cluster"] = .object([
        "server": .string(client.server), "config": client.pluginConfig ?? .null,
      ])
    }
    return JSON.object([
      "apiVersion": .string(apiVersion), "kind": .string("ExecCredential"), "spec": .object(spec),
    ]).text()
  }

  private var isVersionKnown: Bool {
    ExecAPIVersion.allCases.contains { $0.apiVersion == apiVersion }
  }

  /// Why the client does not run the command.
  fileprivate func faults(
    _ source: DoctorPlan.Source, _ world: World
  ) -> [ClientConfiguration.Fault] {
    var faults: [ClientConfiguration.Fault] = []
    if !isVersionKnown { faults.append(.apiVersion(apiVersion)) }
    guard source == .kubeconfig else { return faults }
    let isV1 = apiVersion == ExecAPIVersion.v1.apiVersion
    if !["Never", "IfAvailable", "Always"].contains(interactiveMode ?? (isV1 ? "" : "Never")) {
      faults.append(.interactiveMode(interactiveMode))
    }
    return faults + commandFaults(world)
  }

  /// Looks for the command as client-go does; it is not run.
  private func commandFaults(_ world: World) -> [ClientConfiguration.Fault] {
    var paths = [command]
    if !command.contains("/") {
      let directories = (world.variables["PATH"] ?? "").split(separator: ":")
      paths = directories.filter { $0.hasPrefix("/") }.map { "\($0)/\(command)" }
    }
    let found = paths.compactMap { path in world.files.status(path).map { (path, $0.mode) } }
    guard let (path, mode) = found.first(where: { $0.1 & 0o111 != 0 }) ?? found.first else {
      return [.commandNotFound(command)]
    }
    return mode & 0o111 == 0 ? [.notExecutable(path)] : []
  }
}
