/// The options that select a cluster in a kubeconfig.
extension OptionDeclaration {
  static let kubeconfig = OptionalTextOption(
    "kubeconfig", placeholder: "FILE",
    help: "The kubeconfig to read; no program that it names is run.",
    default: .described("KUBECONFIG, else ~/.kube/config"), completion: .file, hasVariable: false)

  static let context = OptionalTextOption(
    "context", placeholder: "NAME", help: "The context of the kubeconfig.",
    default: .described("its current context"), hasVariable: false)
}
