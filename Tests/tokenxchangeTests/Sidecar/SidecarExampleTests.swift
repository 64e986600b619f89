import Foundation
import Manifests
import Platform
import Synchronization
import TestSupport
import Testing

@testable import tokenxchange

/// The manifests in examples/sidecar/ match the program.
struct SidecarExampleTests {
  private static func example(_ name: String) -> String {
    URL(filePath: #filePath).appending(path: "../../../../examples/\(name)").standardized.path
  }

  private static func pod(_ name: String) throws -> JSONValue {
    let text = try String(contentsOfFile: example("sidecar/\(name)"), encoding: .utf8)
    return try Python.yaml(text).last ?? .null
  }

  @Test(
    "the example pod's sidecar starts", .enabled(if: Python.hasYAML),
    arguments: ["pod.yaml", "from-dexsidecar.yaml"])
  func startsInExample(_ name: String) throws {
    let fixture = try SidecarFixture()
    let container = try #require(try Self.pod(name)["spec"]?["initContainers"]?.array?.first)
    #expect(container["restartPolicy"] == "Always")
    var variables: [String: String] = [:]
    for variable in container["env"]?.array ?? [] {
      variables[variable["name"]?.string ?? ""] = variable["value"]?.string
    }
    let arguments = container["args"]?.array?.compactMap(\.string) ?? []
    let parsed = try ArgumentParser(arguments: arguments, variables: variables).parse()
    let settings = try SidecarConfiguration.read(parsed, world: fixture.world(variables: variables))
    #expect(settings.warnings == [])
    #expect(fixture.errors.isEmpty)
    let mounts = container["volumeMounts"]?.array?.compactMap { $0["mountPath"]?.string } ?? []
    #expect(mounts.contains(AtomicFile.directory(of: settings.file)))
    #expect(mounts.contains(AtomicFile.directory(of: settings.exchange.tokenFile)))
    let probe = container["startupProbe"]?["exec"]?["command"]?.array?.compactMap(\.string) ?? []
    #expect(probe.first == PodPath.program)
    let check = try ArgumentParser(arguments: Array(probe.dropFirst()), variables: [:]).parse()
    #expect(check.command.name == "check")
    #expect(try check[.checkedFile] == settings.file)
  }

  @Test("the image contains the program at the probes' path") func probePath() throws {
    let text = try String(
      contentsOfFile: Self.example("image/Containerfile"), encoding: .utf8)
    #expect(text.contains("/tokenxchange \(PodPath.program)\n"))
    #expect(text.contains("ENTRYPOINT [\"\(PodPath.program)\"]"))
  }

  // Needs Python's yaml: apt-get install python3-yaml.
  @Test("the kubeconfig names the pod's token file", .enabled(if: Python.hasYAML))
  func kubeconfig() throws {
    let arguments = try Self.pod("pod.yaml")["spec"]?["initContainers"]?.array?.first?["args"]
    let written = arguments?.array?.compactMap(\.string).first { $0.hasPrefix("--write=") }
    let kubeconfig = try Self.pod("kubeconfig.yaml")["data"]?["kubeconfig"]?.string ?? ""
    let file = try #require(written?.dropFirst("--write=".count))
    #expect(kubeconfig.contains("tokenFile: \(file)\n"))
  }
}
