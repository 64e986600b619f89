import Platform
import TokenExchange

extension Diagnosis {
  /// `logout` cannot remove the cache.
  init(_ error: CacheError, source: String?) {
    let hint: Message =
      switch error {
      case .directory(_, .missing), .directory(_, .notDirectory):
        "pass the directory that get-token or login used, or omit --cache-dir for the default"
      default: "pass the cache directory with --cache-dir, and run this as its owner"
      }
    let name: Message = source.map { "\(option: $0): " } ?? ""
    self.init("\(name)cannot remove the cache: \(Message(error))", hint: hint)
  }

  /// The failure of another process.
  init(_ failure: CachedFailure) {
    // Another process of this user wrote the texts.
    self.init(
      Message(stringLiteral: failure.message), hint: Message(stringLiteral: failure.hint),
      exitCode: failure.exitCode)
  }
}

extension CachedFailure {
  init(_ diagnosis: Diagnosis, written: ClockReading) {
    self.init(
      message: diagnosis.message.text, hint: diagnosis.hint.text, exitCode: diagnosis.exitCode,
      written: written)
  }
}

extension Message {
  /// Why the cache cannot be used.
  init(_ error: CacheError) {
    self =
      switch error {
      case .noDirectory: "none of KUBECACHEDIR, XDG_CACHE_HOME and HOME is an absolute path"
      case .endsInParent(let path): "\(path: path) ends in \"..\": pass the directory itself"
      case .cannotRemove(let count): "\(count: count, "file", "files") cannot be removed"
      case .directory(let path, .missing): "the directory \(path: path) does not exist"
      case .directory(let path, .notDirectory): "\(path: path) is not a directory"
      case .directory(let path, .notOwned(let owner, let user)):
        "the directory \(path: path) is owned by uid \(Int(owner)), not by uid \(Int(user))"
      case .directory(let path, .belowDirectoryOf(let owner)):
        "root would create \(path: path) in a directory that is owned by uid \(Int(owner))"
      case .directory(let path, .accessibleByOthers):
        "other users can access the directory \(path: path): its mode must be 0700"
      case .directory(let path, .cannotMake(let code)):
        "cannot create the directory \(path: path): \(errno: code)"
      case .directory(let path, .cannotInspect(let code)):
        "cannot inspect \(path: path): \(errno: code)"
      }
  }

  /// Why a cached token is not used.
  init(_ reason: CachedToken.UnusableReason) {
    self =
      switch reason {
      case .clockSetBack: "the clock was set back, or the machine was restarted"
      case .tooOld(let seconds): "it is \(duration: seconds) old"
      case .subjectTokenExpired: "its subject token has expired"
      case .expired: "it has expired"
      case .unknownExpiry: "its expiry is unknown"
      case .expiresSoon: "it expires soon"
      }
  }

  /// What `logout` removed.
  init(_ entry: RemovedEntry) {
    let kind: Message = entry.isLogin ? "sign-in" : "token"
    guard let issuer = entry.issuer else {
      self = "removed a \(kind) that cannot be read"
      return
    }
    self = """
      removed the \(kind) of \(untrusted: entry.name ?? "an unknown user", maxLength: 100) at \
      \(untrusted: issuer, maxLength: 200) for \(list: entry.audiences)
      """
  }

  /// How much `logout` removed.
  init(_ entries: [RemovedEntry], _ directory: CacheDirectory) {
    self = "removed \(count: entries.count, "entry", "entries") from \(path: directory.path)"
  }
}
