import Platform
import TokenExchange

extension ParsedArguments {
  /// The run that a kubeconfig describes, if `--kubeconfig` or `--context` is set, else this run.
  ///
  /// It has the arguments and variables of the kubeconfig's plugin; the flags of this command line
  /// take precedence. No program that the kubeconfig names is run.
  func fromKubeconfig(
    _ world: World
  ) throws(CommandError) -> (arguments: ParsedArguments, world: World) {
    guard isSet(.kubeconfig) || isSet(.context) else { return (self, world) }
    let configuration = try KubeconfigReader(world: world).read(
      file: self[.kubeconfig], context: self[.context])
    guard case .exec(let plugin) = configuration.credential, plugin.arguments.first == command.name
    else { throw .login(.notLoginContext(configuration.name)) }
    var inner = world
    inner.variables = plugin.environment(world.variables)
    var arguments: ParsedArguments
    do throws(UsageError) {
      arguments = try ArgumentParser(
        arguments: plugin.arguments, variables: inner.variables
      ).parse()
    } catch {
      throw .usage(error)
    }
    for option in command.options.without([.kubeconfig, .context]) {
      guard let set = resolved(option), case .flag = set.source else { continue }
      arguments.set(option, to: set.values, source: set.source)
    }
    return (arguments, inner)
  }
}
