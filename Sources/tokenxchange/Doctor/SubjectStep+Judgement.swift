import FoundationEssentials
import Platform
import TokenExchange

/// What looks mistaken about a subject token and its file.
extension DoctorStep {
  /// Tells of the file.
  mutating func note(_ path: String, _ status: PathStatus?, user: UInt32) {
    note("file", path)
    guard let status else { return }
    if let target = status.target { note("link to", target) }
    if status.realPath != path { note("real path", status.realPath) }
    note(
      "mode",
      "\(status.modeText), owner \(status.owner):\(status.group), "
        + "we are uid \(user)")
    note("size", "\(status.size) bytes")
  }

  /// Judges the claims.
  mutating func judge(_ facts: TokenFacts, _ settings: ExchangeConfiguration?) {
    let jwt = facts.jwt
    if let issuer = jwt.issuer, issuer.hasSameBytes(as: settings?.issuer?.text ?? "") {
      warn(
        "it is a token of this very Dex", hint: "--token-file must name a service account token")
    }
    if let audience = jwt.audiences.first(where: { Self.isAPIServer($0, issuer: jwt.issuer) }) {
      warn(
        "its audience is the API server's own: \(audience.sanitized())",
        hint:
          "Dex takes it all the same, but whoever gets hold of it can also act in this cluster: "
          + "mount a projected volume with an audience: of its own, such as dex")
    }
    if settings?.subjectTokenType == .accessToken {
      warn(
        "it is sent as access_token, for which Dex asks the issuer's userinfo endpoint",
        hint: "a service account issuer has none: leave --subject-token-type out")
    }
  }

  /// Judges the file against kubelet's habits.
  mutating func judge(
    _ status: PathStatus?, _ world: World, _ life: (start: Date, end: Date)?
  ) {
    guard let status else { return }
    let now = world.now()
    note(
      "written",
      "\(Timestamp.text(status.modified)), "
        + "\(Lifetime.words(now.timeIntervalSince(status.modified))) ago")
    if status.mode & 0o002 != 0 {
      warn(
        "everybody may write the token file", hint: "a volume of kubelet's is never so: check it")
    }
    if world.isMountPoint(status.realPath) {
      warn(
        "the token file is mounted by subPath, where kubelet never renews it",
        hint: "mount the volume as a folder, and name the file in it")
    }
    guard let life else { return }
    let length = life.end.timeIntervalSince(life.start)
    let age = now.timeIntervalSince(life.start)
    // Kubelet looks only about every minute, and adds up to ten seconds of jitter.
    if age > length * 0.8 + 150, age < length {
      warn(
        "its age is \(Int(age / length * 100)) % of its life, and kubelet renews at 80 %",
        hint: "is the file a copy, or mounted by subPath? kubelet's log tells of failed renewals")
    }
  }

  /// Whether an audience is one that API servers take: the issuer itself, or a usual name.
  private static func isAPIServer(_ audience: String, issuer: String?) -> Bool {
    issuer.hasSameBytes(as: audience) || audience == "k3s" || audience == "api"
      || audience.hasPrefix("https://kubernetes.default")
      || audience.hasPrefix("kubernetes.default.svc")
  }
}

extension World {
  /// Whether something is mounted at this very path.
  fileprivate func isMountPoint(_ path: String) -> Bool {
    guard let table = try? files.read("/proc/self/mountinfo", 1 << 22) else { return false }
    return String(decoding: table, as: UTF8.self).split(separator: "\n").contains { line in
      let fields = line.split(separator: " ")
      return fields.count > 4 && fields[4] == path
    }
  }
}
