/// One named row of a table of cases.
public struct Row<Input: Sendable, Output: Sendable>: Sendable, CustomStringConvertible {
  /// What the row shows.
  public var name: String
  /// What goes in.
  public var input: Input
  /// What must come out.
  public var output: Output

  /// Makes a row.
  public init(_ name: String, _ input: Input, _ output: Output) {
    self.name = name
    self.input = input
    self.output = output
  }

  /// The name, which is how reports call the case.
  public var description: String { name }
}
