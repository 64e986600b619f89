import Encoding
import Platform
import TokenExchange

/// What the doctor examines: the plugin's options and environment, and the cluster.
struct DoctorPlan: Sendable {
  /// Where the plugin's options come from; the raw values are part of the output.
  enum Source: String, Sendable {
    case options, command, kubeconfig
    case argoCDSecret = "argocd-secret"
  }

  var source: Source
  /// nil if the configuration runs no known plugin.
  var method: AuthenticationMethod?
  /// The plugin's options.
  var arguments: ParsedArguments
  /// Why the plugin would reject its options.
  var usageError: UsageError?
  /// The world with the variables that the plugin has.
  var world: World
  /// The doctor's own options.
  var own: ParsedArguments
  var client: ClientConfiguration?
  /// The step about the configuration; nil for options.
  var step: DoctorStep?

  /// Reads the configuration that the options select; starts no program that it names.
  init(_ own: ParsedArguments, world: World) throws(CommandError) {
    try Self.checkConflicts(own)
    source = .options
    method = .getToken
    arguments = own
    self.world = world
    self.own = own
    let reader = KubeconfigReader(world: world)
    let isKubeconfig = own.isSet(.kubeconfig) || own.isSet(.context)
    if let command = own.positional.first {
      source = .command
      let isOurs = AuthenticationMethod(rawValue: command) != nil
      use(
        ExecCommand(
          command: isOurs ? "tokenxchange" : command,
          arguments: isOurs ? own.positional : Array(own.positional.dropFirst())))
    } else if let path = own[.argoCDSecret] {
      source = .argoCDSecret
      use(try ArgoCDSecretReader(world: world).read(path))
    } else if isKubeconfig
      || !own.hasPluginOptions && (reader.namesFiles || reader.hasDefaultFile)
    {
      source = .kubeconfig
      world.limitTime(30)
      use(try reader.read(file: own[.kubeconfig], context: own[.context]))
    }
  }

  /// Takes the plugin from a client's configuration.
  private mutating func use(_ client: ClientConfiguration) {
    self.client = client
    if case .exec(let exec) = client.credential { return use(exec) }
    method = nil
    arguments = ParsedArguments(command: .getToken)
    var step = DoctorStep(.source)
    step.facts = Fact.client(client, own)
    step.add(.client(.noPlugin(client.credential, name: client.name)))
    self.step = step
  }

  /// Takes the plugin from a command line.
  private mutating func use(_ exec: ExecCommand) {
    let command = PluginCommand(exec)
    method = command.method
    arguments = ParsedArguments(command: .getToken)
    world.variables = exec.environment(world.variables)
    if let client { world.variables["KUBERNETES_EXEC_INFO"] = exec.execInfo(client) }
    if let words = command.words {
      do throws(UsageError) {
        arguments = try ArgumentParser(arguments: words, variables: world.variables).parse()
      } catch {
        usageError = error
        arguments = ParsedArguments(command: Command.named(words[0]) ?? .getToken)
      }
    }
    step = sourceStep(exec, command)
  }

  private func sourceStep(_ exec: ExecCommand, _ command: PluginCommand) -> DoctorStep {
    var step = DoctorStep(.source)
    if let client { step.facts = Fact.client(client, own) }
    step.note("command", exec.command)
    if !exec.variables.isEmpty {
      // Values may be secrets.
      step.note("variables", exec.variables.map(\.name).joined(separator: ", "))
    }
    let unused = [OptionDeclaration.output, .forceRefresh, .noBrowser, .force]
    step.summary = .source(
      source, context: client?.name, method: command.method,
      ignored: command.ignored + unused.filter(arguments.isSet).map(\.flag))
    if let client {
      for fault in client.faults + exec.faults(source, world) { step.add(.client(fault)) }
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
}

extension ExecCommand {
  /// A command line without a configuration around it.
  fileprivate init(command: String, arguments: [String]) {
    self.init(
      command: command, arguments: arguments, variables: [], apiVersion: nil, interactiveMode: nil,
      providesClusterInfo: false)
  }

  /// `KUBERNETES_EXEC_INFO` as client-go sets it; nil for a version that it rejects.
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
  fileprivate func faults(_ source: DoctorPlan.Source, _ world: World) -> [ClientFinding] {
    var faults: [ClientFinding] = []
    if !isVersionKnown { faults.append(.apiVersion(apiVersion)) }
    guard source == .kubeconfig else { return faults }
    let isV1 = apiVersion == ExecAPIVersion.v1.apiVersion
    if !["Never", "IfAvailable", "Always"].contains(interactiveMode ?? (isV1 ? "" : "Never")) {
      faults.append(.interactiveMode(interactiveMode))
    }
    // client-go looks for the command in the same way; it is not run.
    let paths = command.contains("/") ? [command] : world.pathCandidates(of: command)
    let found = paths.compactMap { path in world.files.status(path).map { (path, $0.mode) } }
    if let (path, mode) = found.first(where: { $0.1 & 0o111 != 0 }) ?? found.first {
      if mode & 0o111 == 0 { faults.append(.notExecutable(path)) }
    } else {
      faults.append(.commandNotFound(command))
    }
    return faults
  }
}
