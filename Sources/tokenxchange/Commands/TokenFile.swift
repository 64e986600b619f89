import TokenExchange

extension OptionSpec {
  /// The file of `token-file`, also by the name that argocd-k8s-auth's users know.
  static let printedTokenFile = OptionSpec(
    name: "token-file", aliases: ["file"], placeholder: "FILE", help: "The token to print.",
    completion: .file)
}

extension Command {
  /// A token that needs no exchange, as an ExecCredential.
  static let tokenFile = Command(
    name: "token-file",
    summary: "print the token in a file as an ExecCredential, without Dex",
    details: """
      For a target cluster that trusts this cluster's issuer itself. No network is used. A token
      with no readable expiry is reported good for 60 seconds.
      """,
    options: [
      .printedTokenFile, .subjectAudience, .expiryMargin, .apiVersion, .output, .verbose,
    ]
  ) { invocation, world throws(Problem) in
    let credential = try CredentialSettings(invocation, world: world)
    let path = try invocation.required(.printedTokenFile)
    let audience = try invocation.identifier(.subjectAudience)
    let log = world.log(for: invocation)
    if invocation.isOn(.verbose) { world.logFile(path, to: log) }
    // Any bearer token will do here, so the type is the one that may be opaque.
    let token = try SubjectToken(
      content: world.readToken(path), path: path, type: .accessToken,
      requiredAudience: audience, now: world.now())
    log("token \(path): \(token.jwt?.summary(now: world.now()) ?? "opaque")")
    try world.writeOutput(
      credential.text(token.secret, expiry: token.jwt?.expiry, now: world.now()))
    return .done
  }
}
