import Foundation
import TestSupport

/// The running stand-ins and the files that describe them to scripts.
final class Stage: Sendable {
  let site: StandInSite
  let volume: ProjectedVolume?
  let directory: String?

  init(_ options: Options) throws {
    let tls: StandInSite.TLS =
      options.hasTLS ? (options.hasPlainDex ? [.apiServer] : [.dex, .apiServer]) : []
    let site = try StandInSite(port: options.port, tls: tls)
    self.site = site
    site.dex.update {
      $0.tokenLifetime = options.tokenLifetime
      if let interval = options.deviceInterval { $0.deviceInterval = interval }
    }
    directory = options.directory
    guard let directory = options.directory else {
      volume = nil
      return
    }
    let lifetime = options.subjectLifetime
    let volume = try ProjectedVolume(
      directory + "/serviceaccount", token: site.cluster.token(lifetime: lifetime))
    self.volume = volume
    var variables = site.variables + [(name: "SUBJECT_TOKEN_FILE", value: volume.tokenPath)]
    if let authority = site.authorityFile {
      let copy = directory + "/ca.crt"
      try Data(contentsOf: URL(filePath: authority)).write(to: URL(filePath: copy))
      variables.append((name: "CA_FILE", value: copy))
    }
    let lines = variables.map { "\($0.name)='\($0.value)'\n" }.joined()
    try Data(lines.utf8).write(to: URL(filePath: directory + "/env"), options: .atomic)
    if let renewal = options.renewal {
      Thread.detachNewThread {
        while true {
          Thread.sleep(forTimeInterval: renewal)
          try? volume.rotate(to: site.cluster.token(lifetime: lifetime))
        }
      }
    }
  }

  /// The line that scripts wait for.
  var readyLine: String {
    var parts = ["ready", "issuer=\(site.dex.issuer)", "token_url=\(site.dex.tokenURL)"]
    parts.append("api_server=\(site.apiServerURL)")
    parts.append("control=\(site.dex.server.url)/_control")
    if let directory { parts.append("directory=\(directory)") }
    return parts.joined(separator: " ")
  }

  func stop() { site.stop() }
}
