import Encoding

/// Detects secrets where something else is expected, so that messages do not repeat them.
extension String {
  /// Whether a mistyped name may be shown: it is short, with letters, digits, `-` and `_` only.
  var isPlainWord: Bool {
    utf8.count <= 40 && !looksLikeToken
      && utf8.allSatisfy { $0.isASCIIAlphanumeric || "-_".utf8.contains($0) }
  }

  /// Whether this may be a token that was pasted in the wrong place.
  var looksLikeToken: Bool { utf8.count > 64 || utf8.starts(with: "eyJ".utf8) }

  /// Whether this clearly is a path, and not a secret that was passed instead: base64 may begin
  /// with `/`.
  var isClearlyPath: Bool {
    ["/", "./", "../", "~/"].contains { utf8.starts(with: $0.utf8) }
      && !utf8.contains { $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "=") }
  }

  /// Whether a component of this path looks like a random key, such as `4kZ9x2LqB7vT1mPc`: letters
  /// and digits alternate more often than in names.
  var hasRandomComponent: Bool {
    utf8.split(separator: UInt8(ascii: "/")).contains { component in
      let classes = component.map(\.characterClass)
      let changes = zip(classes, classes.dropFirst()).filter { $0 != $1 }
      let digitChanges = changes.filter { $0.0 == .digit || $0.1 == .digit }
      return classes.count >= 16 && !classes.contains(.other) && digitChanges.count >= 4
        && changes.count * 10 >= classes.count * 3
    }
  }

  /// Rejects a token, and content that no file can have as its name.
  func checkIsPath(source: String, command: String) throws(UsageError) {
    if utf8.starts(with: "eyJ".utf8) || utf8.starts(with: "Bearer ".utf8),
      !utf8.contains(UInt8(ascii: "/"))
    {
      throw .tokenInsteadOfFile(source: source, command: command)
    }
    let isTooLong =
      utf8.count > 255 && !isClearlyPath
      && utf8.split(separator: UInt8(ascii: "/")).contains { $0.count > 255 }
    if isTooLong || utf8.starts(with: "-----BEGIN ".utf8) {
      throw .contentInsteadOfFile(source: source)
    }
  }
}

private enum CharacterClass {
  case upper, lower, digit, base64Mark, other
}

extension UInt8 {
  fileprivate var characterClass: CharacterClass {
    switch self {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): .upper
    case UInt8(ascii: "a")...UInt8(ascii: "z"): .lower
    case UInt8(ascii: "0")...UInt8(ascii: "9"): .digit
    case UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "="), UInt8(ascii: "_"): .base64Mark
    default: .other
    }
  }
}

extension ParsedArguments {
  /// Rejects tokens and the content of files where paths are expected: an error about a file would
  /// neither name the mistake nor hide the value.
  func checkPaths() throws(UsageError) {
    for set in resolved where set.option.isPath {
      for value in set.values {
        try value.checkIsPath(source: set.source.name, command: command.name)
      }
    }
  }
}
