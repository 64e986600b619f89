import Encoding
import Manifests
import TestSupport
import Testing
import TokenExchange

@testable import tokenxchange

/// The subset of YAML that is supported without kubectl.
struct YAMLReaderTests {
  @Test(
    "block style is read",
    arguments: [
      Row("a mapping", "a: b\nc: d e", #"{"a":"b","c":"d e"}"#),
      Row("nested", "a:\n  b:\n    c: 1\nd: 2", #"{"a":{"b":{"c":1}},"d":2}"#),
      Row("a sequence below its key", "a:\n  - b\n  - c", #"{"a":["b","c"]}"#),
      Row(
        "a sequence at the indentation of its key, as written by kubectl", "a:\n- b\n- c\nd: e",
        #"{"a":["b","c"],"d":"e"}"#),
      Row(
        "a sequence of mappings", "a:\n- name: b\n  user:\n    x: 1\n- name: c",
        #"{"a":[{"name":"b","user":{"x":1}},{"name":"c"}]}"#),
      Row("an item below its dash", "-\n  a: b\n- - c\n  - d", #"[{"a":"b"},["c","d"]]"#),
      Row(
        "comments and empty lines", "# x\n---\n\na: b # c\n  # d\ne: f#g\n\t\n",
        #"{"a":"b","e":"f#g"}"#),
      Row(
        "colons in values", "a: https://b:1/c\n\"d\": --e=f:g",
        #"{"a":"https://b:1/c","d":"--e=f:g"}"#),
      Row(
        "null, true, false and numbers", "a:\nb: ~\nc: true\nd: no\ne: -3\nf: 1.5\ng: v1",
        #"{"a":null,"b":null,"c":true,"d":false,"e":-3,"f":1.5,"g":"v1"}"#),
      Row(
        "quoted strings", #"a: "b\"\\\n\u00e9\x41\U0001F600" # c"# + "\nb: 'it''s'\nc: \"1\"",
        #"{"a":"b\"\\\né"# + "A😀" + #"","b":"it's","c":"1"}"#),
      Row("empty collections", "a: {}\nb: [] # c", #"{"a":{},"b":[]}"#),
      Row("a literal block", "a: |\n  b\n   c\n\n  # d\ne: f", #"{"a":"b\n c\n\n# d\n","e":"f"}"#),
      Row("a literal block without its last newline", "- |-\n  b\n- c", #"["b","c"]"#),
      Row("a literal block with all newlines", "a: |+\n  b\n\n", #"{"a":"b\n\n\n"}"#),
      Row("a literal block that begins with spaces", "a: |2\n    b\n  c", #"{"a":"  b\nc\n"}"#),
      Row("a folded block", "a: >-\n  b\n  c\n\n  d\n    e\n  f", #"{"a":"b c\nd\n  e\nf"}"#),
      Row("Windows line endings", "a: b\r\nc:\r\n- d\r\n", #"{"a":"b","c":["d"]}"#),
    ])
  func blockStyle(_ row: Row<String, String>) throws {
    let documents = try YAMLReader.documents(in: row.input)
    #expect(documents.map { $0.text() } == [row.output])
  }

  @Test("several documents are read, and empty ones are skipped")
  func documents() throws {
    let text = "---\n# nothing\n---\na: 1\n---\nb: 2\n...\n---\n"
    #expect(try YAMLReader.documents(in: text).map { $0.text() } == [#"{"a":1}"#, #"{"b":2}"#])
    #expect(try YAMLReader.documents(in: "").isEmpty)
  }

  @Test(
    "other YAML is rejected with its line number",
    arguments: [
      Row("a flow mapping", "a: 1\nb: {c: d}", YAMLError(line: 2, reason: .flowStyle)),
      Row("a flow sequence", "- [a]", YAMLError(line: 1, reason: .flowStyle)),
      Row("JSON over several lines", "[\n1]", YAMLError(line: 1, reason: .flowStyle)),
      Row("an anchor", "a: &b c", YAMLError(line: 1, reason: .anchor)),
      Row("an alias", "a: *b", YAMLError(line: 1, reason: .anchor)),
      Row("a tag", "a: !!binary eA==", YAMLError(line: 1, reason: .tag)),
      Row("a directive", "%YAML 1.2\n---\na: b", YAMLError(line: 1, reason: .directive)),
      Row("a complex key", "? a\n: b", YAMLError(line: 1, reason: .complexKey)),
      Row("a plain string over two lines", "a: b\n  c", YAMLError(line: 2, reason: .severalLines)),
      Row(
        "a quoted string over two lines", "a: \"b\n  c\"", YAMLError(line: 1, reason: .severalLines)
      ),
      Row("a tab", "a:\n\tb: c", YAMLError(line: 2, reason: .tab)),
      Row("wrong indentation", "a:\n    b: 1\n  c: 2", YAMLError(line: 3, reason: .indentation)),
      Row("an item in a mapping", "a: 1\n- b", YAMLError(line: 2, reason: .noKey)),
      Row("only a scalar", "hunter2", YAMLError(line: 1, reason: .noKey)),
      Row(
        "a duplicate key", "a: 1\nb: 2\na: 3", YAMLError(line: 3, reason: .duplicateKey, key: "a")),
      Row("a mapping on one line", "a: b: c", YAMLError(line: 1, reason: .nestedOnOneLine)),
      Row("text after quotes", "a: \"b\" c", YAMLError(line: 1, reason: .textAfterQuotes)),
      Row("a reserved character", "a: @b", YAMLError(line: 1, reason: .reservedCharacter)),
      Row("an unknown escape", #"a: "\q""#, YAMLError(line: 1, reason: .escape)),
      Row("a lone surrogate", #"a: "\uD800""#, YAMLError(line: 1, reason: .escape)),
      Row("an unknown block header", "a: |x\n  b", YAMLError(line: 1, reason: .blockHeader)),
      Row(
        "51 levels", String(repeating: "- ", count: 51) + "a", YAMLError(line: 1, reason: .depth)),
    ] as [Row<String, YAMLError>])
  func errors(_ row: Row<String, YAMLError>) {
    #expect(throws: row.output) { try YAMLReader.documents(in: row.input) }
  }

  @Test("each reason has a message")
  func messages() {
    let texts = YAMLError.Reason.allCases.map { Message($0).text }
    #expect(Set(texts).count == texts.count)
    #expect(texts.allSatisfy { !$0.isEmpty })
  }

  @Test("every scalar that generate prints is read")
  func generatedScalars() throws {
    let texts = [
      "", " a ", "a: b", "a #b", "#a", "- a", "-", "true", "no", "~", "12", "1.5", "2026-11-28",
      "it's", "say \"hi\"", "back\\slash", "tab\there", "line\nbreak", "é😀\u{200B}\u{202E}", "{a}",
      "[a]",
      "&a", "*a", "!a", "%a", "@a", "`a`", "|", ">", "?", ":", "a:", "--issuer=https://x/dex",
      String(repeating: "long words ", count: 20) + "end", String(repeating: "x", count: 200),
    ]
    for text in texts {
      let yaml: YAML = "key: \(text)\nlist:\n  - \(text)\nblock: \(block: text)\n"
      let document = try #require(YAMLReader.documents(in: yaml.text).first, "\(yaml.text)")
      #expect(document["key"]?.string == text, "\(yaml.text)")
      #expect(document["list"]?.strings == [text], "\(yaml.text)")
      #expect(document["block"]?.string == text, "\(yaml.text)")
    }
  }

  @Test("any text results in a document or an error")
  func anyText() {
    var random = SystemRandomNumberGenerator()
    let pieces = [
      "a", ":", " ", "  ", "- ", "\n", "\n  ", "\"", "'", "|", ">-", "#", "{}", "[", "\t", "é",
      "\\", "---\n",
      "\r\n", "\u{301}", "?", "key: ", "*",
    ]
    for _ in 0..<20_000 {
      let count = Int.random(in: 0..<20, using: &random)
      let text = (0..<count).map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
      _ = try? YAMLReader.documents(in: text)
    }
  }
}
