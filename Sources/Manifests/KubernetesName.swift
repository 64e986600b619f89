/// The API server's rules for names and labels.
package enum KubernetesName {
  /// Whether a text is a DNS label (RFC 1123), such as the name of a namespace.
  package static func isDNSLabel(_ text: some StringProtocol) -> Bool {
    isDelimited(text, maxLength: 63) {
      $0.isLowercaseAlphanumeric
    } isInner: {
      $0 == "-"
    }
  }

  /// Whether a text is a DNS subdomain: labels separated by dots.
  package static func isDNSSubdomain(_ text: some StringProtocol) -> Bool {
    text.utf8.count <= 253
      && text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { part in
        isDelimited(part, maxLength: 253) {
          $0.isLowercaseAlphanumeric
        } isInner: {
          $0 == "-"
        }
      }
  }

  /// Whether a text is the key of a label: a name, optionally after a DNS subdomain and a slash.
  package static func isLabelKey(_ text: String) -> Bool {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard let name = parts.last, parts.count <= 2, isLabelName(name) else { return false }
    return parts.count == 1 || isDNSSubdomain(parts[0])
  }

  /// Whether a text is the value of a label, which may be empty.
  package static func isLabelValue(_ text: String) -> Bool { text.isEmpty || isLabelName(text) }

  private static func isLabelName(_ text: some StringProtocol) -> Bool {
    isDelimited(text, maxLength: 63) {
      $0.isASCIIAlphanumeric
    } isInner: {
      $0 == "-" || $0 == "_" || $0 == "."
    }
  }

  /// Whether a text begins and ends with an outer character and contains only outer and inner ones.
  private static func isDelimited(
    _ text: some StringProtocol, maxLength: Int, isOuter: (Unicode.Scalar) -> Bool,
    isInner: (Unicode.Scalar) -> Bool
  ) -> Bool {
    guard let first = text.unicodeScalars.first, let last = text.unicodeScalars.last else {
      return false
    }
    return text.utf8.count <= maxLength && isOuter(first) && isOuter(last)
      && text.unicodeScalars.allSatisfy { isOuter($0) || isInner($0) }
  }
}

extension Unicode.Scalar {
  fileprivate var isLowercaseAlphanumeric: Bool { isASCIIAlphanumeric && !("A"..."Z" ~= self) }
}
