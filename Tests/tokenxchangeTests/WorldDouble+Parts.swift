import Testing
import TokenExchange

@testable import tokenxchange

extension PersonSystem {
  /// No terminal anywhere.
  static let nobody = PersonSystem(
    canBeAsked: { false }, seesOutput: { false },
    start: { program, _, _ in
      Issue.record("\(program) was started")
      return false
    })
}

extension SidecarWorld {
  /// What only a sidecar may touch.
  static var failing: SidecarWorld {
    SidecarWorld(
      takeSignals: { _ in Issue.record("signals were taken over") },
      wait: { _ in
        Issue.record("somebody waits")
        return false
      },
      uninterrupted: { body throws(WriteFault) in try body() },
      testWriting: { path in Issue.record("\(path) was tested") },
      removeFile: { path in Issue.record("\(path) was removed") })
  }
}

extension TimeLimit {
  /// A time limit that never comes.
  static let none = TimeLimit(set: { _, _, _ in }, lift: {})
}

extension CacheSystem {
  /// No cache: whoever looks into it fails the test.
  static var failing: CacheSystem {
    CacheSystem(
      prepareFolder: { path throws(CacheFault) in
        Issue.record("the cache \(path) was prepared")
        throw .missing
      },
      findFolder: { path throws(CacheFault) in
        Issue.record("the cache \(path) was looked for")
        throw .missing
      },
      read: { path, _ throws(CacheFault) in
        Issue.record("\(path) was read")
        throw .missing
      },
      write: { path, _, _ throws(WriteFault) in Issue.record("\(path) was written") },
      lock: { path throws(CacheFault) in
        Issue.record("\(path) was locked")
        return nil
      },
      list: { path in
        Issue.record("the cache \(path) was listed")
        return []
      },
      remove: { path in
        Issue.record("\(path) was removed")
        return false
      },
      clock: { 100 }, processStart: { 100 })
  }
}

extension Machine {
  /// A machine on which there is nothing to see.
  static var bare: Machine {
    Machine(
      status: { _ in nil }, isTerminal: { _ in false },
      readInput: { _ throws(FileFault) in throw .missing },
      systemTrust: { _, _ in nil },
      program: {
        ProgramFacts(path: "/tokenxchange", isStatic: true, setsTrust: true, libraries: "none")
      })
  }
}
