extension JSON {
  /// The members of an object, sorted by the bytes of their names.
  ///
  /// Not a dictionary, which would treat canonically equivalent names as equal.
  package struct Object: Sendable, Equatable {
    struct Member: Sendable, Equatable {
      var name: String
      var value: JSON

      static func == (left: Self, right: Self) -> Bool {
        left.name.hasSameBytes(as: right.name) && left.value == right.value
      }
    }

    private(set) var members: [Member] = []

    /// Makes an empty object.
    package init() {}

    /// Creates an object from members in any order.
    ///
    /// - Throws: `.duplicateName` if two have the same name.
    init(_ members: [Member]) throws(JSONError) {
      self.members = members.sorted { Self.precedes($0.name, $1.name) }
      // By index: `zip` would cost a million instructions for its type metadata.
      for index in self.members.indices.dropFirst()
      where self.members[index].name.hasSameBytes(as: self.members[index - 1].name) {
        throw .duplicateName(self.members[index].name)
      }
    }

    /// The names, sorted by their bytes.
    package var keys: [String] { members.map(\.name) }

    /// The value of a member, or nil if there is none of that name.
    package subscript(name: String) -> JSON? {
      get {
        let index = index(of: name)
        return has(name, at: index) ? members[index].value : nil
      }
      set {
        let index = index(of: name)
        switch (has(name, at: index), newValue) {
        case (true, let value?): members[index].value = value
        case (true, nil): members.remove(at: index)
        case (false, let value?): members.insert(Member(name: name, value: value), at: index)
        case (false, nil): break
        }
      }
    }

    /// The index of a member, or where it would be inserted.
    private func index(of name: String) -> Int {
      var low = 0
      var high = members.count
      while low < high {
        let middle = (low + high) / 2
        if Self.precedes(members[middle].name, name) { low = middle + 1 } else { high = middle }
      }
      return low
    }

    private func has(_ name: String, at index: Int) -> Bool {
      index < members.count && members[index].name.hasSameBytes(as: name)
    }

    private static func precedes(_ left: String, _ right: String) -> Bool {
      left.utf8.lexicographicallyPrecedes(right.utf8)
    }
  }
}

extension JSON.Object: ExpressibleByDictionaryLiteral {
  /// Creates an object from a literal; if two members have the same name, the last one counts.
  package init(dictionaryLiteral elements: (String, JSON)...) {
    self.init()
    for (name, value) in elements { self[name] = value }
  }
}

extension JSON.Object: Sequence {
  /// Iterates over the members, sorted by the bytes of their names.
  package func makeIterator() -> some IteratorProtocol<(key: String, value: JSON)> {
    members.lazy.map { (key: $0.name, value: $0.value) }.makeIterator()
  }
}
