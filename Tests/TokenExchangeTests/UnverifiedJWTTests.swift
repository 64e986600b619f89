import Encoding
import FoundationEssentials
import TestSupport
import Testing
import TokenExchange

@Suite struct UnverifiedJWTTests {
  @Test(
    "exp is read as an integer, a fraction or nil",
    arguments: [
      Row("integer", #"{"exp":1795223858}"#, 1_795_223_858),
      Row("fraction", #"{"exp":1795223858.9}"#, 1_795_223_858),
      Row("exponent", #"{"exp":1.795223858e9}"#, 1_795_223_858),
      Row("string of digits", #"{"exp":"1795223858"}"#, 1_795_223_858),
      Row("after the year 9999", #"{"exp":1e300}"#, 253_402_300_799),
      Row("largest integer", #"{"exp":9223372036854775807}"#, 253_402_300_799),
      Row("negative", #"{"exp":-5}"#, 0),
      Row("other string", #"{"exp":"tomorrow"}"#, nil),
      Row("null", #"{"exp":null}"#, nil),
      Row("missing", "{}", nil),
    ] as [Row<String, Double?>])
  func expiry(row: Row<String, Double?>) throws {
    let jwt = try #require(UnverifiedJWT(Sample.jwt(row.input)))
    #expect(jwt.expiry?.timeIntervalSince1970 == row.output)
  }

  @Test(
    "aud is read as a string, a list or an empty list",
    arguments: [
      Row("string", #"{"aud":"a"}"#, ["a"]), Row("list", #"{"aud":["a","b"]}"#, ["a", "b"]),
      Row("empty list", #"{"aud":[]}"#, []), Row("mixed list", #"{"aud":["a",1]}"#, []),
      Row("number", #"{"aud":1}"#, []), Row("missing", "{}", []),
    ] as [Row<String, [String]>])
  func audiences(row: Row<String, [String]>) throws {
    let jwt = try #require(UnverifiedJWT(Sample.jwt(row.input)))
    #expect(jwt.audiences == row.output)
  }

  @Test(
    "text that is not a JWT is rejected",
    arguments: [
      "", ".", "..", "a.b.c", "eyJhIjoxfQ.eyJhIjoxfQ", "eyJhIjoxfQ.eyJhIjoxfQ.c.d",
      "eyJhIjoxfQ==.eyJhIjoxfQ.c2ln", "eyJhIjoxfQ.W10.c2ln", "eyJhIjoxfQ.eyJh.c2ln",
      "eyJhIjoxfQ.eyJhIjoxfQ.$$$", "eyJhIjoxfQ.eyJhIjoxfQ.c2ln\n",
    ])
  func rejects(token: String) {
    #expect(UnverifiedJWT(token) == nil)
  }

  @Test("an unsigned token can be read")
  func unsigned() throws {
    let jwt = try #require(UnverifiedJWT("eyJhbGciOiJub25lIn0.e30."))
    #expect(jwt.header["alg"] == .string("none"))
  }
}
