import Platform
import TokenExchange

extension Command {
  /// The way for a cluster's keys to where others can fetch them.
  static let publishIssuer = Command(
    name: "publish-issuer", summary: "write an issuer's public documents as a static site",
    details: """
      Writes DIR/.well-known/openid-configuration and DIR/openid/v1/jwks, fit to be copied to a public
      bucket, so that others can verify a cluster's tokens without reaching the cluster. With
      --check URL it compares what is there with what is live and exits 1 if they differ, as after
      a rotation of the keys.
      """,
    example: "tokenxchange publish-issuer --from-server=https://kubernetes.default.svc "
      + "--public-url=https://keys.example.com/cluster-a site",
    arguments: ["DIR"],
    options: OptionDeclaration.publishIssuer,
    readsVariables: false, argumentCompletion: .directory
  ) { arguments, world throws(Problem) in
    try refuseStrays(arguments)
    let source = try IssuerSource(arguments, world: world)
    do throws(Problem) {
      try publish(arguments, from: source, in: world)
    } catch {
      throw error.redacted(by: source.redaction)
    }
    return .done
  }
}

/// Writes the documents, or compares them with what is published.
private func publish(
  _ arguments: ParsedArguments, from source: IssuerSource, in world: World
) throws(Problem) {
  if let checked = try arguments[.checkedURL] {
    if let directory = arguments.positional.first {
      throw .conflict("--check", directory, hint: "a check writes nothing: leave the folder out")
    }
    try PublishedIssuer(
      url: checked, site: IssuerSite(.publicSite, .certificateAuthority, arguments, world)
    )
    .compare(
      with: source.documents())
    try world.writeOutput("\(checked.text): as it should be\n")
    return
  }
  guard let directory = arguments.positional.first else {
    throw .missingFolder(arguments.command)
  }
  let url = try arguments[.publicURL]
  let documents = try source.documents()
  let discovery: JSON
  do throws(TokenExchange.Problem) { discovery = try documents.published(at: url) } catch {
    throw Problem(error)
  }
  // The keys go first: the discovery document must not lead to nothing.
  let files: [(path: String, content: JSON)] = [
    (IssuerMetadata.keysPath, documents.keys.document),
    (IssuerMetadata.discoveryPath, discovery),
  ]
  for file in files {
    try world.publish(file.content.text(indented: true) + "\n", at: directory, file.path)
  }
  let keys = documents.keys.keys.keys.sorted().joined(separator: ", ")
  try world.writeOutput("\(directory): \(url.text) with the keys \(keys.sanitized())\n")
}

/// Refuses a flag that would be passed over: who gave it expects something of it.
private func refuseStrays(_ arguments: ParsedArguments) throws(Problem) {
  let isCheck = arguments.isSet(.checkedURL)
  let strays: [(spec: OptionDeclaration, with: String, hint: String)] =
    isCheck
    ? [(.publicURL, "--check", "the address that is checked is --check's")]
    : [
      (
        .certificateAuthority, "a folder to write to",
        "it is for --check; the API server's CA is --server-ca"
      )
    ]
  for stray in strays where arguments.isSet(stray.spec) {
    throw .conflict(arguments.source(of: stray.spec), stray.with, hint: stray.hint)
  }
}

extension Problem {
  static func missingFolder(_ command: Command) -> Problem {
    Problem(
      .usage, "\(command.name) needs a folder to write to, or --check URL",
      hint: "such as tokenxchange \(command.name) --from-server=… --public-url=… site")
  }
}

extension World {
  /// Replaces one file of a static site, making the directories above it.
  fileprivate func publish(_ text: String, at site: String, _ path: String) throws(Problem) {
    do throws(FileWriteError) {
      var directory = site
      try files.makeDirectory(directory, 0o755)
      for part in path.split(separator: "/").dropLast() {
        directory += "/" + part
        try files.makeDirectory(directory, 0o755)
      }
      try files.replace(site + path, Array(text.utf8), FileWriteOptions(mode: 0o644))
    } catch {
      throw .notWritten(error, source: site + path)
    }
  }
}
