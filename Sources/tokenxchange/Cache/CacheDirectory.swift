import Platform
import TokenExchange

/// Why the cache cannot be used.
///
/// Only `logout` fails with this error; the other commands log it and continue without a cache.
enum CacheError: Error, Equatable {
  /// Neither the option nor a variable sets a directory.
  case noDirectory
  /// The path ends in `..`, which may lead through a symbolic link.
  case endsInParent(String)
  case directory(String, DirectoryError)
  case cannotRemove(files: Int)
}

struct CacheDirectory: Sendable, Equatable {
  var path: String
  /// The option or variable that set it; nil for a default directory.
  var source: String?

  func path(_ file: CacheFile, of name: String) -> String { "\(path)/\(name).\(file.rawValue)" }

  /// The directory of the option, else one in this user's cache or home directory.
  static func find(
    _ arguments: ParsedArguments, variables: [String: String]
  ) throws(CacheError) -> CacheDirectory {
    if let path = arguments[.cacheDir] {
      return CacheDirectory(path: try normalized(path), source: arguments.source(of: .cacheDir))
    }
    for (name, suffix) in defaults {
      // As XDG requires, a relative path is ignored.
      guard var base = variables[name], base.hasPrefix("/") else { continue }
      while base.hasSuffix("/") { base.removeLast() }
      return CacheDirectory(path: base + suffix)
    }
    throw .noDirectory
  }

  private static let defaults = [
    ("KUBECACHEDIR", "/tokenxchange"), ("XDG_CACHE_HOME", "/tokenxchange"),
    ("HOME", "/.kube/cache/tokenxchange"),
  ]

  /// The path without trailing `/` and `/.`, because `lstat` follows a symbolic link before them.
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
