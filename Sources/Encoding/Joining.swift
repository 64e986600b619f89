extension [String] {
  /// The texts with a separator between them.
  ///
  /// `joined(separator:)` is not specialized: its first call would cost every run 250,000
  /// instructions for a search for conformances of the array's type.
  package func joined(by separator: String) -> String {
    var text = ""
    for index in indices {
      if index > 0 { text += separator }
      text += self[index]
    }
    return text
  }
}
