import Platform
import TokenExchange

extension Doctor {
  /// Proxy, name, port, TLS and the clocks: everything below HTTP.
  static func connection(_ examination: inout DoctorContext) -> DoctorStep {
    let name = "connection"
    guard let settings = examination.settings, let trust = examination.trust else {
      return .skipped(name, "the settings do not say where to and whom to trust")
    }
    guard let probe = examination.probe else {
      return .skipped(name, "--issuer is not set, and --token-url does not end in /token")
    }
    var step = DoctorStep(name)
    step.note("address", probe.url.authority + (probe.url.scheme == "http" ? ", plain http" : ""))
    step.facts += examination.network.take().map(\.fact)
    if probe.url.scheme == "https" {
      step.note("trust", trust.words(settings.authority, in: examination.world))
    }
    switch probe.answer {
    case .failure(let error):
      step.fail(.transport(error, to: probe.url, seconds: settings.timeout))
    case .success(let answer):
      step.note("answer", "\(answer.status) after \(probe.milliseconds) ms")
      step.summary =
        "\(probe.url.authority) answers"
        + (probe.url.scheme == "https" && trust != .insecureSkipVerify
          ? " and its certificate is good" : "")
      if answer.isAskingForTLS {
        let diagnosis = Diagnosis(
          InvalidResponse(.plainHTTPToTLSPort, status: answer.status), from: probe.url)
        step.fail(
          Problem(diagnosis.exitCode, diagnosis.message.text, hint: diagnosis.hint.text))
      }
      if let lead = probe.clockLead {
        step.note(
          "clock",
          abs(lead) < 2
            ? "as Dex's" : "\(Lifetime.words(lead)) \(lead > 0 ? "ahead of" : "behind") Dex's")
      }
      if let trouble = examination.clockTrouble {
        step.warn(
          trouble, hint: "set the wrong one of both (NTP): tokens begin and end by these clocks")
      }
    }
    return step
  }
}

extension HTTPOptions.Trust {
  /// Where trust comes from, in words.
  func words(_ authority: TrustSource, in world: World) -> String {
    switch self {
    case .insecureSkipVerify: return "any certificate: --insecure-skip-tls-verify"
    case .certificates(let pem):
      let count = String(decoding: pem, as: UTF8.self).split(separator: "-----BEGIN ").count
      let certificates = count == 1 ? "one certificate" : "\(count) certificates"
      guard case .file(let path, let source) = authority else {
        return "only the \(certificates) given"
      }
      return "only the \(certificates) of \(source) \(path)"
    case .system: return world.systemTrust
    }
  }
}

extension World {
  /// The system's trust store, in words.
  var systemTrust: String {
    let found = network.systemTrust(variables["SSL_CERT_FILE"], variables["SSL_CERT_DIR"])
    guard let found else { return "the system's, but none was found" }
    let places = [found.directory.map { "folder \($0)" }, found.file.map { "bundle \($0)" }]
    return "the system's, " + places.compactMap { $0 }.joined(separator: " and ")
  }
}
