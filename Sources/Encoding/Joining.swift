extension [String] {
  /// The texts with a separator between them, like `joined(separator:)`.
  ///
  /// That one is not specialized here: the first call would cost every run 250,000 instructions to
  /// search for conformances of the array's type.
  package func joined(by separator: String) -> String {
    var text = ""
    for index in indices {
      if index > 0 { text += separator }
      text += self[index]
    }
    return text
  }
}
