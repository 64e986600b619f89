public import FoundationEssentials

/// A moment on two clocks: one that tells the time, and one that cannot be set.
public struct ClockReading: Sendable, Equatable {
  /// The wall clock.
  public var date: Date
  /// Seconds since the machine started, sleep included.
  public var clock: Double

  /// Makes a moment.
  public init(date: Date, clock: Double) {
    self.date = date
    self.clock = clock
  }

  /// Reads a record's value.
  init?(_ json: JSON?) {
    guard let date = json?["date"]?.double, let clock = json?["clock"]?.double else { return nil }
    self.init(date: Date(timeIntervalSince1970: date), clock: clock)
  }

  /// The value in a record.
  var json: JSON {
    .object(["date": .number(date.timeIntervalSince1970), "clock": .number(clock)])
  }

  /// Seconds from then to this moment; the clock that says more is believed.
  ///
  /// - Returns: nil if either clock says that then is still to come: it was set back, or the machine
  ///   started anew, or the file comes from another one.
  public func since(_ then: ClockReading) -> Double? {
    let byDate = date.timeIntervalSince(then.date)
    let byClock = clock - then.clock
    return byDate < 0 || byClock < 0 ? nil : max(byDate, byClock)
  }
}
