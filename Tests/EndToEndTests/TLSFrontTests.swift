import Foundation
import StandIns
import TestSupport
import Testing

/// The TLS fronts behave as configured, according to curl and kubectl.
@Suite(.enabled(if: TLSFront.isAvailable, "nginx is not installed: apt-get install nginx-light"))
struct TLSFrontTests {
  private let certificates: TestCertificates
  private let server: LoopbackServer

  init() throws {
    certificates = try TestCertificates.shared
    server = try LoopbackServer { _ in .text("ok") }
  }

  private func curl(_ front: TLSFront, authority: TestCertificates.Pair? = nil, _ more: String...)
    async throws -> Int32
  {
    let authority = authority ?? certificates.authority
    return try await ProcessRunner(
      TestBinary.find("curl") ?? "curl",
      ["-sS", "-m", "5", "--cacert", authority.certificate] + more + [front.url]
    ).result().code
  }

  @Test("curl accepts only the valid certificate")
  func validCertificateOnly() async throws {
    let good = try TLSFront(upstream: server.port, certificate: certificates.server)
    #expect(try await curl(good) == 0)
    #expect(try await curl(good, authority: certificates.otherAuthority) == 60)
    let bad = [certificates.expired, certificates.wrongHost, certificates.untrustedCA]
    for certificate in bad {
      let front = try TLSFront(upstream: server.port, certificate: certificate)
      #expect(try await curl(front) == 60, "\(certificate.certificate)")
    }
  }

  @Test("a front can be limited to TLS 1.1")
  func oldTLS() async throws {
    let old = try TLSFront(
      upstream: server.port, certificate: certificates.server, protocols: "TLSv1.1")
    #expect(try await curl(old) == 35)
    #expect(
      try await curl(
        old, authority: nil, "--tls-max", "1.1", "--ciphers", "ALL:@SECLEVEL=0", "--tlsv1.1") == 0)
  }

  @Test(
    "kubectl authenticates with a token from Dex",
    .enabled(if: TestBinary.find("kubectl") != nil, "kubectl is not installed"))
  func kubectlToken() async throws {
    let site = try StandInSite(tls: [.apiServer])
    let response = site.dex.respond(
      to: LoopbackRequest(
        method: "POST", target: "/dex/token",
        headers: [(name: "Content-Type", value: "application/x-www-form-urlencoded")],
        body: Array(
          """
          grant_type=\(GrantType.tokenExchange)&connector_id=argocd-cluster\
          &client_id=target-cluster&scope=openid+federated:id\
          &subject_token_type=urn:ietf:params:oauth:token-type:id_token\
          &subject_token=\(site.cluster.token())
          """.utf8)))
    let token = try #require(try JSONValue(parsing: response.body)["access_token"]?.string)
    let home = try TemporaryDirectory()
    func kubectl(_ arguments: String..., token: String) async throws -> ProcessResult {
      try await ProcessRunner(
        TestBinary.find("kubectl") ?? "kubectl",
        [
          "--kubeconfig", "/dev/null", "--server", site.apiServerURL, "--certificate-authority",
          site.authorityFile ?? "", "--token", token,
        ] + arguments, environment: ["HOME": home.path]
      ).result()
    }
    let whoami = try await kubectl("auth", "whoami", "-o", "json", token: token)
    #expect(whoami.output.contains("\"\(site.cluster.subject)\""))
    let list = try await kubectl("get", "namespaces", token: token)
    #expect(list.output.hasPrefix("NAME "))
    #expect(try await kubectl("version", token: token).output.contains("Server Version: v1.36"))
    let refused = try await kubectl("get", "namespaces", token: "bad")
    #expect(refused.errors.contains("Unauthorized"))
    site.apiServer.update { $0.allowedUsers = [] }
    let forbidden = try await kubectl("get", "namespaces", token: token)
    #expect(
      forbidden.errors == """
        Error from server (Forbidden): namespaces is forbidden: User "\(site.cluster.subject)" \
        cannot list resource "namespaces" in API group "" at the cluster scope

        """)
  }
}
