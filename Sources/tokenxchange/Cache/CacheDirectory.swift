import Platform
import TokenExchange

/// Why there is no usable cache.
///
/// Only `logout` fails because of that; the other commands log it and continue without.
enum CacheError: Error, Equatable {
  /// No option and no variable names a directory.
  case noDirectory
  /// The path ends in `..`, so that its last part may lie behind a symbolic link.
  case endsInParent(String)
  case directory(String, DirectoryError)
  case cannotRemove(files: Int)
}

/// Where the cache is.
struct CacheDirectory: Sendable, Equatable {
  var path: String

  /// The files of one key, by what they hold.
  enum File: String, CaseIterable {
    case token, login, failure, lock
  }

  /// The path of a key's file.
  func path(_ file: File, of name: String) -> String { "\(path)/\(name).\(file.rawValue)" }

  /// Finds the directory: the option's, else one that belongs to this user; never a shared one.
  static func find(
    _ arguments: ParsedArguments, variables: [String: String]
  ) throws(CacheError) -> CacheDirectory {
    if let path = arguments[.cacheDir] { return CacheDirectory(path: try normalized(path)) }
    for (name, rest) in places {
      // The XDG rules: a relative path is ignored.
      guard var base = variables[name], base.hasPrefix("/") else { continue }
      while base.hasSuffix("/") { base.removeLast() }
      return CacheDirectory(path: base + rest)
    }
    throw .noDirectory
  }

  private static let places = [
    ("KUBECACHEDIR", "/tokenxchange"), ("XDG_CACHE_HOME", "/tokenxchange"),
    ("HOME", "/.kube/cache/tokenxchange"),
  ]

  /// A path whose last part is the directory's own name: `lstat` on `LINK/` or `LINK/.` would not
  /// show that there is a link.
  private static func normalized(_ path: String) throws(CacheError) -> String {
    var bytes = Array(path.utf8)[...]
    let slash = UInt8(ascii: "/")
    while bytes.count > 1 {
      if bytes.last == slash {
        bytes.removeLast()
      } else if bytes.count > 2, bytes.suffix(2).elementsEqual("/.".utf8) {
        bytes.removeLast(2)
      } else {
        break
      }
    }
    guard !bytes.split(separator: slash).suffix(1).contains(Array("..".utf8)[...]) else {
      throw .endsInParent(path)
    }
    return bytes.isEmpty ? "/" : String(decoding: bytes, as: UTF8.self)
  }
}
