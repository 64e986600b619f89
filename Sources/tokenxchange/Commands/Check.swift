import FoundationEssentials
import Platform
import TokenExchange

extension Command {
  /// A probe that needs no shell.
  static let check = Command(
    name: "check",
    summary: "tell by the exit code whether a file holds a usable token",
    details: """
      For the startupProbe and readinessProbe of a sidecar: prints nothing and exits with 0 while
      the file holds a token that is good for --min-ttl, else says what is wrong and exits with 3.
      No network is used and no signature is checked.
      """,
    example: "tokenxchange check /var/run/tokenxchange/token --min-ttl=1m",
    arguments: ["FILE"],
    options: [.checkedFile, .minTTL, .verbose]
  ) { arguments, world throws(Problem) in
    let path = try arguments[.checkedFile]
    let minimum = try arguments[.minTTL]
    let now = world.now()
    let token = try world.keptToken(path).revealed
    let jwt = UnverifiedJWT(token)
    // What begins as every JWT does and is none was cut; an opaque token may pass.
    guard jwt != nil || !token.hasPrefix("eyJ") else {
      throw .keptFileUnusable(path, "holds a part of a token")
    }
    if let start = jwt?.notBefore, start.timeIntervalSince(now) > SubjectToken.usualSkew {
      throw .keptTokenBegins(path, start, now)
    }
    if let expiry = jwt?.expiry {
      guard expiry > now, expiry.timeIntervalSince(now) >= minimum else {
        throw .keptTokenEnds(path, expiry, now, minimum: minimum)
      }
    } else if minimum > 0 {
      throw .keptTokenEndless(path)
    }
    world.log(for: arguments)("token \(path): \(jwt?.summary(now: now) ?? "opaque")")
    return .done
  }
}

extension World {
  /// Reads a file that a sidecar keeps.
  func keptToken(_ path: String) throws(Problem) -> Secret {
    let content: [UInt8]
    do throws(FileReadError) { content = try files.read(path, 1 << 20) } catch {
      throw .keptFile(path, error, user: process.userID)
    }
    let trimmed = content.drop { $0 <= 0x20 }.reversed().drop { $0 <= 0x20 }.reversed()
    if let wrapping = TokenWrapping(Array(trimmed)) {
      throw Problem(
        .subjectToken, "\(path.sanitized()) holds \(wrapping.message.text)",
        hint: wrapping.hintMessage.text)
    }
    do throws(InvalidSubjectToken) { return try Secret(tokenFile: content) } catch {
      let isBlank = content.allSatisfy { $0 == 0x20 || (0x09...0x0D).contains($0) }
      throw .keptFileUnusable(path, isBlank ? "is empty" : "holds what is no token")
    }
  }
}
