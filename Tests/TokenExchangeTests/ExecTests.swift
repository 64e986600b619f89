import Encoding
import FoundationEssentials
import TestSupport
import Testing
import TokenExchange

@Suite struct ExecInfoTests {
  @Test(
    "valid KUBERNETES_EXEC_INFO is accepted",
    arguments: [
      Row(
        "as sent by client-go",
        #"{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","#
          + #""spec":{"interactive":false}}"# + "\n", .v1),
      Row(
        "v1beta1 with a cluster",
        #"{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1beta1","#
          + #""spec":{"cluster":{"server":"https://x"},"interactive":true}}"#, .v1beta1),
      Row("both members missing, as in kube-rs", #"{"apiVersion":null,"spec":{}}"#, nil),
      Row("empty object", "{}", nil),
    ] as [Row<String, ExecAPIVersion?>])
  func reads(row: Row<String, ExecAPIVersion?>) throws {
    #expect(try ExecInfo(row.input).version == row.output)
  }

  @Test(
    "invalid KUBERNETES_EXEC_INFO is rejected",
    arguments: [
      Row("not JSON", "nonsense", InvalidExecInfo.notJSONObject),
      Row("an array", "[]", InvalidExecInfo.notJSONObject),
      Row("other kind", #"{"kind":"Status"}"#, InvalidExecInfo.kind("Status")),
      Row("kind of the wrong type", #"{"kind":1}"#, InvalidExecInfo.kind("1")),
      Row(
        "unsupported version", #"{"apiVersion":"client.authentication.k8s.io/v1alpha1"}"#,
        InvalidExecInfo.version("client.authentication.k8s.io/v1alpha1")),
      Row("version without a group", #"{"apiVersion":"v1"}"#, InvalidExecInfo.version("v1")),
    ])
  func rejects(row: Row<String, InvalidExecInfo>) {
    #expect(throws: row.output) { try ExecInfo(row.input) }
  }

  @Test("interactive is true, false or unknown")
  func interactive() throws {
    #expect(try ExecInfo(#"{"spec":{"interactive":true}}"#).isInteractive == true)
    #expect(try ExecInfo(#"{"spec":{}}"#).isInteractive == nil)
  }
}

@Suite struct ExecCredentialTests {
  @Test("the credential is one line of JSON", arguments: ExecAPIVersion.allCases)
  func credential(version: ExecAPIVersion) {
    let credential = ExecCredential(
      version: version, token: Secret("a.b.c"), expiration: Sample.now)
    #expect(
      credential.text == #"{"apiVersion":"client.authentication.k8s.io/\#(version.rawValue)","#
        + #""kind":"ExecCredential","status":{"expirationTimestamp":"2026-11-21T01:07:38Z","#
        + #""token":"a.b.c"}}"# + "\n")
  }

  @Test("without an expiry, there is no timestamp")
  func noExpiry() {
    let credential = ExecCredential(version: .v1, token: Secret("t"), expiration: nil)
    #expect(!credential.text.contains("expirationTimestamp"))
  }

  @Test(
    "the margin is subtracted, limited to half of the remaining time",
    arguments: [
      Row("no margin", [600.0, 0.0], 600.0), Row("margin", [600, 60], 540),
      Row("margin equal to the lifetime", [60, 60], 30),
      Row("margin longer than the lifetime", [60, 600], 30),
      Row("one second left", [1, 0], 1), Row("one second left, with a margin", [1, 60], 0),
    ])
  func expiration(row: Row<[Double], Double>) {
    let expiration = ExecCredential.expiration(
      of: Sample.now.addingTimeInterval(row.input[0]), margin: row.input[1], now: Sample.now)
    #expect(expiration.timeIntervalSince(Sample.now) == row.output)
  }

  @Test(
    "jitter moves the expiry earlier, but not into the first half of the lifetime",
    arguments: [
      // lifetime, margin, jitter, random
      Row("none of the jitter", [600.0, 60.0, 120.0, 0.0], 540.0),
      Row("all of the jitter", [600, 60, 120, 1], 420),
      Row("half of the jitter", [600, 60, 120, 0.5], 480),
      Row("jitter above the available range", [600, 60, 900, 1], 300),
      Row("the available range is used evenly", [600, 60, 900, 0.5], 420),
      Row("no jitter", [600, 60, 0, 1], 540), Row("no margin", [600, 0, 60, 1], 540),
      Row("a margin above half of the lifetime leaves no range", [600, 400, 100, 1], 200),
      Row("a margin longer than the lifetime", [60, 600, 100, 1], 30),
    ])
  func jitter(row: Row<[Double], Double>) {
    let expiration = ExecCredential.expiration(
      of: Sample.now.addingTimeInterval(row.input[0]), margin: row.input[1], jitter: row.input[2],
      random: row.input[3], now: Sample.now)
    #expect(expiration.timeIntervalSince(Sample.now) == row.output)
  }

  @Test("jitter keeps the expiry between half of the lifetime and the margin")
  func jitterBounds() {
    for step in 0..<2000 {
      let random = Double(step) / 1999
      let jitter = Double(step % 41) * 20
      let expiration = ExecCredential.expiration(
        of: Sample.now.addingTimeInterval(600), margin: 60, jitter: jitter, random: random,
        now: Sample.now)
      let lifetime = expiration.timeIntervalSince(Sample.now)
      #expect(lifetime >= 300 && lifetime <= 540)
      #expect(lifetime >= 540 - jitter - 1)
    }
  }

  @Test("the expiry is never in the past")
  func expirationInFuture() {
    for tenth in 0..<20 {
      let now = Sample.now.addingTimeInterval(Double(tenth) / 10)
      let expiry = Sample.now.addingTimeInterval(2)
      let expiration = ExecCredential.expiration(of: expiry, margin: 60, now: now)
      #expect(expiration >= now && expiration <= expiry)
    }
  }
}
