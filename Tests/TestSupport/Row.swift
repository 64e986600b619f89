/// A named test case.
public struct Row<Input: Sendable, Output: Sendable>: Sendable, CustomStringConvertible {
  /// The name.
  public var name: String
  /// The input.
  public var input: Input
  /// The expected output.
  public var output: Output

  /// Makes a case.
  public init(_ name: String, _ input: Input, _ output: Output) {
    self.name = name
    self.input = input
    self.output = output
  }

  /// The name, which test reports show.
  public var description: String { name }
}
