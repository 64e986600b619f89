import FoundationEssentials

/// A failure as it is kept for those who waited for its outcome, so that they do not all repeat it.
public struct CachedFailure: Sendable, Equatable {
  /// What failed.
  public var problem: Problem
  /// When.
  public var written: CacheMoment

  /// Seconds for which it is shared.
  public static let longestUse = 1.0

  /// Takes a failure.
  public init(_ problem: Problem, written: CacheMoment) {
    self.problem = problem
    self.written = written
  }

  /// Reads a file's content; nil unless it is whole and of this key.
  public init?(_ content: [UInt8], key: CacheKey) {
    guard let record = CacheRecord(content, kind: "failure", key: key, parts: 5),
      let category = Problem.Category(rawValue: record.parts[0]),
      let date = Double(kept: record.parts[3]), let clock = Double(kept: record.parts[4])
    else { return nil }
    problem = Problem(category, record.parts[1], hint: record.parts[2])
    written = CacheMoment(date: .init(timeIntervalSince1970: date), clock: clock)
  }

  /// The file's content.
  public func content(key: CacheKey) -> [UInt8] {
    let parts = [
      problem.category.rawValue, problem.sentence, problem.hint,
      "\(written.date.timeIntervalSince1970)", "\(written.clock)",
    ]
    return CacheRecord(kind: "failure", key: key, parts: parts).content
  }

  /// Whether a process that began at a time, on the clock that cannot be set, was waiting for this.
  ///
  /// - Parameters:
  ///   - moment: The present.
  ///   - began: When the process began.
  ///   - life: Seconds for which the failure is shared.
  /// - Returns: true if it is no older than that, and not older than the process.
  public func isShared(
    at moment: CacheMoment, began: Double, life: Double = longestUse
  ) -> Bool {
    guard let age = moment.since(written) else { return false }
    return age <= life && written.clock >= began
  }
}
