/// The text of an option and its source.
struct ResolvedOption: Sendable {
  enum Source: Sendable, Equatable {
    case variable(String)
    /// An option on the command line, by the name that was written.
    case flag(String)
    /// A positional argument, by its name in help.
    case argument(String)
    /// A key of `spec.cluster.config` in `KUBERNETES_EXEC_INFO`.
    case clusterConfig(key: String)

    var name: String {
      switch self {
      case .variable(let name), .flag(let name), .argument(let name): name
      case .clusterConfig(let key): "spec.cluster.config." + key
      }
    }
  }

  var option: OptionDeclaration
  var values: [String]
  var source: Source
}
