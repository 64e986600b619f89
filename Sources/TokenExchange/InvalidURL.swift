/// Why a URL is not used.
///
/// It does not contain the URL, because that may contain a secret.
public enum InvalidURL: Error, Equatable, Sendable {
  /// A non-ASCII character.
  case notASCII
  /// A space, newline or control character.
  case controlCharacter
  /// It is not a URL.
  case malformed
  /// The scheme is neither `https` nor `http`.
  case unsupportedScheme
  /// A user name or password.
  case userInfo
  /// No host.
  case noHost
  /// A character that is not allowed in a host.
  case invalidHost
  /// A query or a fragment.
  case queryOrFragment
  /// A port above 65535.
  case invalidPort
  /// Plain `http`, which would send secrets unencrypted.
  case plainHTTP
}
