/// The versions of `client.authentication.k8s.io` that client-go accepts.
public enum ExecAPIVersion: String, Sendable, CaseIterable {
  /// Kubernetes 1.22 and later.
  case v1
  /// Older; most plugins print it.
  case v1beta1

  /// The value of `apiVersion`.
  public var apiVersion: String { "client.authentication.k8s.io/" + rawValue }

  /// Parses the value of `apiVersion`; nil if it is not supported.
  public init?(apiVersion: String) {
    guard let version = Self.allCases.first(where: { $0.apiVersion == apiVersion }) else {
      return nil
    }
    self = version
  }
}
