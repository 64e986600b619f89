import TokenExchange

extension Command {
  /// What an init container does in an image that has no `cp`.
  static let install = Command(
    name: "install", summary: "copy this program into a folder, as an init container does",
    details: """
      Copies the running program to DIR/tokenxchange, mode 0755, by a temporary file and a rename:
      whoever runs the old one meanwhile is not disturbed. Prints nothing.
      """,
    operands: ["DIR"], requiredOperands: 1, options: [.verbose], readsVariables: false,
    operandCompletion: .directory
  ) { invocation, world throws(Problem) in
    guard let folder = invocation.operands.first, !folder.isEmpty else {
      throw .missingOperand(invocation.command)
    }
    let path = (folder.hasSuffix("/") ? folder : folder + "/") + "tokenxchange"
    do throws(WriteFault) {
      try world.copyProgram(path, 0o755)
    } catch {
      throw .notInstalled(error, user: world.userID)
    }
    world.log(for: invocation)("copied \(world.machine.program().path) to \(path)")
    return .done
  }
}
