import Foundation
import TestSupport

/// The running stand-ins and the files that describe them to scripts.
final class Session: Sendable {
  let site: StandInSite
  let volume: ProjectedVolume?
  let directory: String?

  init(_ options: Options) throws {
    let tls: StandInSite.TLS =
      options.hasTLS ? (options.hasPlainDex ? [.apiServer] : [.dex, .apiServer, .cluster]) : []
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
    var variables = [
      ("DEX_ISSUER", site.dex.issuer), ("DEX_TOKEN_URL", site.dex.tokenURL),
      ("DEX_CONTROL", site.dex.server.url + "/_control"), ("DEX_CLIENT_ID", "target-cluster"),
      ("DEX_CONNECTOR_ID", "argocd-cluster"), ("CLUSTER_ISSUER", site.cluster.issuer),
      ("API_SERVER", site.apiServerURL), ("API_CONTROL", site.apiServer.server.url + "/_control"),
      ("SUBJECT_TOKEN_FILE", volume.tokenPath),
    ]
    if let authority = site.authorityFile {
      let copy = directory + "/ca.crt"
      try Data(contentsOf: URL(filePath: authority)).write(to: URL(filePath: copy))
      variables.append(("CA_FILE", copy))
    }
    func write(_ text: String, _ name: String) throws {
      try Data(text.utf8).write(to: URL(filePath: directory + "/" + name), options: .atomic)
    }
    var own = site.cluster
    own.audience = own.issuer
    try write(own.token(lifetime: lifetime), "own-token")
    for account in options.accounts {
      var issuer = site.cluster
      let parts = account.split(separator: "/").map(String.init)
      (issuer.namespace, issuer.serviceAccount) = (parts[0], parts[parts.count - 1])
      try write(issuer.token(lifetime: lifetime), parts.joined(separator: ".") + ".token")
    }
    try write(site.adminKubeconfig, "admin.kubeconfig")
    variables.append(("OWN_TOKEN_FILE", directory + "/own-token"))
    variables.append(("ADMIN_KUBECONFIG", directory + "/admin.kubeconfig"))
    let lines = variables.map { "\($0)='\($1)'\n" }.joined()
    try write(lines, "env")
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
