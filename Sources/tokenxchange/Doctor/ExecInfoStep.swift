import Platform
import TokenExchange

extension Doctor {
  /// The version and mode that the client requests in `KUBERNETES_EXEC_INFO`.
  static func execInfo(_ context: inout DoctorContext) -> DoctorStep {
    var step = DoctorStep(.execInfo)
    let option = context.arguments.text(of: .apiVersion) ?? "auto"
    let text = context.world.variables["KUBERNETES_EXEC_INFO"] ?? ""
    guard !text.allSatisfy(\.isWhitespace) else {
      step.summary = .noExecInfo(version: ExecAPIVersion(rawValue: option) ?? .v1)
      return step
    }
    do throws(InvalidExecInfo) {
      let info = try ExecInfo(text)
      step.note("apiVersion", info.version?.apiVersion ?? "none")
      step.note("interactive", info.isInteractive.map { "\($0)" } ?? "not set")
      step.summary = .execInfo(version: info.version)
      if let requested = info.version, option != "auto", option != requested.rawValue {
        step.add(.apiVersionMismatch(requested: requested, option: option))
      }
    } catch {
      step.add(.error(.configuration(.invalidExecInfo(error))))
    }
    return step
  }
}
