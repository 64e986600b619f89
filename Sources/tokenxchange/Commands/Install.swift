import Platform
import TokenExchange

extension Command {
  static let install = Command(
    name: "install", summary: "copy this program into a directory, for an init container",
    details: """
      Copies the running program to DIR/tokenxchange, mode 0755, through a temporary file and a
      rename, so that running processes are not affected. A symbolic link at that path is replaced,
      not followed. Prints nothing.
      """,
    example: "tokenxchange install /custom-tools",
    arguments: ["DIR"], requiredArguments: 1, options: [.verbose], readsVariables: false,
    argumentCompletion: .directory
  ) { arguments, world throws(CommandError) in
    guard let directory = arguments.positional.first, !directory.isEmpty else {
      throw .usage(
        .missingArguments(arguments.command.arguments, command: arguments.command.name))
    }
    let path = (directory.hasSuffix("/") ? directory : directory + "/") + "tokenxchange"
    do throws(FileWriteError) {
      try world.files.copy("/proc/self/exe", path, 0o755)
    } catch {
      throw CommandError.notInstalled(error, user: world.process.userID)
    }
    world.log(for: arguments)("copied \(world.process.program().path) to \(path)")
    return .done
  }
}
