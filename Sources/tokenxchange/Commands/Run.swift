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
    return try invocation.command.run(invocation, world)
  } catch {
    world.report(error)
    return ExitCode(error.category)
  }
}
