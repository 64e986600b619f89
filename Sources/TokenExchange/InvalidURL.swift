/// Why a URL is not used.
///
/// It does not hold the URL, which may contain a secret.
public enum InvalidURL: Error, Equatable, Sendable {
  /// A character beyond ASCII.
  case notASCII
  /// A space, newline or control character.
  case controlCharacter
  /// It is not a URL.
  case malformed
  /// The scheme is neither `https` nor `http`.
  case unsupportedScheme
  /// A user name or password.
  case userInfo
  /// There is no host.
  case noHost
  /// A character in the host that no host name has.
  case invalidHost
  /// A query or a fragment.
  case queryOrFragment
  /// A port beyond 65535.
  case invalidPort
  /// Plain `http`, which would send secrets unencrypted.
  case plainHTTP
}
