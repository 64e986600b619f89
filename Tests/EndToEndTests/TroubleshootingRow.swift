import Foundation
import StandIns
import TestSupport

/// A row of the troubleshooting tables, and the fault that reproduces it.
struct TroubleshootingRow: Sendable, CustomStringConvertible {
  /// The program or log that shows the message.
  enum Place: String, Sendable {
    /// The plugin's two lines, which appear on kubectl's stderr and in Argo CD's log.
    case plugin = "the plugin"
    /// kubectl's own message, which Argo CD shows too.
    case client = "kubectl, Argo CD"
    /// A log that no stand-in writes; the wording is taken from the sources of Dex and Kubernetes.
    case dex = "Dex's log"
    case apiServer = "API server's log"
  }

  /// The message, with `…` for variable parts.
  var symptom: String
  var place: Place
  var cause: String
  /// The command that shows the cause.
  var command: String
  /// A part of that command's output, on one line; for the doctor, of the first failed step.
  var output: String
  var reproduce: @Sendable (TroubleshootingFixture) throws -> Void

  var description: String { symptom }

  /// The row in Markdown.
  var markdown: String { "| `\(symptom)` | \(place.rawValue) | \(cause) | `\(command)` |" }

  /// The fixed parts of the message, which must appear in this order.
  var parts: [String] {
    symptom.split(separator: "…").map { $0.trimmingCharacters(in: .whitespaces) }
      .filter { !$0.isEmpty }
  }
}

/// The servers, and a kubeconfig that runs the plugin against them.
final class TroubleshootingFixture {
  let plugin: Plugin
  var arguments: [String]
  var environment: [String: String] = [:]
  var apiVersion = "v1"
  var command = TestBinary.path

  /// Starts the servers.
  ///
  /// Only kubectl requires TLS for the API server, and creating certificates takes time.
  init(forKubectl: Bool = false) throws {
    plugin = try Plugin(tls: forKubectl ? .apiServer : [])
    plugin.site.dex.update { $0.tokenLifetime = 3600 }
    arguments = plugin.flags + ["--expiry-margin", "60s"]
  }

  func set(_ flag: String, _ value: String) {
    if let index = arguments.firstIndex(of: flag) {
      arguments[index + 1] = value
    } else {
      arguments += [flag, value]
    }
  }

  func subject(now: Date = Date(), change: (inout JSONObject) -> Void = { _ in }) throws {
    let path = plugin.directory.path("other-token")
    try Data(plugin.site.cluster.token(now: now, change: change).utf8).write(
      to: URL(filePath: path))
    set("--token-file", path)
  }

  func connector(_ change: (inout DexConfiguration.Connector) -> Void) {
    plugin.site.dex.update { change(&$0.connectors[0]) }
  }

  func getToken() async throws -> ProcessResult {
    try await plugin.run(["get-token"] + arguments, environment)
  }

  func doctor() async throws -> ProcessResult {
    let server = ["--server", plugin.site.apiServerURL]
    let authority = plugin.site.authorityFile.map { ["--server-ca", $0] } ?? []
    return try await plugin.run(["doctor"] + arguments + server + authority, environment)
  }

  func kubectl() async throws -> ProcessResult {
    let authority = plugin.site.authorityFile.map { JSONValue.string($0) } ?? nil
    let configuration: JSONValue = [
      "apiVersion": "v1", "kind": "Config", "current-context": "b",
      "contexts": [["name": "b", "context": ["cluster": "b", "user": "plugin"]]],
      "clusters": [
        [
          "name": "b",
          "cluster": [
            "server": .string(plugin.site.apiServerURL), "certificate-authority": authority,
          ],
        ]
      ],
      "users": [
        [
          "name": "plugin",
          "user": [
            "exec": [
              "apiVersion": .string("client.authentication.k8s.io/" + apiVersion),
              "command": .string(command), "args": .strings(arguments),
              "interactiveMode": "Never",
            ]
          ],
        ]
      ],
    ]
    let file = try plugin.directory.write(configuration.text, to: "kubeconfig")
    return try await ProcessRunner(
      TestBinary.find("kubectl") ?? "kubectl", ["get", "namespaces"],
      environment: environment.merging(
        ["HOME": plugin.directory.path, "KUBECONFIG": file, "PATH": "/nowhere"]) { _, own in own }
    ).result()
  }
}
