import Platform
import TokenExchange

/// Runs a command line, without the program's name, and reports a failure.
func run(_ words: [String], in world: World) -> ExitCode {
  do throws(CommandError) {
    let arguments = try parse(words, in: world)
    if words.isEmpty, !arguments.isConfigured, world.startedByUser {
      world.writeError(HelpText(startedAs: world.process.name).short)
      return .usage
    }
    var world = world
    if let name = arguments.text(of: .tokenEnv) { world.hideVariable(name) }
    world.limitTime(of: arguments)
    guard arguments[.verbose] else { return try arguments.command.run(arguments, world) }
    let log = world.log(for: arguments)
    world.network.observe { log("\($0.fact.name): \($0.fact.value)") }
    world.logStart(of: arguments, to: log)
    let code = try arguments.command.run(arguments, world)
    log("exit code \(code.rawValue)")
    return code
  } catch {
    let diagnosis = Diagnosis(error)
    world.report(diagnosis)
    return diagnosis.exitCode
  }
}

private func parse(_ words: [String], in world: World) throws(CommandError) -> ParsedArguments {
  do throws(UsageError) {
    return try ArgumentParser(arguments: words, variables: world.variables).parse()
  } catch {
    throw .usage(error)
  }
}

extension World {
  /// Whether a user typed the command: client-go always sets the variable, and services have no
  /// terminal.
  fileprivate var startedByUser: Bool {
    (variables["KUBERNETES_EXEC_INFO"] ?? "").isEmpty && terminal.isInteractive
  }
}
