import TokenExchange

extension Command {
  static let tokenFile = Command(
    name: "token-file",
    summary: "print the token in a file as an ExecCredential, without Dex",
    details: """
      For a target cluster that trusts this cluster's issuer. Uses no network. A token without a
      readable expiry is reported as valid for 60 seconds.
      """,
    example: "tokenxchange token-file --token-file=/var/run/secrets/tokenxchange/token",
    options: [
      .printedTokenFile, .subjectAudience, .expiryMargin, .apiVersion, .output, .verbose,
    ]
  ) { arguments, world throws(CommandError) in
    let credential = try CredentialSettings(arguments, world: world)
    let path = try arguments[.printedTokenFile]
    let audience = try arguments[.subjectAudience]?.text
    let log = world.log(for: arguments)
    if arguments[.verbose] { world.logFile(path, to: log) }
    // Any bearer token is accepted, so the type is the one that may be opaque.
    let token = try world.subjectToken(
      content: world.readToken(path), file: path, type: .accessToken, requiredAudience: audience)
    log("token \(path): \(token.jwt?.summary(now: world.now()) ?? "opaque")")
    try world.writeOutput(
      credential.text(token.secret, expiry: token.jwt?.expiry, now: world.now()))
    return .done
  }
}
