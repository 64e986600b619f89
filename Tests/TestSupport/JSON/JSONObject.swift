/// The members of a JSON object in their order.
public struct JSONObject: Sendable {
  /// Names and values.
  public private(set) var members: [(name: String, value: JSONValue)]

  /// Makes an object.
  public init(_ members: [(String, JSONValue)] = []) {
    self.members = members.map { (name: $0.0, value: $0.1) }
  }

  /// The names in order.
  public var names: [String] { members.map(\.name) }

  /// The member with that name; setting nil removes it, setting a new one appends it.
  public subscript(name: String) -> JSONValue? {
    get { members.first { $0.name == name }?.value }
    set {
      let index = members.firstIndex { $0.name == name }
      switch (index, newValue) {
      case (let index?, let value?): members[index].value = value
      case (let index?, nil): members.remove(at: index)
      case (nil, let value?): members.append((name: name, value: value))
      case (nil, nil): break
      }
    }
  }
}

extension JSONObject: Equatable {
  /// Objects are equal if they have the same members in any order.
  public static func == (left: JSONObject, right: JSONObject) -> Bool {
    left.members.count == right.members.count
      && left.members.allSatisfy { right[$0.name] == $0.value }
  }
}
