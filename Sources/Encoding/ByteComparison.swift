/// Comparison by bytes, for untrusted text.
///
/// Swift's `==` treats canonically equivalent texts as equal, such as `é` written as one scalar or
/// as two. Servers compare bytes, so issuers, audiences, client IDs and member names are compared
/// that way.
extension StringProtocol {
  /// Whether another text has the same UTF-8 bytes.
  package func hasSameBytes(as other: some StringProtocol) -> Bool {
    utf8.elementsEqual(other.utf8)
  }

  /// The same in a time that does not depend on where the texts differ.
  package func hasSameBytesInConstantTime(as other: some StringProtocol) -> Bool {
    guard utf8.count == other.utf8.count else { return false }
    return zip(utf8, other.utf8).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
  }
}

extension Optional where Wrapped == String {
  /// Whether both are nil, or both have the same UTF-8 bytes.
  package func hasSameBytes(as other: String?) -> Bool {
    switch (self, other) {
    case (let text?, let other?): text.hasSameBytes(as: other)
    case (nil, nil): true
    default: false
    }
  }
}

// Not extensions of Sequence: calls from other modules would not be specialized, and the first one
// costs a search for the array's conformances.
extension [String] {
  /// Whether one of the texts has the same UTF-8 bytes.
  package func containsBytes(of text: String) -> Bool {
    contains { $0.hasSameBytes(as: text) }
  }

  /// The texts in order without duplicates; for short lists.
  package func uniqued() -> [String] {
    var texts: [String] = []
    for text in self where !texts.containsBytes(of: text) { texts.append(text) }
    return texts
  }
}

extension String {
  /// Whether two texts, such as issuers, differ only by trailing slashes.
  package func differsOnlyByTrailingSlash(from other: String) -> Bool {
    !hasSameBytes(as: other)
      && Self(withoutTrailingSlashes).hasSameBytes(as: Self(other.withoutTrailingSlashes))
  }

  private var withoutTrailingSlashes: Substring {
    var text = self[...]
    while text.hasSuffix("/") { text.removeLast() }
    return text
  }
}
