import Platform
import TokenExchange

extension OptionSpec {
  static let fromServer = OptionSpec(
    name: "from-server", placeholder: "URL",
    help: "The API server whose documents are live; in a pod https://kubernetes.default.svc.")

  static let fromServerCA = OptionSpec(
    name: "server-ca", placeholder: "FILE",
    help: "PEM certificates that the API server's must come from.", defaultText: "the system's",
    completion: .file)

  static let fromTokenFile = OptionSpec(
    name: "token-file", placeholder: "FILE",
    help: "A token for the API server, where it shows its documents not to everybody.",
    completion: .file)

  static let discoveryFile = OptionSpec(
    name: "openid-configuration", placeholder: "FILE",
    help: "The live discovery document, in place of --from-server.", completion: .file)

  static let keysFile = OptionSpec(
    name: "jwks", placeholder: "FILE", help: "The live key set, in place of --from-server.",
    completion: .file)

  static let publicURL = OptionSpec(
    name: "public-url", placeholder: "URL",
    help: "Where the site will be: the issuer to the letter.")

  static let checkedURL = OptionSpec(
    name: "check", placeholder: "URL",
    help: "Write nothing: compare what is published there with what is live.")

  static let publicCA = OptionSpec(
    name: "certificate-authority", placeholder: "FILE",
    help: "With --check: PEM certificates that the site's must come from.",
    defaultText: "the system's", completion: .file)
}

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
    operands: ["DIR"],
    options: [
      .fromServer, .fromServerCA, .fromTokenFile, .discoveryFile, .keysFile, .publicURL,
      .checkedURL, .publicCA, .timeout, .verbose,
    ],
    readsVariables: false, operandCompletion: .directory
  ) { invocation, world throws(Problem) in
    try refuseStrays(invocation)
    let source = try IssuerSource(invocation, world: world)
    do throws(Problem) {
      try publish(invocation, from: source, in: world)
    } catch {
      throw error.redacted(by: source.redaction)
    }
    return .done
  }
}

/// Writes the documents, or compares them with what is published.
private func publish(
  _ invocation: Invocation, from source: IssuerSource, in world: World
) throws(Problem) {
  if let checked = try invocation.url(.checkedURL, allowsHTTP: false) {
    if let directory = invocation.operands.first {
      throw .conflict("--check", directory, hint: "a check writes nothing: leave the folder out")
    }
    try PublishedIssuer(url: checked, site: IssuerSite(.publicSite, .publicCA, invocation, world))
      .compare(
        with: source.documents())
    try world.writeOutput("\(checked.text): as it should be\n")
    return
  }
  guard let directory = invocation.operands.first else {
    throw .missingFolder(invocation.command)
  }
  let url = try invocation.requiredURL(.publicURL)
  let documents = try source.documents()
  let discovery = try documents.published(at: url)
  // The keys go first: the discovery document must not lead to nothing.
  let files: [(path: String, content: JSON)] = [
    (IssuerDocuments.keysPath, documents.keys.document),
    (IssuerDocuments.discoveryPath, discovery),
  ]
  for file in files {
    try world.publish(file.content.text(indented: true) + "\n", at: directory, file.path)
  }
  let keys = documents.keys.keys.keys.sorted().joined(separator: ", ")
  try world.writeOutput("\(directory): \(url.text) with the keys \(keys.sanitized())\n")
}

/// Refuses a flag that would be passed over: who gave it expects something of it.
private func refuseStrays(_ invocation: Invocation) throws(Problem) {
  let isCheck = invocation.settings[OptionSpec.checkedURL.name] != nil
  let strays: [(spec: OptionSpec, with: String, hint: String)] =
    isCheck
    ? [(.publicURL, "--check", "the address that is checked is --check's")]
    : [
      (
        .publicCA, "a folder to write to",
        "it is for --check; the API server's CA is --server-ca"
      )
    ]
  for stray in strays where invocation.settings[stray.spec.name] != nil {
    throw .conflict(invocation.source(stray.spec), stray.with, hint: stray.hint)
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
