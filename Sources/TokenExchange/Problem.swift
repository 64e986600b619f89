/// What is wrong with an issuer's documents, until ``IssuerMetadata`` has an error of its own.
public struct Problem: Error, Sendable, Equatable {
  public enum Category: Sendable { case unexpected, usage, network, answer }
  public var category: Category
  public var sentence: String
  public var hint: String

  public init(_ category: Category, _ sentence: String, hint: String) {
    self.category = category
    self.sentence = sentence
    self.hint = hint
  }
}
