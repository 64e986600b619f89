/// Breaks text into lines between words; a word that is longer than a line is not broken.
struct TextWrapping {
  /// nil for lines of any length.
  var width: Int?

  /// A text, with the lines after the first indented.
  func lines(_ text: String, prefix: String = "", indent: Int = 0) -> [String] {
    guard let width else { return [prefix + text] }
    var lines: [String] = []
    var line = prefix
    var isEmpty = true
    for word in text.split(separator: " ") {
      if !isEmpty, line.count + 1 + word.count > width {
        lines.append(line)
        line = String(repeating: " ", count: indent)
        isEmpty = true
      }
      line += (isEmpty ? "" : " ") + word
      isEmpty = false
    }
    return lines + [line]
  }

  /// A hint; each of several causes, such as "(1) …", begins a line.
  func items(_ text: String, prefix: String) -> [String] {
    var items: [String] = []
    for word in text.split(separator: " ") {
      let isItem = word.count == 3 && word.first == "(" && word.last == ")"
      if items.isEmpty || isItem {
        items.append(String(word))
      } else {
        items[items.count - 1] += " " + word
      }
    }
    let margin = String(repeating: " ", count: prefix.count)
    return items.enumerated().flatMap { index, item in
      lines(item, prefix: index == 0 ? prefix : margin, indent: prefix.count)
    }
  }

  /// Facts, with the values in one column.
  func facts(_ facts: [Fact], indent: Int) -> [String] {
    let column = indent + (facts.map(\.name.count).max() ?? 0) + 2
    return facts.flatMap { fact in
      let name = String(repeating: " ", count: indent) + fact.name
      return lines(
        fact.value, prefix: name + String(repeating: " ", count: column - name.count),
        indent: column)
    }
  }
}
