import Encoding
import TestSupport
import Testing

@testable import Manifests

@Suite("YAML templates") struct YAMLTests {
  @Test("pieces are indented to their column, and absent pieces remove their line")
  func pieces() {
    let item: YAML = """
      name: \("a")
      value: \(1)
      """
    let absent: YAML? = nil
    let document: YAML = """
      ---
      \(absent)
      list:
        - \(item)
        \(["x", "yes"].map { "- \($0)" })
        \([YAML]())
      inner:
        \(absent)
        \(item)
      \(absent)
      """
    #expect(
      document.text == """
        ---
        list:
          - name: a
            value: 1
          - x
          - "yes"
        inner:
          name: a
          value: 1

        """)
  }

  @Test("a piece that contains only absent pieces is absent")
  func nestedAbsence() {
    let absent: YAML? = nil
    let empty: YAML = "\(absent)"
    let document: YAML = """
      a: 1
      \(empty)
      b: 2
      """
    #expect(document.text == "a: 1\nb: 2\n")
  }

  @Test("each line of a comment repeats the prefix, so that no line can end the comment")
  func comments() {
    let text = "a\u{2028}b\u{85}c\rd\u{0}e\u{FEFF}f\u{202E}\n\nkey: 1"
    let document: YAML = """
      a:
        #   \(comment: text)
        b: 1
      """
    #expect(document.text == "a:\n  #   abcdef\n  #\n  #   key: 1\n  b: 1\n")
  }

  static let words = Array(repeating: "word", count: 17).joined(separator: " ")
  static let long = String(repeating: "x", count: 90)

  @Test(
    "a long scalar is folded if possible",
    arguments: [
      Row("after a key", ("a: ", words), "a: >-\n  \(words.dropLast(10))\n  word word\n"),
      Row(
        "after a key in a list", ("- a: ", words),
        "- a: >-\n    \(words.dropLast(10))\n    word word\n"),
      Row("in a list", ("- ", words), "- >-\n  \(words.dropLast(10))\n  word word\n"),
      Row("a single long word after a key", ("a: ", long), "a: >-\n  \(long)\n"),
      Row("a single long word in a list", ("- ", long), "- \(long)\n"),
      Row("a long word among short ones", ("a: ", "b \(long) c"), "a: >-\n  b\n  \(long)\n  c\n"),
      Row("two spaces", ("a: ", long + "  b"), "a: \(long)  b\n"),
      Row("leading space", ("a: ", " " + long), "a: \" \(long)\"\n"),
      Row("two lines", ("a: ", long + "\nb"), "a: \"\(long)\\nb\"\n"),
      Row("in a comment", ("# a: ", words), "# a: \(words)\n"),
    ])
  func folding(row: Row<(String, String), String>) {
    let (start, text) = row.input
    #expect(YAML(parts: [.literal(start), .scalar(text)]).text == row.output)
  }

  @Test("a key is never folded")
  func key() {
    let document: YAML = "\(Self.words): \(1)"
    #expect(document.text == "\(Self.words): 1\n")
  }

  @Test("lines are folded at the given breaks, unless a folded block cannot represent them")
  func folds() {
    let document: YAML = """
      - a: \(folded: ["b", "c d", "\"e\""])
        f: \(folded: ["g: h"])
        i: \(folded: ["j", " k"])
      """
    #expect(document.text == "- a: >-\n    b\n    c d\n    \"e\"\n  f: \"g: h\"\n  i: j  k\n")
  }

  @Test("a long word of a command starts a new line in a comment")
  func longWords() {
    let command = ["a", Self.long, "b", Self.long + " c"].map { ShellWord($0) }
    let document: YAML = """
      #   \(comment: ShellWord.command(command, first: 1))
      """
    #expect(
      document.text == """
        #   a \\
        # \(Self.long)\\
        #     b \\
        #     '\(Self.long) c'

        """)
  }

  @Test(
    "multi-line strings become literal blocks",
    arguments: [
      Row("one newline at the end", "a\nb\n", "k: |\n  a\n  b\n"),
      Row("no newline at the end", "a\nb", "k: |-\n  a\n  b\n"),
      Row("several newlines at the end", "a\n\n\n", "k: |+\n  a\n\n\n"),
      Row("empty line inside", "a\n\n b\n", "k: |\n  a\n\n   b\n"),
      Row("leading space", " a\n", "k: |2\n   a\n"),
      Row("empty", "", "k: \"\"\n"),
      Row("newlines only", "\n\n", "k: \"\\n\\n\"\n"),
      Row("tab", "a\tb\n", "k: \"a\\tb\\n\"\n"),
      Row("line separator", "a\u{2028}b\n", "k: \"a\\U00002028b\\n\"\n"),
    ])
  func blocks(row: Row<String, String>) {
    let document: YAML = "k: \(block: row.input)"
    #expect(document.text == row.output)
  }

  @Test("JSON is written as a literal block")
  func json() {
    let document: YAML = """
      config: |
        {
          "a": \(json: "it's \"b\"\n"),
          "list": [
            \(jsonItems: ["c", "d"])
          ]
        }
      """
    #expect(
      document.text == #"""
        config: |
          {
            "a": "it's \"b\"\n",
            "list": [
              "c",
              "d"
            ]
          }

        """#)
  }
}

@Suite("YAML scalars") struct ScalarTests {
  /// Strings and their YAML representation.
  static let forms: [(text: String, form: String)] =
    [
      "a", "--flag=value", "--flag=a b", "-x", "https://a.example:6443/b", "a:b", "a#b", "10m",
      "1Mi",
      "1h30m", "90s", "latest", "yes sir", "nullable", "system:serviceaccount:a:b", "a, b", "it's",
      #"say "hi""#, #"a\b"#, "ü", "日本", "a]", "a}", "N1", "=a", "<<<", "./plugin", ".hidden",
      "$HOME",
      "~/a", "(a)", "/a", "apps/v1", "v1", "rbac.authorization.k8s.io",
    ].map { ($0, $0) }
    + [
      "", " ", " a", "a ", "y", "n", "Y", "N", "yes", "No", "ON", "off", "true", "False", "null",
      "Null",
      "~", "=", "<<", "0", "1", "-1", "+1", "007", "0o14", "0x10", "0b1", "1_000", "1.5", ".5",
      "1.",
      "1e3", "1e-3", "-1.5E+3", ".inf", "-.Inf", ".NaN", "12:30", "12:30:45", "-1:30",
      "65532:65532",
      "2026-11-21", "2026-11-21T10:00:00Z", "2026-11-21 10:00:00 +1:00", "10.0.0.1", "-", "---",
      "...",
      "- a", ".", "+", "a: b", "a:", ": a", ":", "a #b", "#a", "@a", "`a`", "*a", "*.*", "&a", "!a",
      "|",
      ">", "%a", "{a}", "[a]", "}", "]", ",", "?", "? a", "'", "'a'", "::1",
    ].map { ($0, "\"\($0)\"") }
    + [
      (#""a" + b"#, #"'"a" + b'"#), (#""it's""#, #""\"it's\"""#), (#"\: "#, #"'\: '"#),
      ("a\nb", #""a\nb""#), ("a\r\n", #""a\r\n""#), ("\t", #""\t""#), ("\u{0}", #""\U00000000""#),
      ("\u{85}", #""\U00000085""#), ("a\u{A0}b", #""a\U000000a0b""#),
      ("\u{2028}", #""\U00002028""#), ("\u{202E}abc", #""\U0000202eabc""#),
      ("a\u{200B}b", #""a\U0000200bb""#), ("\u{FEFF}", #""\U0000feff""#),
      ("\u{FFFE}", #""\U0000fffe""#), ("👩\u{200D}👧", #""👩\U0000200d👧""#),
    ]

  @Test("strings are plain or quoted", arguments: forms.map { Row($0.text, $0.text, $0.form) })
  func form(row: Row<String, String>) {
    let document: YAML = "\(row.input)"
    #expect(document.text == row.output + "\n")
  }

  @Test(
    "YAML 1.1 and 1.2 parsers read the same string",
    .enabled(if: Python.hasYAML, "python3 has no module yaml: apt-get install python3-yaml"))
  func readers() throws {
    let texts = Self.forms.map(\.text) + [YAMLTests.words, "a " + YAMLTests.long]
    let document: YAML = """
      ---
      items:
        \(texts.map { "- \($0)" })
      values:
        \(texts.map { "- value: \($0)" })
      keys:
        \(Set(texts).sorted().map { "\($0): \($0)" })
      blocks:
        \(texts.map { "- \(block: $0)" })
      """
    for version in Python.YAMLVersion.allCases {
      let read = try #require(try Python.yaml(document.text, version: version).first)
      #expect(read["items"]?.array?.map(\.string) == texts, "\(version)")
      #expect(read["values"]?.array?.map { $0["value"]?.string } == texts, "\(version)")
      #expect(read["blocks"]?.array?.map(\.string) == texts, "\(version)")
      for text in texts { #expect(read["keys"]?[text]?.string == text, "\(version): \(text)") }
    }
  }
}

@Suite("Shell words") struct ShellWordTests {
  @Test(
    "words are quoted if a shell would change them",
    arguments: [
      Row("plain", "--a=https://x:1/y,z", "--a=https://x:1/y,z"),
      Row("empty", "", "''"),
      Row("space", "a b", "'a b'"),
      Row("quote", "it's", #"'it'\''s'"#),
      Row("glob", "*.*", "'*.*'"),
      Row("dollar", "$HOME `x`", "'$HOME `x`'"),
      Row("newline", "a\n'b\\", #"$'a\n\'b\\'"#),
      Row("line separator", "a\u{2028}b", #"$'a\U00002028b'"#),
      Row("text direction override", "a\u{202E}b", #"$'a\U0000202eb'"#),
      Row("zero-width character", "a\u{200B}b", #"$'a\U0000200bb'"#),
    ])
  func quoting(row: Row<String, String>) {
    #expect(ShellWord(row.input).quoted == row.output)
  }

  @Test("a command has one word per line after the first line")
  func command() {
    let words = [ShellWord("a"), ShellWord("b c"), ShellWord("--d=", variable: "D")]
    #expect(ShellWord.command(words, first: 2) == "a 'b c' \\\n  \"--d=$D\"")
  }
}
