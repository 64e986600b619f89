import Foundation
import Glibc
import StandIns
import TestSupport
import Testing

/// The contract with clients that run exec plugins: variables as input, one document as output.
struct ExecContractTests {
  static let group = "client.authentication.k8s.io"

  /// The value that client-go sets for `KUBERNETES_EXEC_INFO`.
  static func info(
    version: String = "\(group)/v1", kind: String = "ExecCredential", cluster: String = ""
  ) -> String {
    #"{"kind":"\#(kind)","apiVersion":"\#(version)","spec":{\#(cluster)"interactive":false}}"#
      + "\n"
  }

  /// A valid value of the variable, and the API version in the output.
  struct ValidInfo: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var info: String?
    var flags: [String] = []
    var version: String
  }

  static let good = [
    ValidInfo(testDescription: "v1", info: info(), version: "v1"),
    ValidInfo(
      testDescription: "v1beta1", info: info(version: "\(group)/v1beta1"), version: "v1beta1"),
    ValidInfo(testDescription: "no variable", info: nil, version: "v1"),
    ValidInfo(testDescription: "empty", info: "", version: "v1"),
    ValidInfo(testDescription: "a newline", info: "\n", version: "v1"),
    ValidInfo(
      testDescription: "no version, as kube-rs may", info: #"{"apiVersion":null,"spec":{}}"#,
      version: "v1"),
    ValidInfo(
      testDescription: "100 KiB of cluster",
      info: info(
        version: "\(group)/v1beta1",
        cluster: #""cluster":{"server":"https://b.example","certificate-authority-data":""#
          + String(repeating: "QUJD", count: 25_600) + #""},"#), version: "v1beta1"),
    ValidInfo(
      testDescription: "a flag over v1", info: info(), flags: ["--api-version", "v1beta1"],
      version: "v1beta1"),
    ValidInfo(
      testDescription: "a flag over garbage", info: "garbage", flags: ["--api-version=v1"],
      version: "v1"),
  ]

  @Test("the output has the API version of KUBERNETES_EXEC_INFO", arguments: good)
  func outputVersion(_ row: ValidInfo) async throws {
    let plugin = try Plugin()
    let variables = row.info.map { ["KUBERNETES_EXEC_INFO": $0] } ?? [:]
    let result = try await plugin.run(plugin.flags + row.flags, variables)
    try plugin.expectCredential(result, version: row.version)
    #expect(ExecReaders.clientGo(result.stdout, version: row.version) == nil)
    #expect(ExecReaders.python(result.stdout, version: row.version) == nil)
    let other = row.version == "v1" ? "v1beta1" : "v1"
    #expect(ExecReaders.clientGo(result.stdout, version: other) != nil)
    let file = try await plugin.run(
      ["token-file", "--token-file", plugin.tokenFile] + row.flags, variables)
    #expect(ExecReaders.clientGo(file.stdout, version: row.version) == nil)
    #expect(ExecReaders.python(file.stdout, version: row.version) == nil)
  }

  /// An invalid value of the variable, and the expected message.
  struct InvalidInfo: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var info: String
    var message: String
    var hint = ExecContractTests.infoHint
  }

  static let infoHint =
    "kubectl sets it to an ExecCredential of client.authentication.k8s.io/v1 or v1beta1; "
    + "in a shell, unset it"
  static let versionHint =
    "set exec.apiVersion in the kubeconfig to client.authentication.k8s.io/v1 or "
    + "client.authentication.k8s.io/v1beta1"

  static let bad = [
    InvalidInfo(
      testDescription: "v1alpha1", info: info(version: "\(group)/v1alpha1"),
      message:
        "KUBERNETES_EXEC_INFO requests apiVersion \(group)/v1alpha1, which is not supported",
      hint: versionHint),
    InvalidInfo(
      testDescription: "a later version", info: info(version: "\(group)/v2"),
      message: "KUBERNETES_EXEC_INFO requests apiVersion \(group)/v2, which is not supported",
      hint: versionHint),
    InvalidInfo(
      testDescription: "no text as version", info: #"{"apiVersion":1}"#,
      message: "KUBERNETES_EXEC_INFO requests apiVersion 1, which is not supported",
      hint: versionHint),
    InvalidInfo(
      testDescription: "garbage", info: "garbage",
      message: "KUBERNETES_EXEC_INFO does not contain a JSON object"),
    InvalidInfo(
      testDescription: "cut off", info: String(info().dropLast(5)),
      message: "KUBERNETES_EXEC_INFO does not contain a JSON object"),
    InvalidInfo(
      testDescription: "a list", info: "[]",
      message: "KUBERNETES_EXEC_INFO does not contain a JSON object"),
    InvalidInfo(
      testDescription: "another kind", info: info(kind: "Pod"),
      message: "KUBERNETES_EXEC_INFO has the kind Pod, expected ExecCredential"),
  ]

  @Test("an invalid KUBERNETES_EXEC_INFO is rejected", arguments: bad)
  func invalidExecInfo(_ row: InvalidInfo) async throws {
    let plugin = try Plugin()
    let variables = ["KUBERNETES_EXEC_INFO": row.info]
    let result = try await plugin.run(nil, variables)
    plugin.expectFailure(result, 2, row.message, hint: row.hint)
    let file = try await plugin.run(["token-file", "--file", plugin.tokenFile], variables)
    plugin.expectFailure(file, 2, row.message, hint: row.hint)
    #expect(plugin.site.dex.tokenRequests == 0)
  }

  @Test("standard input is not read")
  func ignoresStandardInput() async throws {
    let plugin = try Plugin()
    // The input is larger than the pipe's buffer, so the test would hang if the program had to read
    // it.
    let input = [UInt8](repeating: 0x78, count: 300_000)
    try plugin.expectCredential(try await plugin.run(stdin: input))
    try plugin.expectCredential(try await plugin.run())
  }

  @Test("no child process keeps the output open")
  func closesOutput() async throws {
    let plugin = try Plugin()
    #expect(try await plugin.run().leftOutputOpen == false)
    plugin.site.dex.inject(DexFault.status(503).forever)
    #expect(try await plugin.run().leftOutputOpen == false)
  }

  /// The destination of stdout, the system's error message, and the hint.
  static let outputs = [
    (">&-", "Bad file descriptor", closedHint), ("<&- >&-", "Bad file descriptor", closedHint),
    (
      ">/dev/full", "No space left on device",
      "free space on the disk that standard output is redirected to"
    ),
    ("| true", "Broken pipe", "the reader of the pipe ended before it had read everything"),
  ]

  private static let closedHint =
    "standard output is closed or read-only: redirect it to a file, a pipe or /dev/null"

  @Test("an unwritable standard output is reported: exit 1", arguments: outputs)
  func unwritableOutput(_ output: String, _ reason: String, _ hint: String) async throws {
    let plugin = try Plugin()
    plugin.site.dex.inject(DexFault.delay(1).forever)
    let script = "set -o pipefail; \"$0\" \"$@\" \(output)"
    let result = try await ProcessRunner(
      "/bin/bash", ["-c", script, TestBinary.path] + plugin.flags
    )
    .result()
    plugin.expectFailure(
      result, 1, "could not write to standard output: \(reason)", hint: hint)
    // The error must not cause further requests to Dex.
    #expect(plugin.site.dex.server.requests.count == 1)
  }

  @Test(
    "commands that print no credential also report an unwritable standard output",
    arguments: [
      "version", "help", "completion bash", "doctor",
      "generate rbac --argocd --direct --cluster-role=view",
    ])
  func unwritableText(command: String) async throws {
    let script = "exec \"$0\" \"$@\" >/dev/full"
    let result = try await ProcessRunner(
      "/bin/sh",
      ["-c", script, TestBinary.path] + command.split(separator: " ").map(String.init)
    ).result()
    #expect(result.ending == .exit(1))
    #expect(
      result.errors == """
        tokenxchange: could not write to standard output: No space left on device
        hint: free space on the disk that standard output is redirected to

        """)
  }

  @Test("a closed standard error does not affect the result")
  func closedStandardError() async throws {
    let plugin = try Plugin()
    let script = "\"$0\" \"$@\" 2>&-"
    func run(_ flags: [String]) async throws -> ProcessResult {
      try await ProcessRunner("/bin/sh", ["-c", script, TestBinary.path] + flags).result()
    }
    try plugin.expectCredential(try await run(plugin.flags))
    let refused = try await run(plugin.flags("--client-id", "nobody"))
    #expect(refused.ending == .exit(5))
    #expect(refused.output == "")
  }

  @Test("SIGTERM and SIGINT end a pending exchange immediately", arguments: [SIGTERM, SIGINT])
  func endsOnSignal(_ number: Int32) async throws {
    let plugin = try Plugin()
    plugin.site.dex.inject(DexFault.delivery(.hang).forever)
    let running = try ProcessRunner(TestBinary.path, plugin.flags + ["--timeout", "50s"]).start()
    while plugin.site.dex.tokenRequests == 0, running.isRunning {
      try await Task.sleep(for: .milliseconds(5))
    }
    running.send(signal: number)
    let result = await running.result
    #expect(result.ending == .exit(128 + number))
    #expect(result.output + result.errors == "")
    #expect(result.duration < 45)
  }
}
