import Foundation
import Synchronization
import TestSupport

/// Opens a token file every millisecond and checks its content.
final class TokenReader: Sendable {
  /// The results of all reads.
  struct Counts: Sendable, Equatable {
    var reads = 0
    var missing = 0
    var empty = 0
    var partial = 0
    var expired = 0
    var tokens = 0
  }

  private let state = Mutex(Counts())
  private let isOver = Mutex(false)
  private let ended = DispatchSemaphore(value: 0)

  /// Starts reading.
  init(_ file: String, keys: [RSAKey]) {
    let thread = Thread { [self] in
      var last: Data?
      var expiry = 0.0
      while !isOver.withLock({ $0 }) {
        usleep(1000)
        let time = Date().timeIntervalSince1970
        let content = try? Data(contentsOf: URL(filePath: file))
        state.withLock { counts in
          counts.reads += 1
          guard let content else {
            counts.missing += 1
            return
          }
          if content.isEmpty { counts.empty += 1 }
          if content != last {
            last = content
            // The signature of a truncated token is invalid.
            let token = JWT(String(decoding: content, as: UTF8.self))
            let isWhole = token?.isSigned(byOneOf: keys) == true
            if isWhole { counts.tokens += 1 } else { counts.partial += 1 }
            expiry = token?.claims["exp"]?.number ?? 0
          }
          if expiry <= time { counts.expired += 1 }
        }
      }
      ended.signal()
    }
    thread.start()
  }

  /// Stops reading and returns the results.
  func stop() -> Counts {
    isOver.withLock { $0 = true }
    ended.wait()
    return state.withLock { $0 }
  }
}
