import Encoding
import FoundationEssentials
import Platform
import TokenExchange

/// The lines of `--verbose`, except those about requests.
extension World {
  func logStart(of arguments: ParsedArguments, to log: VerboseLog) {
    log("tokenxchange \(Version.number) \(arguments.command.name), \(Timestamp.text(now()))")
    for fact in arguments.setOptionFacts where fact.name != "--" + OptionDeclaration.verbose.name {
      log("\(fact.name) \(fact.value)")
    }
    for variable in arguments.unknownVariables {
      log(("\(unknownVariable: variable)" as Message).text)
    }
    if let argument = arguments.positional.first { log("argument \(argument.sanitized())") }
    let info = try? ExecInfo(variables["KUBERNETES_EXEC_INFO"] ?? "")
    if let version = info?.version { log("the client requests \(version.apiVersion)") }
  }

  func logClusterConfig(of arguments: ParsedArguments, to log: VerboseLog) {
    for fact in arguments.clusterConfigFacts { log("\(fact.name) \(fact.value)") }
  }

  func logFile(_ path: String, to log: VerboseLog) {
    guard let status = files.status(path) else { return }
    let target = status.target.map { " -> \($0)" } ?? ""
    let age = DurationText.text(now().timeIntervalSince(status.modified))
    log(
      "file \(path)\(target): mode \(status.modeText), owner \(status.owner):\(status.group), "
        + "running as uid \(process.userID), \(status.size) bytes, written \(age) ago")
  }

  func logTrust(_ settings: ExchangeConfiguration, to log: VerboseLog) {
    // Unreadable files are reported when they are needed.
    guard settings.tokenURL.scheme == "https", let trust = try? settings.authority.trust(in: self)
    else { return }
    log("trust: " + trust.description(settings.authority, in: self))
  }
}
