import FoundationEssentials
import Platform

/// An event for the sidecar's log; none contains a secret.
enum SidecarEvent: Equatable {
  case renewed(file: String, expiry: Date?, now: Date, wait: Double, after: FailedAttempts?)
  /// SIGUSR1 requests a renewal.
  case requested
  /// A failure that was not reported yet.
  case failed(CommandError, pause: Double, OldToken)
  /// A failure that was reported before, `attempts` times since then.
  case stillFailing(CommandError, attempts: Int, seconds: Double, pause: Double, OldToken)
  case removed(file: String, RemovalReason)
}

struct FailedAttempts: Equatable {
  var count: Int
  var seconds: Double
}

/// The state of the file after a failure.
enum OldToken: Equatable {
  case missing
  case notRemoved
  case valid(until: Date?)
}

/// Why the file is removed.
enum RemovalReason: Equatable, Sendable {
  case expired(Date)
  /// Dex rejected a subject token whose identity is not that of the token in the file.
  case subjectChanged
}

enum SidecarWarning: Equatable, Sendable {
  /// Dex does not know a scope.
  case unknownScope(String, source: String, nearest: String?)
  /// Dex does not know some scopes that are not shown.
  case unknownScopes(Int, source: String)
  case readableByAll(file: String)
  /// A token has no readable expiry.
  case unknownExpiry
  /// Dex rejected a client whose ID and secret were given as one text.
  case rejectedClientCredentials(source: String, InvalidClientCredentials?)
  /// The mode of an earlier sidecar's file could not be changed.
  case modeNotSet(FileWriteError)
  case notRemoved(FileWriteError, RemovalReason)
}
