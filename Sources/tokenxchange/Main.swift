import Glibc
import Platform

@main
enum Main {
  /// Synchronous on purpose: an asynchronous main costs a static binary 25 ms at its end.
  static func main() {
    let variables = setUpProcess()
    var world = World.live(variables: variables)
    world.process.name = CommandLine.arguments.first ?? world.process.name
    let code = run(Array(CommandLine.arguments.dropFirst()), in: world)
    // Not `exit`: nothing is buffered, and freeing OpenSSL's tables takes a twentieth of a run.
    _exit(code.rawValue)
  }
}
