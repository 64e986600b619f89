import FoundationEssentials

/// A failure as it is kept for those who waited for its outcome, so that they do not all repeat it.
public struct CachedFailure: Sendable, Equatable {
  /// What failed.
  public var problem: Problem
  /// When.
  public var written: ClockReading

  /// Seconds for which it is shared.
  public static let longestUse = 1.0

  /// Takes a failure.
  public init(_ problem: Problem, written: ClockReading) {
    self.problem = problem
    self.written = written
  }

  /// Reads a file's content; nil unless it is whole and of this key.
  public init?(_ content: [UInt8], key: CacheKey) {
    guard let value = CacheRecord(content, kind: "failure", key: key)?.value,
      let category = value["category"]?.string.flatMap(Problem.Category.init),
      let message = value["message"]?.string, let hint = value["hint"]?.string,
      let cause = value["cause"]?.string, let written = ClockReading(value["written"])
    else { return nil }
    problem = Problem(category, message, hint: hint)
    problem.cause = Problem.Cause(name: cause)
    self.written = written
  }

  /// The file's content.
  public func content(key: CacheKey) -> [UInt8] {
    let value: JSON = .object([
      "category": .string(problem.category.rawValue), "message": .string(problem.sentence),
      "hint": .string(problem.hint), "cause": .string(problem.cause.name),
      "written": written.json,
    ])
    return CacheRecord(kind: "failure", key: key, value: value).content
  }

  /// Whether a process that began at a time, on the clock that cannot be set, was waiting for this.
  ///
  /// - Parameters:
  ///   - moment: The present.
  ///   - began: When the process began.
  ///   - life: Seconds for which the failure is shared.
  /// - Returns: true if it is no older than that, and not older than the process.
  public func isShared(
    at moment: ClockReading, began: Double, life: Double = longestUse
  ) -> Bool {
    guard let age = moment.since(written) else { return false }
    return age <= life && written.clock >= began
  }
}
