import Foundation
import StandIns
import Synchronization
import TestSupport
import Testing

/// The stand-in responds like the real Dex in the recordings.
struct DexStandInTests {
  static func isDevice(_ name: String) -> Bool { name.hasPrefix("09-device") }

  @Test("the recordings are complete")
  func recordingCount() { #expect(DexRecording.all.count == 117) }

  @Test("responses equal the recordings", arguments: DexRecording.named { !isDevice($0) })
  func respondsAsRecorded(_ recording: DexRecording) throws {
    let replay = try DexReplay()
    replay.expectSame(recording, replay.response(to: recording))
  }

  @Test("responses in the device flow equal the recordings")
  func deviceFlow() throws {
    let replay = try DexReplay()
    var codes: [String: String] = [:]
    for recording in DexRecording.named(Self.isDevice) {
      var adapted = recording.request
      for (recorded, ours) in codes {
        adapted.body = Array(adapted.text.replacingOccurrences(of: recorded, with: ours).utf8)
      }
      let response = replay.response(to: recording, sending: adapted)
      if let recorded = recording.json?["device_code"]?.string {
        codes[recorded] = try JSONValue(parsing: response.body)["device_code"]?.string
      }
      if recording.name == "09-device-full-1-code" {
        // In the recording, the user signed in between these two requests.
        #expect(replay.standIn.approve())
      }
      replay.expectSame(recording, response)
    }
  }
}

/// A stand-in configured like the recorded Dex, with generated keys under the recorded names.
private struct DexReplay {
  static let clusterKey = keyID("11-upstream-back")
  static func keyID(_ name: String) -> String {
    DexRecording.all.first { $0.name == name }?.subjectKeyID ?? ""
  }

  let standIn: DexStandIn
  let key: RSAKey
  let unknownKey: RSAKey

  init() throws {
    let key = try RSAKey.cluster
    (self.key, unknownKey) = (key, try RSAKey.other)
    let cluster = ServiceAccountIssuer(
      issuer: "http://127.0.0.1:18601", key: RSAKey(key, keyID: Self.clusterKey))
    var configuration = DexConfiguration.standard(
      signingKey: RSAKey(key, keyID: String(repeating: "0", count: 40)), cluster: cluster)
    func connector(
      _ id: String, port: Int = 18601, keyID: String = Self.clusterKey
    ) -> DexConfiguration.Connector {
      .init(id: id, issuer: "http://127.0.0.1:\(port)", keys: [RSAKey(key, keyID: keyID)])
    }
    var userInfo = connector("argocd-userinfo")
    userInfo.getsUserInfo = true
    var withoutUserNameKey = connector("argocd-nousernamekey")
    withoutUserNameKey.userNameKey = "name"
    configuration.connectors += [
      userInfo, withoutUserNameKey, connector("argocd-clientid"),
      connector("other-cluster", port: 18602, keyID: Self.keyID("11-dex-restarted-ok")),
      connector("down-cluster", port: 18609),
    ]
    standIn = try DexStandIn(configuration)
  }

  func response(to recording: DexRecording, sending request: LoopbackRequest? = nil)
    -> LoopbackResponse
  {
    let name = recording.name
    let hasLimits = ["nogrant", "grant-not-enabled", "grant-off"].contains(where: name.contains)
    standIn.update { configuration in
      configuration.grants =
        hasLimits ? [GrantType.authorizationCode, GrantType.refreshToken] : GrantType.all
      configuration.issuer =
        name.contains("-tls")
        ? "https://127.0.0.1:18611/dex" : "http://127.0.0.1:\(hasLimits ? 18612 : 18610)/dex"
      configuration.tokenLifetime = name.contains("-tls") ? 86_400 : 600
      configuration.now = { Date(timeIntervalSince1970: recording.time) }
    }
    return standIn.respond(to: resigned(request ?? recording.request, name))
  }

  /// The request, with its tokens signed by the generated keys, or invalid like the recorded
  /// one.
  private func resigned(_ request: LoopbackRequest, _ name: String) -> LoopbackRequest {
    var request = request
    let text = request.text + request.target + request.headers.map(\.value).joined(separator: " ")
    for match in text.matches(of: /eyJ[\w-]+\.[\w-]+\.[\w-]*/) {
      let old = String(match.output)
      guard let token = JWT(old), let keyID = token.header["kid"]?.string else { continue }
      let dexKey = standIn.configuration.signingKey
      let key: RSAKey =
        name.contains("unknown-key")
        ? unknownKey : keyID.count == 40 ? dexKey : RSAKey(self.key, keyID: keyID)
      var new = JWT.sign(token.claims, with: key)
      if name.contains("bad-signature") { new = String(new.dropLast(8)) + "AAAAAAAA" }
      if token.header["alg"]?.string == "none" {
        new = JWT.forge(header: token.header, claims: token.claims)
      }
      if name.contains("trailing-newline") { new += "%0A" }
      request.body = Array(request.text.replacingOccurrences(of: old, with: new).utf8)
      request.target = request.target.replacingOccurrences(of: old, with: new)
      request.headers = request.headers.map {
        (name: $0.name, value: $0.value.replacingOccurrences(of: old, with: new))
      }
    }
    return request
  }

  func expectSame(_ recording: DexRecording, _ response: LoopbackResponse) {
    let name: Comment = "\(recording.name)"
    #expect(response.status == recording.status, name)
    let volatile = ["Date", "Content-Length"]
    let headers = Dictionary(response.headers) { first, _ in first }
    #expect(headers == recording.headers.filter { !volatile.contains($0.key) }, name)
    #expect(recording.headers["Content-Length"] == String(response.body.count), name)
    guard recording.request.method != "HEAD" else { return }
    guard let recorded = recording.json, let given = try? JSONValue(parsing: response.body) else {
      #expect(response.text.trimmingCharacters(in: .newlines) == recording.body, name)
      return
    }
    #expect(given.object?.names == recorded.object?.names, name)
    for member in recorded.object?.members ?? [] {
      let value = given[member.name]
      switch member.name {
      case "access_token", "id_token": expectSameClaims(member.value, value, name)
      case "keys":
        #expect(
          value?.array?.first?.object?.names == member.value.array?.first?.object?.names, name)
      case "device_code", "user_code", "refresh_token", "verification_uri_complete":
        #expect(value?.string?.count == member.value.string?.count, name)
      case "at_hash": #expect(value?.string?.count == member.value.string?.count, name)
      default: #expect(value == member.value, name)
      }
    }
  }

  private func expectSameClaims(_ recorded: JSONValue, _ given: JSONValue?, _ name: Comment) {
    guard let recorded = JWT(recorded.string ?? ""), let given = JWT(given?.string ?? "") else {
      Issue.record("no tokens to compare")
      return
    }
    #expect(given.isSigned(byOneOf: [standIn.configuration.signingKey]), name)
    #expect(given.header.object?.names == recorded.header.object?.names, name)
    #expect(given.claims.object?.names == recorded.claims.object?.names, name)
    for claim in recorded.claims.object?.members ?? [] where !claim.name.hasSuffix("_hash") {
      #expect(given.claims[claim.name] == claim.value, name)
    }
  }
}
