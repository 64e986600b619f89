package import Encoding

/// The content of `KUBERNETES_EXEC_INFO`, which the client sets for the plugin.
public struct ExecInfo: Sendable, Equatable {
  /// The version that the client requests; nil if it requests none, as kube-rs may.
  public var version: ExecAPIVersion?
  /// Whether the plugin may use the client's standard input.
  public var isInteractive: Bool?
  /// The cluster's entry in the client's configuration, with its `config`; nil unless that
  /// configuration requests it (`provideClusterInfo`).
  package var cluster: JSON?

  /// Reads the variable's text.
  ///
  /// - Throws: Why it cannot be read, or that its version is neither `v1` nor `v1beta1`.
  public init(_ text: String) throws(InvalidExecInfo) {
    let info: JSON
    do throws(JSONError) { info = try JSON(reading: Array(text.utf8)) } catch {
      throw error.duplicateName.map { .duplicateMember($0) } ?? .notJSONObject
    }
    guard info.object != nil else { throw .notJSONObject }
    if let kind = info["kind"], kind != .null, kind.string != "ExecCredential" {
      throw .kind(kind.string ?? kind.text())
    }
    if let name = info["apiVersion"], name != .null {
      guard let version = name.string.flatMap(ExecAPIVersion.init(apiVersion:)) else {
        throw .version(name.string ?? name.text())
      }
      self.version = version
    }
    let spec = info["spec"]
    isInteractive = spec?["interactive"]?.bool
    if let cluster = spec?["cluster"], cluster != .null { self.cluster = cluster }
  }
}

/// Why an exec info cannot be used.
public enum InvalidExecInfo: Error, Equatable, Sendable {
  /// It is not a JSON object.
  case notJSONObject
  /// An object has two members of the same name.
  case duplicateMember(String)
  /// It is of another kind than `ExecCredential`.
  case kind(String)
  /// It requests an unsupported version.
  case version(String)
}
