import Encoding
import Platform
import TokenExchange

/// The kubectl of this machine, to read kubeconfigs with.
struct Kubectl {
  let path: String
  private let world: World

  /// Seconds that kubectl may take.
  private static let timeout = 5.0
  /// The largest kubeconfig, in bytes.
  private static let limit = 4 << 20

  /// Finds kubectl in `PATH`; nil if it is not installed.
  init?(in world: World) {
    let path = world.pathCandidates(of: "kubectl").first { path in
      world.files.readableKind(path) == .regular
        && world.files.status(path).map { $0.mode & 0o111 != 0 } ?? false
    }
    guard let path else { return nil }
    self.path = path
    self.world = world
  }

  /// Reads one context with its secrets, or all of them if that context does not exist; nil stands
  /// for kubectl's own choice of the file and for the current context.
  func view(file: String?, context: String?) throws(KubeconfigError) -> KubeconfigDocument {
    var arguments = ["config", "view", "--raw", "-o", "json"]
    if let file { arguments.append("--kubeconfig=\(file)") }
    var minified = ["--minify"]
    if let context { minified.append("--context=\(context)") }
    var output = try run(arguments + minified)
    // The complete file shows which name is wrong, so kubectl's message is not parsed.
    if output.exitCode != 0 { output = try run(arguments) }
    guard output.exitCode == 0 else {
      throw .kubectlFailed(message: Self.message(output.errors), exitCode: output.exitCode)
    }
    return try KubeconfigDocument(json: JSON(parsing: output.output), path: file)
  }

  private func run(_ arguments: [String]) throws(KubeconfigError) -> ChildOutput {
    // A kuberc may change what arguments mean.
    let variables =
      Browser.variables(of: world.variables, hiding: nil).filter {
        !$0.hasPrefix("KUBERC=") && !$0.hasPrefix("KUBECTL_KUBERC=")
      } + ["KUBERC=off", "KUBECTL_KUBERC=false"]
    let child = ChildProcess(
      path: path, arguments: arguments, variables: variables, timeout: Self.timeout,
      limit: Self.limit)
    do throws(ChildProcessError) { return try world.process.run(child) } catch {
      throw .kubectlNotRun(error, path: path)
    }
  }

  /// kubectl's message without the values that it quotes from the file, which may be secrets.
  private static func message(_ bytes: [UInt8]) -> String {
    let text = String(decoding: bytes, as: UTF8.self)
    let line = text.split(separator: "\n").last { $0.hasPrefix("error:") } ?? ""
    let parts = line.dropFirst("error:".count).drop { $0 == " " }.split(
      separator: "`", omittingEmptySubsequences: false)
    return parts.enumerated().map { $0.offset.isMultiple(of: 2) ? String($0.element) : "…" }
      .joined(separator: "`")
  }
}

extension World {
  /// The paths of a command in the directories of `PATH`.
  ///
  /// Relative directories are skipped: the content of the working directory must not determine
  /// what runs.
  func pathCandidates(of command: String) -> [String] {
    (variables["PATH"] ?? "").split(separator: ":").filter { $0.hasPrefix("/") }
      .map { "\($0)/\(command)" }
  }
}
