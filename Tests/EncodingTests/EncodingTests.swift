import Encoding
import TestSupport
import Testing

@Suite struct FormEncodingTests {
  @Test(
    "forms are encoded as application/x-www-form-urlencoded",
    arguments: [
      Row("letters and digits", "azAZ09", "azAZ09"),
      Row("unescaped punctuation", "*-._", "*-._"),
      Row("space", "a b", "a+b"),
      Row("plus", "a+b", "a%2Bb"),
      Row("slash and equals", "a/b=c", "a%2Fb%3Dc"),
      Row("ampersand", "a&b", "a%26b"),
      Row("percent", "100%", "100%25"),
      Row("colon", "a:b", "a%3Ab"),
      Row("tilde", "~", "%7E"),
      Row("newline", "a\r\nb", "a%0D%0Ab"),
      Row("two bytes", "é", "%C3%A9"),
      Row("four bytes", "😀", "%F0%9F%98%80"),
      Row("empty", "", ""),
    ])
  func encodes(row: Row<String, String>) {
    #expect(FormEncoding.encode(row.input) == row.output)
  }

  @Test("fields keep their order")
  func fieldOrder() {
    let body = FormEncoding.body([.init("b", "1 2"), .init("a", ""), .init("c&", "=")])
    #expect(String(decoding: body, as: UTF8.self) == "b=1+2&a=&c%26=%3D")
  }
}

@Suite struct Base64URLTests {
  @Test(
    "base64url is decoded and encoded",
    arguments: [
      Row("empty", "", []), Row("one byte", "Zg", Array("f".utf8)),
      Row("two bytes", "Zm8", Array("fo".utf8)), Row("three bytes", "Zm9v", Array("foo".utf8)),
      Row("both special characters", "-_8", [0xFB, 0xFF]),
    ] as [Row<String, [UInt8]>])
  func decodesAndEncodes(row: Row<String, [UInt8]>) {
    #expect(Encoding.Base64URL.decode(row.input) == row.output)
    #expect(Encoding.Base64URL.encode(row.output) == row.input)
    #expect(Encoding.Base64URL.isValid(Array(row.input.utf8)[...]))
  }

  @Test(
    "invalid base64url is rejected",
    arguments: ["Zg==", "Zm9v=", "Z", "Zm9vZ", "a+b/", "a b", "é", "Zm\n9"])
  func rejects(text: String) {
    #expect(Encoding.Base64URL.decode(text) == nil)
    #expect(!Encoding.Base64URL.isValid(Array(text.utf8)[...]))
  }
}

@Suite struct Base64Tests {
  @Test("decodes the output of the base64 command")
  func base64Command() {
    #expect(Base64.decode("Zm9v\nYmFy\n") == Array("foobar".utf8))
    #expect(Base64.decode("no base64!") == nil)
    #expect(Base64.encode(Array("a:b".utf8)) == "YTpi")
  }
}
