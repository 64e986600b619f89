import TokenExchange

extension OptionSpec {
  static let outputFile = OptionSpec(
    name: "output", placeholder: "FILE", help: "Write here and not to standard output.",
    defaultText: "standard output", completion: .file)
}

extension Command {
  /// The configuration of the systems around this one.
  static let generate = Command(
    name: "generate", summary: "print configuration for kubectl, Argo CD, Dex and the API server",
    details: """
      Prints one kind of configuration as YAML that can be kept in git: the same flags give the same
      text, and no secret is in it. Flags alone decide: no variable is read, and no path that
      belongs to a pod is looked at.
      """,
    operands: ["KIND"], requiredOperands: 1, readsVariables: false,
    kinds: [
      .generateKubeconfig, .generateArgoCDCluster, .generateArgoCDWorkload, .generateRBAC,
      .generateDex, .generateAPIServer, .generateSidecar,
    ]
  ) { invocation, _ throws(Problem) in
    throw .missingOperand(invocation.command)
  }

  /// One kind of configuration.
  ///
  /// - Parameters:
  ///   - kind: Its name after `generate`.
  ///   - summary: One clause for the list of kinds.
  ///   - details: What its help says.
  ///   - options: Its flags; `--output` is added, and `--verbose`, which is the plugin's own in a kind
  ///     that has the plugin's flags.
  ///   - make: Makes it.
  /// - Returns: The command.
  static func generating(
    _ kind: String, summary: String, details: String, options: [OptionSpec],
    make: @escaping @Sendable (Invocation, World) throws(Problem) -> GeneratedFile
  ) -> Command {
    let isPlugins = options.contains { $0.name == OptionSpec.verbose.name }
    return Command(
      name: "generate " + kind, summary: summary, details: details,
      options: options + (isPlugins ? [] : [.verbose]) + [.outputFile], readsVariables: false
    ) { invocation, world throws(Problem) in
      let file = try make(invocation, world)
      var remade = invocation
      if !isPlugins { remade.settings[OptionSpec.verbose.name] = nil }
      try file.write(file.text(for: remade), for: invocation, in: world)
      return .done
    }
  }
}

/// A file of configuration: what a reader should know, and the documents.
struct GeneratedFile: Sendable {
  /// Said at its top, below the command that makes it again.
  var remarks: String
  var documents: [YAML]
  /// Its permissions when written to a file.
  var mode: UInt32 = 0o644

  /// The whole text.
  func text(for invocation: Invocation) -> String {
    let command = ShellWords.command(
      ["tokenxchange"] + invocation.command.name.split(separator: " ").map(String.init)
        + invocation.flags(of: invocation.command.options.filter { $0.name != "output" }),
      first: 3)
    let head = "Made by:\n  " + command.split(separator: "\n").joined(separator: "\n  ")
    return YAML.comment(head + "\n\n" + remarks).map { $0 + "\n" }.joined() + YAML.file(documents)
  }

  /// Writes it where the user wants it.
  func write(
    _ text: String, for invocation: Invocation, in world: World
  ) throws(Problem) {
    let log = world.log(for: invocation)
    let path = invocation.text(.outputFile)
    log("\(text.utf8.count) bytes to \(path.map { $0.sanitized() } ?? "standard output")")
    guard let path else { return try world.writeOutput(text) }
    do throws(WriteFault) {
      try world.replaceFile(path, Array(text.utf8), mode)
    } catch {
      throw .notWritten(error, source: "--output \(path)")
    }
  }
}

extension Invocation {
  /// The flags of some options as they were given, as `--flag=value`, in the order of the table.
  func flags(of specs: [OptionSpec]) -> [String] {
    specs.flatMap { spec in
      (settings[spec.name]?.values ?? []).compactMap { value in
        spec.kind == .flag
          ? (value == "true" ? "--" + spec.name : nil) : "--\(spec.name)=\(value)"
      }
    }
  }
}
