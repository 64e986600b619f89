import Encoding
import Platform
import TokenExchange

/// A subject token that is not in a file.
enum TokenInput: Equatable, Sendable {
  /// `--token-file=-`
  case standardInput
  /// `--token-env`
  case variable(String)
  /// `--github-actions`; without an audience GitHub uses its default.
  case gitHubActions(audience: String?)
}

/// Why there is no usable subject token from an input.
enum TokenInputError: Error, Equatable {
  case invalid(InvalidSubjectToken, TokenInput)
  case invalidName(source: String)
  case unsetVariable(String, source: String)
  /// Standard input is a terminal, or belongs to the client's user.
  case interactive(source: String)
  case unreadableInput(FileReadError)
  /// The sidecar renews tokens, but the input has only one token.
  case needsOnce(source: String)
  case gitHub(GitHubActionsError)
}

enum GitHubActionsError: Error, Equatable {
  /// Only a job with the permission has these variables.
  case missingVariables([String])
  case invalidURL(variable: String)
  case invalidToken(variable: String)
  case transport(TransportError, EndpointURL, timeout: Double)
  case redirect(status: Int, EndpointURL)
  case status(Int, EndpointURL)
  /// An object of the response has two members of the same name.
  case duplicateMember(String, EndpointURL)
  /// The response is not JSON with a token.
  case noToken(EndpointURL)
}

extension ParsedArguments {
  /// The input to use instead of a file, if there is one.
  func tokenInput() throws(CommandError) -> TokenInput? {
    let readsInput = text(of: .tokenFile) == "-"
    guard readsInput || isSet(.tokenEnv) || isSet(.gitHubActions) else { return nil }
    let options: [OptionDeclaration] = [.tokenFile, .tokenEnv, .gitHubActions]
    let set = options.filter(isSet)
    guard set.count == 1 else {
      throw .configuration(
        .conflict(source(of: set[0]), source(of: set[1]), .subjectTokenTwice))
    }
    if readsInput { return .standardInput }
    if let audience = text(of: .gitHubActions) {
      return .gitHubActions(audience: audience.isEmpty ? nil : audience)
    }
    let name = text(of: .tokenEnv) ?? ""
    guard name.isVariableName else {
      throw .tokenInput(.invalidName(source: source(of: .tokenEnv)))
    }
    return .variable(name)
  }
}

extension TokenInput {
  /// Reads the token, or requests it within `timeout` seconds, without checking it.
  func read(in world: World, timeout: Double) throws(CommandError) -> [UInt8] {
    do throws(TokenInputError) {
      switch self {
      case .standardInput: return try world.readTokenInput()
      case .variable(let name):
        guard let text = world.tokenVariable(name), !text.isEmpty else {
          throw .unsetVariable(name, source: OptionDeclaration.tokenEnv.flag)
        }
        return Array(text.utf8)
      case .gitHubActions(let audience):
        do throws(GitHubActionsError) {
          return try world.gitHubToken(audience: audience, timeout: timeout)
        } catch {
          throw TokenInputError.gitHub(error)
        }
      }
    } catch {
      throw .tokenInput(error)
    }
  }
}

extension World {
  /// Reads standard input, unless a user would have to type the token.
  fileprivate func readTokenInput() throws(TokenInputError) -> [UInt8] {
    let info = try? ExecInfo(variables["KUBERNETES_EXEC_INFO"] ?? "")
    guard info?.isInteractive != true, !terminal.isInputTerminal else {
      throw .interactive(source: OptionDeclaration.tokenFile.flag + "=-")
    }
    do throws(FileReadError) { return try terminal.readInput(1 << 20) } catch {
      throw .unreadableInput(error)
    }
  }
}

extension String {
  fileprivate var isVariableName: Bool {
    guard let first = utf8.first, !first.isASCIIDigit, !looksLikeToken else { return false }
    return utf8.allSatisfy { $0.isASCIIAlphanumeric || $0 == UInt8(ascii: "_") }
  }
}
