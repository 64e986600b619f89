/// What the client tells the plugin in `KUBERNETES_EXEC_INFO`.
public struct ExecInfo: Sendable, Equatable {
  /// The version in which the client wants its answer; nil if it names none, as kube-rs may.
  public var version: ExecAPIVersion?
  /// Whether the client passes its standard input on.
  public var isInteractive: Bool?

  /// Reads the variable's text.
  ///
  /// - Throws: A usage problem if it is no JSON, of another kind, or of a version that is neither
  ///   `v1` nor `v1beta1`.
  public init(_ text: String) throws(Problem) {
    guard let info = JSON(parsing: Array(text.utf8)), info.object != nil else {
      throw .execInfoNotJSON
    }
    if let kind = info["kind"], kind != .null, kind.string != "ExecCredential" {
      throw .execInfoKind(kind.string ?? kind.text())
    }
    if let name = info["apiVersion"], name != .null {
      guard let version = name.string.flatMap(ExecAPIVersion.init(apiVersion:)) else {
        throw .execInfoVersion(name.string ?? name.text())
      }
      self.version = version
    }
    isInteractive = info["spec"]?["interactive"]?.bool
  }
}

extension Problem {
  /// The exec info is no JSON object.
  public static let execInfoNotJSON = Problem(
    .usage, "KUBERNETES_EXEC_INFO does not hold a JSON object", hint: execInfoHint)

  /// The exec info is of another kind.
  public static func execInfoKind(_ kind: String) -> Problem {
    Problem(
      .usage,
      "KUBERNETES_EXEC_INFO holds the kind \(kind.sanitized()) and not ExecCredential",
      hint: execInfoHint)
  }

  /// The exec info asks for a version that there is not.
  public static func execInfoVersion(_ version: String) -> Problem {
    Problem(
      .usage,
      "KUBERNETES_EXEC_INFO asks for apiVersion "
        + "\(version.isEmpty ? "\"\"" : version.sanitized()), which is not supported",
      hint: "set exec.apiVersion in the kubeconfig to client.authentication.k8s.io/v1 or "
        + "client.authentication.k8s.io/v1beta1")
  }

  private static let execInfoHint =
    "kubectl sets it to an ExecCredential of client.authentication.k8s.io/v1 or v1beta1; "
    + "in a shell leave it unset"
}
