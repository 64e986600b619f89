import TestSupport
import Testing
import TokenExchange

/// Dex's opaque `sub`, there and back.
struct DexSubjectTests {
  static let rows = [
    // Out of the recordings of a real Dex.
    Row(
      "service account",
      DexSubject(
        userID: "system:serviceaccount:argocd:argocd-application-controller",
        connectorID: "argocd-cluster"),
      "CjpzeXN0ZW06c2VydmljZWFjY291bnQ6YXJnb2NkOmFyZ29jZC1hcHBsaWNhdGlvbi1jb250cm9sbGVyEg5hcmdv"
        + "Y2QtY2x1c3Rlcg"),
    Row(
      "mock", DexSubject(userID: "0-385-28089-0", connectorID: "mock"),
      "Cg0wLTM4NS0yODA4OS0wEgRtb2Nr"
    ),
    Row("no user", DexSubject(userID: "", connectorID: "c"), "EgFj"),
  ]

  @Test(arguments: rows)
  func encodesAndDecodes(_ row: Row<DexSubject, String>) {
    #expect(row.input.text == row.output)
    #expect(DexSubject(row.output) == row.input)
  }

  @Test func encodesLongNames() {
    let name = String(repeating: "ö", count: 200)
    let subject = DexSubject(userID: name, connectorID: "c")
    #expect(DexSubject(subject.text) == subject)
  }

  @Test(arguments: [
    "", "a", "====", "system:serviceaccount:argocd:argocd-server", "108264895", "CgFh!", "CgVh",
    "EgFjCgFh", "CgFhCgFh", "GgFh", "CoCAgIAB",
  ])
  func refusesWhatDexDoesNotWrite(_ text: String) {
    #expect(DexSubject(text) == nil)
  }
}
