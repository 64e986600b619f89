import FoundationEssentials
import Platform
import TokenExchange

extension Command {
  static let check = Command(
    name: "check",
    summary: "exit 0 if the file contains a usable token",
    details: """
      For the startupProbe and readinessProbe of a sidecar. Prints nothing and exits 0 if the file
      contains a token that is valid for --min-ttl; otherwise reports why not and exits 3. Uses no
      network and verifies no signature.
      """,
    example: "tokenxchange check /var/run/tokenxchange/token --min-ttl=1m",
    arguments: ["FILE"],
    options: [.checkedFile, .minTTL, .verbose]
  ) { arguments, world throws(CommandError) in
    let path = try arguments[.checkedFile]
    let minimum = try arguments[.minTTL]
    do throws(CheckError) {
      let jwt = try world.checkToken(path, minimum: minimum)
      world.log(for: arguments)("token \(path): \(jwt?.summary(now: world.now()) ?? "opaque")")
    } catch {
      throw CommandError.check(error)
    }
    return .done
  }
}

enum CheckError: Error, Equatable, Sendable {
  case unreadable(String, FileReadError, user: UInt32)
  case empty(String)
  case wrapped(String, TokenWrapping)
  case notToken(String)
  /// It begins like a JWT, but is incomplete.
  case truncated(String)
  /// A JWT whose header or claims have two members of the same name.
  case duplicateMember(String, String)
  case notYetValid(String, start: Date, now: Date)
  case expired(String, expiry: Date, now: Date)
  /// It expires before the minimum number of seconds.
  case expiresTooSoon(String, expiry: Date, now: Date, minimum: Double)
  case unknownExpiry(String)
}

extension World {
  /// Checks the token in a file.
  ///
  /// - Returns: Its claims; nil for an opaque token.
  fileprivate func checkToken(
    _ path: String, minimum: Double
  ) throws(CheckError) -> UnverifiedJWT? {
    let now = now()
    let token = try renewedToken(path).revealed
    let jwt = UnverifiedJWT(token)
    guard jwt != nil || !token.hasPrefix("eyJ") else {
      throw UnverifiedJWT.duplicateMember(in: token).map { .duplicateMember(path, $0) }
        ?? .truncated(path)
    }
    if let start = SubjectToken.earlyStart(of: jwt, now: now) {
      throw .notYetValid(path, start: start, now: now)
    }
    if let expiry = jwt?.expiry {
      guard expiry > now else { throw .expired(path, expiry: expiry, now: now) }
      guard expiry.timeIntervalSince(now) >= minimum else {
        throw .expiresTooSoon(path, expiry: expiry, now: now, minimum: minimum)
      }
    } else if minimum > 0 {
      throw .unknownExpiry(path)
    }
    return jwt
  }

  /// Reads the file that a sidecar renews.
  func renewedToken(_ path: String) throws(CheckError) -> Secret {
    let content: [UInt8]
    do throws(FileReadError) { content = try files.read(path, 1 << 20) } catch {
      throw .unreadable(mayBeSecret(path) ? "(not shown)" : path, error, user: process.userID)
    }
    let trimmed = content.drop { $0 <= 0x20 }.reversed().drop { $0 <= 0x20 }.reversed()
    if let wrapping = TokenWrapping(Array(trimmed)) { throw .wrapped(path, wrapping) }
    guard let secret = try? Secret(tokenFile: content) else {
      let isBlank = content.allSatisfy { $0 == 0x20 || (0x09...0x0D).contains($0) }
      throw isBlank ? .empty(path) : .notToken(path)
    }
    return secret
  }
}
