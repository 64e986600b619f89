/// A YAML document as far as configurations need it, in the order in which it is written.
indirect enum YAML: Sendable, Equatable {
  /// A member of a mapping.
  struct Member: Sendable, Equatable {
    var key: String
    var value: YAML
  }

  case string(String)
  case integer(Int)
  case bool(Bool)
  case list([YAML])
  case map([Member])
  /// A document as a text in another, such as a file in a ConfigMap.
  case file(YAML)
  /// A value with lines of comment above it.
  case noted(String, YAML)

  /// The value with lines of comment above it; nil adds none.
  func noted(_ comment: String?) -> YAML { comment.map { .noted($0, self) } ?? self }

  /// A list of strings.
  static func strings(_ texts: [String]) -> YAML { .list(texts.map(YAML.string)) }
}

extension YAML: ExpressibleByStringLiteral, ExpressibleByStringInterpolation,
  ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral
{
  init(stringLiteral value: String) { self = .string(value) }
  init(integerLiteral value: Int) { self = .integer(value) }
  init(booleanLiteral value: Bool) { self = .bool(value) }
  init(arrayLiteral elements: YAML...) { self = .list(elements) }
}

extension YAML: ExpressibleByDictionaryLiteral {
  init(dictionaryLiteral elements: (String, YAML)...) {
    self = .map(elements.map { Member(key: $0, value: $1) })
  }

  /// A mapping of the members that there are.
  static func members(_ members: [(String, YAML?)]) -> YAML {
    .map(members.compactMap { key, value in value.map { Member(key: key, value: $0) } })
  }
}
