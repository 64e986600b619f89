import Foundation
import StandIns
import TestSupport

/// The running stand-ins and the files that describe them to scripts.
struct Session {
  let site: StandInSite

  init(_ options: Options) throws {
    let tls: StandInSite.TLS =
      options.hasTLS ? (options.hasPlainDex ? [.apiServer] : [.dex, .apiServer, .cluster]) : []
    let site = try StandInSite(tls: tls)
    self.site = site
    site.dex.update { $0.tokenLifetime = 600 }
    let directory = options.directory
    let token = try ProjectedVolume(directory + "/serviceaccount", token: site.cluster.token())
    var variables = [
      ("DEX_ISSUER", site.dex.issuer), ("DEX_TOKEN_URL", site.dex.tokenURL),
      ("DEX_CONTROL", site.dex.server.url + "/_control"), ("DEX_CLIENT_ID", "target-cluster"),
      ("DEX_CONNECTOR_ID", "argocd-cluster"), ("CLUSTER_ISSUER", site.cluster.issuer),
      ("API_SERVER", site.apiServerURL), ("API_CONTROL", site.apiServer.server.url + "/_control"),
      ("SUBJECT_TOKEN_FILE", token.tokenPath), ("OWN_TOKEN_FILE", directory + "/own-token"),
      ("ADMIN_KUBECONFIG", directory + "/admin.kubeconfig"),
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
    try write(own.token(), "own-token")
    for account in options.accounts {
      var issuer = site.cluster
      let parts = account.split(separator: "/").map(String.init)
      (issuer.namespace, issuer.serviceAccount) = (parts[0], parts[parts.count - 1])
      try write(issuer.token(), parts.joined(separator: ".") + ".token")
    }
    try write(site.adminKubeconfig, "admin.kubeconfig")
    try write(variables.map { "\($0)='\($1)'\n" }.joined(), "env")
  }
}
