import TestSupport
import Testing
import TokenExchange

@Suite struct DexSubjectTests {
  @Test(
    "subjects are encoded as by Dex",
    arguments: [
      Row(
        "recorded from Dex, a service account",
        DexSubject(
          userID: "system:serviceaccount:argocd:argocd-application-controller",
          connectorID: "argocd-cluster"),
        "CjpzeXN0ZW06c2VydmljZWFjY291bnQ6YXJnb2NkOmFyZ29jZC1hcHBsaWNhdGlvbi1jb250cm9sbGVyEg5hcmdvY2Qt"
          + "Y2x1c3Rlcg"),
      Row(
        "recorded from Dex, a person",
        DexSubject(userID: "0-385-28089-0", connectorID: "mock"),
        "Cg0wLTM4NS0yODA4OS0wEgRtb2Nr"),
      Row("empty connector ID", DexSubject(userID: "a", connectorID: ""), "CgFh"),
      Row("UTF-8", DexSubject(userID: "ä", connectorID: "c"), "CgLDpBIBYw"),
    ])
  func encoding(row: Row<DexSubject, String>) {
    #expect(row.input.text == row.output)
    #expect(DexSubject(row.output) == row.input)
  }

  @Test(
    "lengths of any size survive a round trip", arguments: [0, 1, 127, 128, 300, 16_384, 70_000])
  func lengths(length: Int) {
    let subject = DexSubject(userID: String(repeating: "u", count: length), connectorID: "c")
    #expect(DexSubject(subject.text) == subject)
  }

  @Test(
    "invalid subjects are rejected",
    arguments: [
      "", "!", "Cg", "CgJh", "GgFh", "CgFhCg", "system:serviceaccount:a:b", "CoCAgAE",
    ])
  func invalid(text: String) { #expect(DexSubject(text) == nil) }
}
