import TestSupport
import Testing
import TokenExchange

@testable import Manifests

@Suite("Kubeconfig") struct KubeconfigTests {
  /// kubectl 1.35 supports only `name`; 1.36 and 1.37 support `name` and `command`.
  @Test("the allowlist in a kuberc uses a field that kubectl 1.35 to 1.37 support")
  func allowlist() throws {
    let cluster = TargetCluster(
      name: "a", server: try EndpointURL("https://a.example"), certificates: nil,
      tlsServerName: nil, proxyURL: nil)
    let plugin = ExecPlugin(
      command: "/usr/local/bin/tokenxchange", arguments: [], apiVersion: .v1,
      isInteractive: false, installHint: "")
    let text = Kubeconfig(cluster: cluster, plugin: plugin).yaml.text
    #expect(
      text.contains(
        """
        #   apiVersion: kubectl.config.k8s.io/v1beta1
        #   kind: Preference
        #   credentialPluginPolicy: Allowlist
        #   credentialPluginAllowlist:
        #     - name: /usr/local/bin/tokenxchange

        """))
  }

  @Test(
    "proxy URLs are validated",
    arguments: [
      Row("http", "http://proxy.example:3128", true), Row("https", "https://proxy.example", true),
      Row("SOCKS", "socks5://[::1]:1080", true), Row("missing scheme", "proxy.example:3128", false),
      Row("unsupported scheme", "ftp://proxy.example", false),
      Row("missing host", "http://:80", false),
      Row("password", "http://a:b@proxy.example", false), Row("space", "http://a b", false),
    ])
  func proxies(row: Row<String, Bool>) {
    #expect(TargetCluster.isProxyURL(row.input) == row.output)
  }
}

@Suite("Container resources") struct PodResourcesTests {
  @Test(
    "quantities are validated",
    arguments: [
      Row("millis", "cpu=100m", true), Row("fraction", "cpu=0.5", true),
      Row("binary", "memory=64Mi", true), Row("decimal", "memory=1G", true),
      Row("other resource", "example.com/gpu=1", true), Row("missing number", "cpu=m", false),
      Row("unknown suffix", "cpu=1x", false), Row("negative", "cpu=-1", false),
      Row("empty", "cpu=", false), Row("missing name", "=1", false),
      Row("two decimal points", "cpu=1.2.3", false),
    ])
  func quantities(row: Row<String, Bool>) {
    #expect((PodResources.Item(row.input) != nil) == row.output)
  }

  @Test("quantities replace the defaults in place, and requests must not exceed limits")
  func replacing() throws {
    let request = try #require(PodResources.Item("cpu=1"))
    let limit = try #require(PodResources.Item("example.com/gpu=1"))
    let resources = PodResources.standard.replacing(requests: [request], limits: [limit])
    #expect(resources.requests.map(\.quantity) == ["1", "32Mi"])
    #expect(resources.limits.map(\.resource) == ["cpu", "memory", "example.com/gpu"])
    #expect(resources.excess?.request == request)
    #expect(PodResources.standard.excess == nil)
  }
}
