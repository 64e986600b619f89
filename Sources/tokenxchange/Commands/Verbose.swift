import Encoding
import FoundationEssentials
import Platform
import TokenExchange

/// What `--verbose` tells beside the requests themselves: the doctor's facts, tersely.
extension World {
  /// Tells what was asked of the program, and by what.
  func logStart(of arguments: ParsedArguments, to log: VerboseLog) {
    log("tokenxchange \(Version.number) \(arguments.command.name), \(Timestamp.text(now()))")
    for fact in arguments.setOptionFacts where fact.name != "--" + OptionDeclaration.verbose.name {
      log("\(fact.name) \(fact.value)")
    }
    if let operand = arguments.positional.first { log("argument \(operand.sanitized())") }
    let info = try? ExecInfo(variables["KUBERNETES_EXEC_INFO"] ?? "")
    if let version = info?.version { log("the client asks for \(version.apiVersion)") }
  }

  /// Logs the options that the client set for the cluster.
  func logClusterConfig(of arguments: ParsedArguments, to log: VerboseLog) {
    for fact in arguments.clusterConfigFacts { log("\(fact.name) \(fact.value)") }
  }

  /// Tells what a token's path leads to.
  func logFile(_ path: String, to log: VerboseLog) {
    guard let status = files.status(path) else { return }
    let target = status.target.map { " -> \($0)" } ?? ""
    let age = DurationText.text(now().timeIntervalSince(status.modified))
    log(
      "file \(path)\(target): mode \(status.modeText), owner \(status.owner):\(status.group), "
        + "we are uid \(process.userID), \(status.size) bytes, written \(age) ago")
  }

  /// Tells whose certificates count.
  func logTrust(_ settings: ExchangeConfiguration, to log: VerboseLog) {
    // Files that cannot be read are told of when they are needed.
    guard settings.tokenURL.scheme == "https", let trust = try? settings.trust(in: self) else {
      return
    }
    log("trust: " + trust.description(settings.authority, in: self))
  }
}
