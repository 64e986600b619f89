/// The options of the kinds of `generate`, beside those of get-token.
extension OptionSpec {
  static let targetServer = OptionSpec(
    name: "server", placeholder: "URL", help: "The target cluster's API server, by https.")

  static let targetServerCA = OptionSpec(
    name: "server-ca", placeholder: "FILE",
    help: "PEM certificates that the API server's must come from; they are put into the output.",
    defaultText: "the system's", completion: .file)

  static let clusterName = OptionSpec(
    name: "cluster-name", placeholder: "NAME", help: "What the target cluster is called.",
    defaultText: "its host's name")

  static let auth = OptionSpec(
    name: "auth", placeholder: "METHOD",
    help: "How to log in: get-token (a service account, through Dex), token-file (its token as it "
      + "is), login (a person, through Dex), kubelogin (the same with int128/kubelogin).",
    defaultText: "get-token",
    completion: .words(["get-token", "token-file", "login", "kubelogin"]))

  static let pluginCommand = OptionSpec(
    name: "command", placeholder: "COMMAND", help: "The program to run, by name or by path.",
    defaultText: "tokenxchange")

  static let project = OptionSpec(
    name: "project", placeholder: "NAME", help: "The only Argo CD project that may use the cluster."
  )

  static let namespaces = OptionSpec(
    name: "namespaces", kind: .list, placeholder: "LIST",
    help: "The only namespaces of the target cluster that Argo CD looks at.")

  static let label = OptionSpec(
    name: "label", kind: .list, placeholder: "NAME=VALUE",
    help: "A label of the Secret, for the cluster generator of an ApplicationSet.")

  static let argoCDNamespace = OptionSpec(
    name: "argocd-namespace", placeholder: "NAME", help: "Where Argo CD runs.",
    defaultText: "argocd")

  static let image = OptionSpec(
    name: "image", placeholder: "IMAGE", help: "The image of tokenxchange.")

  static let tokenAudience = OptionSpec(
    name: "subject-audience", placeholder: "AUDIENCE",
    help: "The audience of the projected token: one of its own, so that the token is of no use at "
      + "any API server.",
    defaultText: "dex")

  static let format = OptionSpec(
    name: "format", placeholder: "FORMAT",
    help: "kustomize (patches) or helm (values of the argo-helm chart).",
    defaultText: "kustomize", completion: .words(["kustomize", "helm"]))

  /// The options of an exec plugin's arguments that fit every kind that has one.
  static let plugin: [OptionSpec] =
    exchange.inserting(
      getToken.filter { ![apiVersion.name, output.name].contains($0.name) } + [cacheOn, cacheDir],
      after: .audience)
}
