import Platform
import Synchronization

/// In-memory files, for code that writes and removes files.
final class MemoryFiles: Sendable {
  private struct State: Sendable {
    var contents: [String: [UInt8]] = [:]
    var modes: [String: UInt32] = [:]
    var kinds: [String: FileKind] = [:]
    var writeError: FileWriteError?
    var removeError: FileWriteError?
  }

  private let state = Mutex(State())

  /// The text of a file; nil if it does not exist.
  subscript(path: String) -> String? {
    get { state.withLock { $0.contents[path].map { String(decoding: $0, as: UTF8.self) } } }
    set { state.withLock { $0.contents[path] = newValue.map { Array($0.utf8) } } }
  }

  func mode(_ path: String) -> UInt32? { state.withLock { $0.modes[path] } }

  func setMode(_ path: String, _ mode: UInt32) { state.withLock { $0.modes[path] = mode } }

  /// Replaces a file with one of another kind; nil makes it a regular file again.
  func setKind(_ path: String, _ kind: FileKind?) { state.withLock { $0.kinds[path] = kind } }

  /// Makes all writes fail, or none.
  func failWrites(_ error: FileWriteError?) { state.withLock { $0.writeError = error } }

  /// Makes all removals fail, or none.
  func failRemovals(_ error: FileWriteError?) { state.withLock { $0.removeError = error } }

  /// The file system with these files; unsupported access fails the test.
  var files: Files {
    var files = Files.failing
    files.read = { path, _ throws(FileReadError) in
      let (content, kind) = self.state.withLock { ($0.contents[path], $0.kinds[path]) }
      if let kind { throw .notRegular(kind) }
      guard let content else { throw .missing }
      return content
    }
    files.kind = { path in
      self.state.withLock { $0.kinds[path] ?? ($0.contents[path] == nil ? nil : .regular) }
    }
    files.replace = { path, content, options throws(FileWriteError) in
      let (error, kind) = self.state.withLock { ($0.writeError, $0.kinds[path]) }
      if let kind { throw .notRegular(path, kind) }
      if let error { throw error }
      self.state.withLock {
        $0.contents[path] = content
        $0.modes[path] = options.mode
      }
    }
    files.setMode = { path, mode in self.setMode(path, mode) }
    files.testWriting = { _ throws(FileWriteError) in
      if let error = self.state.withLock({ $0.writeError }) { throw error }
    }
    files.removeLeftovers = { _ in }
    files.remove = { path throws(FileWriteError) in
      if let error = self.state.withLock({ $0.removeError }) { throw error }
      self.state.withLock { $0.contents[path] = nil }
    }
    return files
  }
}
