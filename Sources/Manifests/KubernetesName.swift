import Encoding

/// The API server's rules for names and labels.
package enum KubernetesName {
  /// Whether a text is a DNS label (RFC 1123), such as the name of a namespace.
  package static func isDNSLabel(_ text: some StringProtocol) -> Bool {
    isLowercase(text) && isDelimited(text, maxLength: 63, inner: "-")
  }

  /// Whether a text is a DNS subdomain: labels separated by dots.
  package static func isDNSSubdomain(_ text: some StringProtocol) -> Bool {
    isLowercase(text) && text.utf8.count <= 253
      && text.split(separator: ".", omittingEmptySubsequences: false)
        .allSatisfy { isDelimited($0, maxLength: 253, inner: "-") }
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
    isDelimited(text, maxLength: 63, inner: "-_.")
  }

  private static func isLowercase(_ text: some StringProtocol) -> Bool {
    text.utf8.allSatisfy { $0 == $0.lowercased }
  }

  /// Whether a text contains only letters, digits and inner characters, and the latter not at its
  /// ends.
  private static func isDelimited(
    _ text: some StringProtocol, maxLength: Int, inner: String
  ) -> Bool {
    let bytes = Array(text.utf8)
    return bytes.first?.isASCIIAlphanumeric == true && bytes.last?.isASCIIAlphanumeric == true
      && bytes.count <= maxLength
      && bytes.allSatisfy { $0.isASCIIAlphanumeric || inner.utf8.contains($0) }
  }
}
