import TokenExchange

/// Runs the program in a world.
///
/// - Parameters:
///   - arguments: The words after the program's name.
///   - world: Everything outside.
/// - Returns: What to exit with; a failure has been reported.
func run(_ arguments: [String], in world: World) -> ExitCode {
  do throws(Problem) {
    let invocation = try ArgumentParser(arguments: arguments, variables: world.variables).parse()
    world.limitTime(of: invocation)
    guard invocation.isOn(.verbose) else { return try invocation.command.run(invocation, world) }
    let log = world.log(for: invocation)
    world.observeNetwork { log("\($0.fact.name): \($0.fact.value)") }
    world.logStart(of: invocation, to: log)
    let code = try invocation.command.run(invocation, world)
    log("exit code \(code.rawValue)")
    return code
  } catch {
    world.report(error)
    return ExitCode(error.category)
  }
}
