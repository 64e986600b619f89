import Encoding
import FoundationEssentials
import TokenExchange

/// How to print a token.
struct CredentialSettings: Sendable {
  enum Output: String, CaseIterable {
    case credential = "exec-credential"
    case token, json
  }

  enum Version: String, CaseIterable {
    case auto, v1, v1beta1
  }

  var output: Output
  var version: ExecAPIVersion
  var margin: Double
  /// The longest time by which an expiry is reported even earlier, at random.
  var jitter = 0.0

  /// The reported lifetime, in seconds, of a token with an unknown expiry: clients keep a token
  /// without an expiry until they exit.
  static let unknownLifetime = 60.0

  init(_ arguments: ParsedArguments, world: World) throws(CommandError) {
    output = try arguments[.output]
    margin = try arguments[.expiryMargin]
    if arguments.isSet(.expiryJitter) { jitter = try arguments[.expiryJitter] }
    switch try arguments[.apiVersion] {
    case .v1: version = .v1
    case .v1beta1: version = .v1beta1
    case .auto:
      let text = world.variables["KUBERNETES_EXEC_INFO"] ?? ""
      version = .v1
      guard !text.allSatisfy(\.isWhitespace) else { return }
      do throws(InvalidExecInfo) { version = try ExecInfo(text).version ?? .v1 } catch {
        throw .configuration(.invalidExecInfo(error))
      }
    }
  }

  func text(_ credential: Credential, in world: World) -> String {
    text(
      credential.token, expiry: credential.expiry, now: world.now(),
      random: jitter > 0 ? world.random() : 0)
  }

  /// The output for a token; `random` is the part of the jitter to use, from 0 to 1.
  func text(_ token: Secret, expiry: Date?, now: Date, random: Double = 0) -> String {
    let expiration = ExecCredential.expiration(
      of: expiry ?? now.addingTimeInterval(Self.unknownLifetime),
      margin: expiry == nil ? 0 : margin,
      jitter: jitter, random: random, now: now)
    switch output {
    case .token: return token.revealed + "\n"
    case .credential:
      return ExecCredential(version: version, token: token, expiration: expiration).text
    case .json:
      let document = JSON.object([
        "expirationTimestamp": .string(Timestamp.text(expiration)),
        "token": .string(token.revealed),
      ])
      return document.text() + "\n"
    }
  }
}
