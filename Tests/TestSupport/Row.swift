/// A named test case.
package struct Row<Input: Sendable, Output: Sendable>: Sendable, CustomStringConvertible {
  package var name: String
  package var input: Input
  package var output: Output

  package init(_ name: String, _ input: Input, _ output: Output) {
    (self.name, self.input, self.output) = (name, input, output)
  }

  /// What test reports show.
  package var description: String { name }
}
