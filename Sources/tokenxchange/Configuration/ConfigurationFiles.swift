import OpenIDConnect
import Platform
import TokenExchange

extension World {
  /// Reads a token file.
  func readToken(_ path: String) throws(CommandError) -> [UInt8] {
    do throws(FileReadError) {
      return try files.read(path, 1 << 20)
    } catch {
      throw .subjectToken(.unreadable(error, user: process.userID), file: path)
    }
  }

  /// Reads a token of any kind from a file.
  func token(in path: String) throws(CommandError) -> Secret {
    let content = try readToken(path)
    do throws(InvalidSubjectToken) { return try Secret(tokenFile: content) } catch {
      throw .subjectToken(.invalid(error), file: path)
    }
  }

  /// Checks a subject token that was read from a file.
  func subjectToken(
    content: [UInt8], file: String, type: TokenType = .idToken, requiredAudience: String? = nil
  ) throws(CommandError) -> SubjectToken {
    do throws(InvalidSubjectToken) {
      return try SubjectToken(
        content: content, type: type, requiredAudience: requiredAudience, now: now())
    } catch {
      throw .subjectToken(.invalid(error), file: file)
    }
  }

  /// Reads a file of configuration.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - source: The option or variable that named it.
  ///   - mayBeSecret: Whether a user may have written a secret instead of the path, which is then
  ///     shown only if it clearly is one.
  /// - Returns: Its bytes.
  /// - Throws: A configuration error that names `source`.
  func readConfiguration(
    _ path: String, source: String, mayBeSecret: Bool = false
  ) throws(CommandError) -> [UInt8] {
    do throws(FileReadError) {
      return try files.read(path, 1 << 20)
    } catch {
      let isShown = !mayBeSecret || path.isClearlyPath
      throw .configuration(
        .unreadableFile(error, path: isShown ? path : nil, source: source, user: process.userID))
    }
  }
}
