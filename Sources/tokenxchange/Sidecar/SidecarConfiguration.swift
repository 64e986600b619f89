import Platform
import TokenExchange

struct SidecarConfiguration: Sendable {
  var exchange: ExchangeConfiguration
  var file: String
  /// The option or variable that named the file.
  var fileSource: String
  var mode: UInt32
  var schedule: RenewalSchedule
  var isOnce: Bool
  /// Seconds between two checks of the clocks and the files: the kubelet replaces tokens at any
  /// time, and clocks jump.
  var checkInterval = 2.0
  /// Files that variables name and that are read at each exchange.
  var otherInputs: [ConfiguredText] = []
  var warnings: [Warning]

  init(_ arguments: ParsedArguments, world: World) throws(CommandError) {
    exchange = try ExchangeConfiguration(arguments, world: world)
    warnings = exchange.warnings
    file = try arguments[.write]
    fileSource = arguments.source(of: .write)
    schedule = RenewalSchedule(refreshBefore: try arguments[.renewBefore])
    isOnce = arguments[.once]
    if exchange.tokenInput != nil, !isOnce {
      let option = OptionDeclaration.tokenInputs.first { arguments.isSet($0) } ?? .tokenFile
      let source = arguments.source(of: option)
      throw .tokenInput(.needsOnce(source: option.isSame(as: .tokenFile) ? source + "=-" : source))
    }
    mode = try arguments.fileMode() ?? 0o600
  }

  /// Checks that a renewal overwrites none of the files that the next one reads.
  func checkFile(in world: World) throws(CommandError) {
    for (path, input) in inputs(world.variables) where world.files.isSame(file, path) {
      throw .sidecar(.writesInput(file, source: fileSource, input))
    }
  }

  private func inputs(_ variables: [String: String]) -> [(path: String, SidecarInput)] {
    var inputs: [(path: String, SidecarInput)] = []
    if exchange.subjectToken == nil, exchange.tokenInput == nil {
      inputs.append((exchange.tokenFile, .subjectToken))
    }
    if case .file(let path, _) = exchange.clientSecret { inputs.append((path, .clientSecret)) }
    switch exchange.authority {
    case .file(let path, _): inputs.append((path, .certificates))
    case .system:
      if let path = variables["SSL_CERT_FILE"] { inputs.append((path, .variable("SSL_CERT_FILE"))) }
    case .data, .insecureSkipVerify: break
    }
    for text in otherInputs {
      if let path = text.path { inputs.append((path, .variable(text.source))) }
    }
    return inputs
  }
}

extension ParsedArguments {
  /// The permissions in `--mode`, such as `0640`, `640` or `0o640`.
  ///
  /// - Throws: An error unless the owner can read and write, and other users cannot write.
  func fileMode() throws(CommandError) -> UInt32? {
    guard let text = self[.mode] else { return nil }
    let digits = text.hasPrefix("0o") ? text.dropFirst(2) : text[...]
    guard let mode = UInt32(digits, radix: 8), mode <= 0o777, mode & 0o600 == 0o600,
      digits.allSatisfy(\.isNumber)
    else { throw .sidecar(.invalidMode(text, source: source(of: .mode))) }
    guard mode & 0o002 == 0 else {
      throw .sidecar(.writableByAll(text, source: source(of: .mode)))
    }
    return mode
  }
}
