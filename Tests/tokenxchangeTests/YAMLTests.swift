import TestSupport
import Testing

@testable import tokenxchange

@Suite struct YAMLTests {
  @Test func writesEveryShape() {
    let document: YAML = [
      "plain": "yes", "n": 1, "b": true, "empty": [:], "none": [],
      "list": ["a", ["k": "v", "l": 2], ["inner"]],
      "a b": YAML.string("x").noted("why\n\nbecause"),
      "items": [YAML.map([.init(key: "k", value: YAML.string("v").noted("note"))])],
    ]
    #expect(
      document.text == """
        plain: "yes"
        "n": 1
        b: true
        empty: {}
        none: []
        list:
          - "a"
          - k: "v"
            l: 2
          -
            - "inner"
        # why
        #
        # because
        "a b": "x"
        items:
          # note
          - k: "v"

        """)
  }

  @Test func aFileInAnotherIsABlock() {
    let inner: YAML = ["k": ["a\nb", ["l": 1]]]
    let outer: YAML = ["data": ["f": .file(inner)], "last": 1]
    #expect(
      outer.text == """
        data:
          f: |
            k:
              - "a\\nb"
              - l: 1
        last: 1

        """)
  }

  @Test func aLineEndCannotLeaveAComment() {
    #expect(YAML.comment("a\u{2028}b\u{85}c\rd\u{0}e\u{FEFF}f") == ["# abcdef"])
    #expect(YAML.comment("a\nkey: 1") == ["# a", "# key: 1"])
  }

  @Test func documentsAreSeparated() { #expect(YAML.file(["a", "b"]) == "\"a\"\n---\n\"b\"\n") }
}

@Suite struct ShellWordsTests {
  @Test(arguments: [
    Row("plain", "--a=https://x:1/y,z", "--a=https://x:1/y,z"),
    Row("empty", "", "''"),
    Row("space", "a b", "'a b'"),
    Row("quote", "it's", #"'it'\''s'"#),
    Row("glob", "*.*", "'*.*'"),
    Row("dollar", "$HOME `x`", "'$HOME `x`'"),
    Row("newline", "a\n'b\\", #"$'a\n\'b\\'"#),
    Row("line separator", "a\u{2028}b", #"$'a\U00002028b'"#),
    Row("another direction", "a\u{202E}b", #"$'a\U0000202eb'"#),
    Row("no width", "a\u{200B}b", #"$'a\U0000200bb'"#),
  ])
  func quotesWhatAShellWouldRead(row: Row<String, String>) {
    #expect(ShellWords.quote(row.input) == row.output)
  }
}
