import Foundation
import Synchronization
import TestSupport
import Testing

@testable import tokenxchange

/// The manifests in examples/sidecar/ say what the program understands.
struct SidecarExampleTests {
  /// YAML is read by Python; without it and its yaml module these tests are skipped.
  static let hasYAML = (try? ProcessRunner("python3", ["-c", "import yaml"]).run())?.code == 0

  private static func pod(_ name: String) throws -> JSONValue {
    let path = URL(filePath: #filePath).appending(path: "../../../../examples/sidecar/\(name)")
    let script =
      "import json, sys, yaml\n"
      + "print(json.dumps(list(yaml.safe_load_all(open(sys.argv[1])))[-1]))"
    let result = try ProcessRunner("python3", ["-c", script, path.standardized.path]).run()
    return try JSONValue(parsing: result.stdout)
  }

  @Test(.enabled(if: hasYAML), arguments: ["pod.yaml", "from-dexsidecar.yaml"])
  func theSidecarOfTheExampleStarts(_ name: String) throws {
    let outside = try FakeOutside()
    let container = try #require(try Self.pod(name)["spec"]?["initContainers"]?.array?.first)
    #expect(container["restartPolicy"] == "Always")
    var variables: [String: String] = [:]
    for variable in container["env"]?.array ?? [] {
      variables[variable["name"]?.string ?? ""] = variable["value"]?.string
    }
    let arguments = container["args"]?.array?.compactMap(\.string) ?? []
    let invocation = try ArgumentParser(arguments: arguments, variables: variables).parse()
    let settings = try SidecarSettings(invocation, world: outside.world(variables: variables))
    #expect(outside.errors.isEmpty)
    let mounts = container["volumeMounts"]?.array?.compactMap { $0["mountPath"]?.string } ?? []
    #expect(mounts.contains(AtomicFile.folder(of: settings.file)))
    #expect(mounts.contains(AtomicFile.folder(of: settings.exchange.tokenFile)))
    let probe = container["startupProbe"]?["exec"]?["command"]?.array?.compactMap(\.string) ?? []
    let check = try ArgumentParser(arguments: Array(probe.dropFirst()), variables: [:]).parse()
    #expect(check.command.name == "check")
    #expect(check.text(.checkedFile) == settings.file)
  }
}
