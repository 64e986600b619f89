/// "Did you mean": the nearest of a few known words.
enum Suggestion {
  /// The nearest word, or nil if none is near; case is ignored, and `_` equals `-`.
  ///
  /// If no word is spelled similarly, a shorter or longer form counts: `issuer` for `issuer-url`.
  static func nearest(to word: String, in words: [String]) -> String? {
    let word = word.lowercased().replacing("_", with: "-")
    let limit = min(3, max(1, word.count / 3))
    let ranked = words.map { (word: $0, distance: distance(word, $0)) }
      .filter { $0.distance <= limit }
    if let nearest = ranked.min(by: { $0.distance < $1.distance }) { return nearest.word }
    if let shorter = words.filter({ word.hasPrefix($0 + "-") }).max(by: { $0.count < $1.count }) {
      return shorter
    }
    let longer = words.filter { $0.hasPrefix(word + "-") }
    return longer.count == 1 ? longer[0] : nil
  }

  /// The number of single letters to insert, delete, replace or transpose (edit distance).
  static func distance(_ left: String, _ right: String) -> Int {
    let left = Array(left)
    let right = Array(right)
    var beforeLast: [Int] = []
    var last = Array(0...right.count)
    for row in left.indices {
      var next = [row + 1]
      for column in right.indices {
        let same = left[row] == right[column]
        var best = min(last[column] + (same ? 0 : 1), last[column + 1] + 1, next[column] + 1)
        if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
          best = min(best, beforeLast[column - 1] + 1)
        }
        next.append(best)
      }
      beforeLast = last
      last = next
    }
    return last[right.count]
  }
}
