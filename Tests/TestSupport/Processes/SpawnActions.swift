import Glibc

/// Two glibc functions that Swift's Glibc module lacks.
struct SpawnActions: Sendable {
  typealias List = UnsafeMutablePointer<posix_spawn_file_actions_t>

  /// `posix_spawn_file_actions_addchdir_np`.
  let changeDirectory: @convention(c) @Sendable (List, UnsafePointer<CChar>) -> Int32
  /// `posix_spawn_file_actions_addclosefrom_np`.
  let closeFrom: @convention(c) @Sendable (List, Int32) -> Int32

  static let shared = SpawnActions()

  private init() {
    func find<Function>(_ name: String) -> Function {
      guard let symbol = dlsym(nil, name) else { preconditionFailure("no \(name) in libc") }
      return unsafeBitCast(symbol, to: Function.self)
    }
    changeDirectory = find("posix_spawn_file_actions_addchdir_np")
    closeFrom = find("posix_spawn_file_actions_addclosefrom_np")
  }
}
