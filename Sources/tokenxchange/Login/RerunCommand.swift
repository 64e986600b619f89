import Manifests

extension ParsedArguments {
  /// The command line that signs in by hand with the same settings, without secrets and
  /// certificates.
  ///
  /// A shell must split it into exactly these words: different ones would select another cache
  /// entry.
  func rerunCommand(program: String) -> String {
    var words = [ShellWord(program).quoted, command.name]
    let omitted: [OptionDeclaration] = [
      .output, .apiVersion, .expiryMargin, .verbose, .force, .timeout, .noCache,
      .insecureSkipTLSVerify, .insecureAllowHTTP,
    ]
    for option in command.options.without(omitted) {
      guard let set = resolved(option), option.kind != .flag || set.values.last == "true" else {
        continue
      }
      let isLeftOut =
        option.isSame(as: .clientSecret) || option.isSame(as: .certificateAuthorityData)
      if isLeftOut, set.values.last?.isEmpty == false {
        words.insert("\(option.variable ?? "")=…", at: 0)
      } else {
        let value = set.values.joined(separator: ",")
        words.append(option.flag + (option.kind == .flag ? "" : "=" + ShellWord(value).quoted))
      }
    }
    return words.joined(separator: " ")
  }
}
