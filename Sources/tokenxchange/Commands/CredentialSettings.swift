import FoundationEssentials
import TokenExchange

/// How a token is to be printed.
struct CredentialSettings: Sendable {
  /// The shape of the output.
  enum Output: String, CaseIterable {
    case credential = "exec-credential"
    case token, json
  }

  /// The version as the user says it.
  enum Version: String, CaseIterable {
    case auto, v1, v1beta1
  }

  var output: Output
  var version: ExecAPIVersion
  var margin: Double

  /// Seconds for which a token with no readable end is reported to be good.
  static let unknownLife = 60.0

  /// Takes the settings from parsed arguments and `KUBERNETES_EXEC_INFO`.
  init(_ arguments: ParsedArguments, world: World) throws(CommandError) {
    output = try arguments[.output]
    margin = try arguments[.expiryMargin]
    switch try arguments[.apiVersion] {
    case .v1: version = .v1
    case .v1beta1: version = .v1beta1
    case .auto:
      let text = world.variables["KUBERNETES_EXEC_INFO"] ?? ""
      let isBlank = text.allSatisfy(\.isWhitespace)
      guard !isBlank else {
        version = .v1
        return
      }
      do throws(InvalidExecInfo) { version = try ExecInfo(text).version ?? .v1 } catch {
        throw .configuration(.invalidExecInfo(error))
      }
    }
  }

  /// What to print for a token.
  ///
  /// - Parameters:
  ///   - token: The token.
  ///   - expiry: Its end, if known; else it is reported good for a minute, because a client that
  ///     is told nothing keeps a token for ever.
  ///   - now: The present.
  /// - Returns: All that goes to standard output.
  func text(_ token: Secret, expiry: Date?, now: Date) -> String {
    let expiration = ExecCredential.expiration(
      of: expiry ?? now.addingTimeInterval(Self.unknownLife), margin: expiry == nil ? 0 : margin,
      now: now)
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
