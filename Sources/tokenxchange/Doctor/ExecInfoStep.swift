import TokenExchange

extension Doctor {
  /// What the client that runs the plugin asks for.
  static func execInfo(_ examination: inout DoctorContext) -> DoctorStep {
    var step = DoctorStep("exec info")
    let text = examination.world.variables["KUBERNETES_EXEC_INFO"] ?? ""
    let wanted = examination.arguments.text(of: .apiVersion) ?? "auto"
    guard !text.allSatisfy(\.isWhitespace) else {
      step.summary =
        "KUBERNETES_EXEC_INFO is not set, as in a shell: the answer is \(wanted == "auto" ? "v1" : wanted)"
      return step
    }
    do throws(InvalidExecInfo) {
      let info = try ExecInfo(text)
      let version = info.version
      step.note("apiVersion", version?.apiVersion ?? "none")
      step.note("interactive", info.isInteractive.map { "\($0)" } ?? "not said")
      step.summary = "the client asks for \(version?.rawValue ?? "no version, so the answer is v1")"
      if let version, wanted != "auto", wanted != version.rawValue {
        step.warn(
          "the client asks for \(version.rawValue), but --api-version says \(wanted)",
          hint: "kubectl refuses any other version than its kubeconfig's: leave --api-version out")
      }
    } catch {
      step.fail(.configuration(.invalidExecInfo(error)))
    }
    return step
  }
}
