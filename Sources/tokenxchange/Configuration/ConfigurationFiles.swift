import OpenIDConnect
import Platform
import TokenExchange

extension World {
  func readToken(_ path: String) throws(CommandError) -> [UInt8] {
    do throws(FileReadError) {
      return try files.read(path, 1 << 20)
    } catch {
      throw .subjectToken(
        .unreadable(error, user: process.userID), file: mayBeSecret(path) ? "(not shown)" : path)
    }
  }

  /// Whether an unreadable path looks like a random key that was passed instead of a path; in an
  /// existing directory it is a path.
  func mayBeSecret(_ path: String) -> Bool {
    guard path.hasRandomComponent else { return false }
    let parts = path.split(separator: "/")
    let top = (path.hasPrefix("/") ? "/" : "") + (parts.first ?? "")
    return parts.count < 2 || files.kind(top) == nil
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

  /// Reads a file of configuration, which an option or variable named.
  ///
  /// If users may pass a secret instead of the path, the error shows it only if it clearly is a path.
  func readConfiguration(
    _ path: String, source: String, mayBeSecret isConfusable: Bool = false
  ) throws(CommandError) -> [UInt8] {
    do throws(FileReadError) {
      return try files.read(path, 1 << 20)
    } catch {
      let isShown = !mayBeSecret(path) && (!isConfusable || path.isClearlyPath)
      throw .configuration(
        .unreadableFile(error, path: isShown ? path : nil, source: source, user: process.userID))
    }
  }
}
