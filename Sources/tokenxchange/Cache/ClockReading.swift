import Encoding
import FoundationEssentials
import TokenExchange

/// A point in time on two clocks: the wall clock, and the boot clock, which cannot be set.
struct ClockReading: Sendable, Equatable {
  var date: Date
  /// Seconds since the machine started, including sleep.
  var bootTime: Double
}

extension ClockReading {
  init?(_ json: JSON?) {
    guard let date = json?["date"]?.double, let bootTime = json?["clock"]?.double else {
      return nil
    }
    self.init(date: Date(timeIntervalSince1970: date), bootTime: bootTime)
  }

  var json: JSON {
    .object(["date": .number(date.timeIntervalSince1970), "clock": .number(bootTime)])
  }

  /// Seconds from an earlier reading to this one: the longer of both clocks.
  ///
  /// nil if the other reading is later on either clock: the clock was set back, the machine was
  /// restarted, or the file comes from another machine.
  func since(_ earlier: ClockReading) -> Double? {
    let byDate = date.timeIntervalSince(earlier.date)
    let byBootTime = bootTime - earlier.bootTime
    return byDate < 0 || byBootTime < 0 ? nil : max(byDate, byBootTime)
  }
}
