import Encoding
import FoundationEssentials
import Platform
import TokenExchange

extension DoctorStep {
  /// Checks the claims of the subject token.
  mutating func check(_ claims: TokenFacts, _ configuration: ExchangeConfiguration?) {
    let jwt = claims.jwt
    if let issuer = jwt.issuer, issuer.hasSameBytes(as: configuration?.issuer?.text ?? "") {
      add(.subjectToken(.issuedByDex))
    }
    if let audience = jwt.audiences.first(where: { isAPIServer($0, issuer: jwt.issuer) }) {
      add(.subjectToken(.apiServerAudience(audience)))
    }
    if configuration?.subjectTokenType == .accessToken { add(.subjectToken(.sentAsAccessToken)) }
  }

  /// Compares the file with what kubelet does.
  mutating func check(_ status: PathStatus?, _ world: World, _ validity: DateInterval?) {
    guard let status else { return }
    let now = world.now()
    facts.append(.modified(status.modified, now: now))
    if status.mode & 0o002 != 0 { add(.subjectToken(.worldWritable)) }
    if world.isMountPoint(status.realPath) { add(.subjectToken(.subPathMount)) }
    guard let validity else { return }
    let age = now.timeIntervalSince(validity.start)
    // Kubelet checks about once a minute, and adds up to ten seconds of jitter.
    if age > validity.duration * 0.8 + 150, age < validity.duration {
      add(.subjectToken(.notRenewed(percent: Int(age / validity.duration * 100))))
    }
  }
}

/// Whether API servers accept an audience: the issuer itself, or one of the usual names.
private func isAPIServer(_ audience: String, issuer: String?) -> Bool {
  issuer.hasSameBytes(as: audience) || audience == "k3s" || audience == "api"
    || audience.hasPrefix("https://kubernetes.default")
    || audience.hasPrefix("kubernetes.default.svc")
}

extension World {
  fileprivate func isMountPoint(_ path: String) -> Bool {
    guard let table = try? files.read("/proc/self/mountinfo", 1 << 22) else { return false }
    return String(decoding: table, as: UTF8.self).split(separator: "\n").contains { line in
      let fields = line.split(separator: " ")
      return fields.count > 4 && fields[4] == path
    }
  }
}
