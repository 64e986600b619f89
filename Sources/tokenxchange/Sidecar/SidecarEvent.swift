import FoundationEssentials
import Platform

/// What the sidecar reports in its log; no case contains a secret.
enum SidecarEvent: Equatable {
  /// A new token was written.
  case renewed(file: String, expiry: Date?, now: Date, wait: Double, after: FailedAttempts?)
  /// SIGUSR1 requests a renewal.
  case requested
  /// A failure that was not reported yet.
  case failed(CommandError, pause: Double, OldToken)
  /// A failure that was reported before, `attempts` times since then.
  case stillFailing(CommandError, attempts: Int, seconds: Double, pause: Double, OldToken)
  /// The file was removed.
  case removed(file: String, RemovalReason)
}

/// The failures before a success.
struct FailedAttempts: Equatable {
  var count: Int
  var seconds: Double
}

/// The state of the file after a failure.
enum OldToken: Equatable {
  case missing
  case notRemoved
  /// With its expiry, if that is known.
  case valid(until: Date?)
}

/// Why the file is removed.
enum RemovalReason: Equatable, Sendable {
  case expired(Date)
  /// Dex rejected a subject token of another identity than that of the token in the file.
  case subjectChanged
}

/// A warning of the sidecar.
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
