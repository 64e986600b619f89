import Encoding
import OpenIDConnect
import Platform
import TokenExchange

extension Command {
  static let publishIssuer = Command(
    name: "publish-issuer", summary: "write an issuer's public documents as a static site",
    details: """
      Writes DIR/.well-known/openid-configuration and DIR/openid/v1/jwks. Copied to a public bucket,
      they let other systems verify a cluster's tokens without access to the cluster. --check URL
      compares the published documents with the live ones and exits 1 if they differ, for example
      after a key rotation.
      """,
    example: "tokenxchange publish-issuer --from-server=https://kubernetes.default.svc "
      + "--public-url=https://keys.example.com/cluster-a site",
    arguments: ["DIR"],
    options: OptionDeclaration.publishIssuer,
    readsVariables: false, argumentCompletion: .directory
  ) { arguments, world throws(CommandError) in
    if let checkedURL = try arguments[.checkedURL] {
      try checkPublished(at: checkedURL, arguments, in: world)
    } else {
      try publishDocuments(arguments, in: world)
    }
    return .done
  }
}

private func checkPublished(
  at url: EndpointURL, _ arguments: ParsedArguments, in world: World
) throws(CommandError) {
  if arguments.isSet(.publicURL) {
    throw .publish(
      .conflict(arguments.source(of: .publicURL), "--check", .publicURLWithCheck))
  }
  let source = try IssuerSource(arguments, world: world)
  if let directory = arguments.positional.first {
    throw .publish(.conflict("--check", directory, .directoryWithCheck))
  }
  let site = try IssuerSite(.publicSite, .certificateAuthority, arguments, world)
  let live = try source.metadata(in: world)
  do throws(PublishError) {
    let expected = try discovery(of: live, at: url)
    let differences = try site.metadata(at: url).differences(from: expected, live.keys)
    guard differences.isEmpty else { throw .differences(url, differences) }
  } catch {
    throw .publish(error, token: source.token)
  }
  try world.writeOutput("\(url.text): up to date\n")
}

private func publishDocuments(_ arguments: ParsedArguments, in world: World) throws(CommandError) {
  if arguments.isSet(.certificateAuthority) {
    throw .publish(
      .conflict(
        arguments.source(of: .certificateAuthority), "a directory",
        .certificateAuthorityWithoutCheck))
  }
  let source = try IssuerSource(arguments, world: world)
  guard let directory = arguments.positional.first else { throw .publish(.missingDirectory) }
  let url = try arguments[.publicURL]
  let live = try source.metadata(in: world)
  do throws(PublishError) {
    let document = try discovery(of: live, at: url)
    // The keys are written first: a discovery document must never refer to a missing key set.
    try world.write(live.keys.document, below: directory, at: IssuerMetadata.keysPath)
    try world.write(document, below: directory, at: IssuerMetadata.discoveryPath)
  } catch {
    throw .publish(error, token: source.token)
  }
  let keys = live.keys.keys.keys.sorted().joined(separator: ", ")
  try world.writeOutput("\(directory): \(url.text) with the keys \(keys.sanitized())\n")
}

/// The discovery document to publish.
private func discovery(
  of live: IssuerMetadata, at url: EndpointURL
) throws(PublishError) -> JSON {
  do throws(IssuerMetadataError) {
    return try live.published(at: url)
  } catch {
    throw .metadata(error, discovery: url.text, keys: url.text)
  }
}

extension World {
  /// Replaces one file of a static site and creates the directories above it.
  fileprivate func write(
    _ document: JSON, below site: String, at path: String
  ) throws(PublishError) {
    do throws(FileWriteError) {
      var directory = site
      try files.makeDirectory(directory, 0o755)
      for part in path.split(separator: "/").dropLast() {
        directory += "/" + part
        try files.makeDirectory(directory, 0o755)
      }
      let text = document.text(indented: true) + "\n"
      try files.replace(site + path, Array(text.utf8), FileWriteOptions(mode: 0o644))
    } catch {
      throw .notWritten(error, path: site + path)
    }
  }
}
