import Testing
import TokenExchange

@Suite struct SecretTests {
  @Test("a secret is never printed")
  func printing() {
    struct Holder { var secret: Secret }
    let holder = Holder(secret: Secret("hunter2"))
    var dumped = ""
    dump(holder, to: &dumped)
    let shown = ["\(holder)", "\(holder.secret)", String(reflecting: holder), dumped]
    for text in shown {
      #expect(!text.contains("hunter2"))
      #expect(text.contains("[redacted]"))
    }
    #expect(holder.secret.revealed == "hunter2")
  }
}
