import Encoding
import Foundation
import StandIns
import Synchronization
import TestSupport
import Testing
import TokenExchange

@testable import tokenxchange

/// dexsidecar's variables keep their meaning, and errors name the variables.
struct DexVariablesTests {
  /// The environment in dexsidecar's README, with this test's paths and addresses.
  static let readme = [
    "dex_access_token_file": SidecarFixture.file, "dex_endpoint": "https://dex.example/token",
    "dex_basic_auth": "client:", "dex_connector_id": "k3s",
    "dex_grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
    "dex_scope": "openid federated:id",
    "dex_requested_token_type": "urn:ietf:params:oauth:token-type:access_token",
    "dex_file_subject_token": SidecarFixture.subjectFile,
    "dex_subject_token_type": "urn:ietf:params:oauth:token-type:id_token",
  ]
  static let modeWarning =
    "tokenxchange: warning: every user may read /kept/token: its mode is 0644, as in dexsidecar; "
    + "use --mode=0640 or --mode=0600"

  let fixture: SidecarFixture

  init() throws { fixture = try SidecarFixture() }

  private func once(_ changes: [String: String?] = [:], _ flags: String...) -> ExitCode {
    var variables = Self.readme
    for (name, value) in changes { variables[name] = value }
    return run(["sidecar", "--once"] + flags, in: fixture.world(variables: variables))
  }

  private var form: [String: String] {
    let body = fixture.requests.last?.body ?? []
    let fields = FormFields.decode(String(decoding: body, as: UTF8.self))
    return Dictionary(fields.map { ($0.name, $0.value) }) { first, _ in first + " TWICE" }
  }

  private var authorization: String? {
    fixture.requests.last?.headers.first { $0.name == "Authorization" }?.value
  }

  @Test("the request equals dexsidecar's") func request() throws {
    #expect(once() == .done)
    #expect(fixture.written != nil)
    #expect(fixture.files.mode(SidecarFixture.file) == 0o644)
    #expect(fixture.errors == [Self.modeWarning])
    #expect(authorization == "Basic " + Data("client:".utf8).base64EncodedString())
    #expect(
      form == [
        "connector_id": "k3s", "scope": "openid federated:id",
        "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
        "subject_token": fixture.files[SidecarFixture.subjectFile] ?? "",
        "subject_token_type": "urn:ietf:params:oauth:token-type:id_token",
        "requested_token_type": "urn:ietf:params:oauth:token-type:access_token",
      ])
  }

  @Test("--mode silences the warning about the mode") func modeWarning() {
    #expect(once([:], "--mode", "0640") == .done)
    #expect(fixture.errors.isEmpty)
  }

  @Test("other variables become form fields, but settings do not") func formFields() {
    fixture.files["/res"] = " https://target \n"
    let code = once([
      "dex_audience": "other", "dex_file_resource": "/res", "dex_refresh_interval": "1m",
      "dex_refresh_before": "1h", "dex_empty": "",
    ])
    #expect(code == .done)
    #expect(form["audience"] == "other")
    #expect(form["resource"] == "https://target")
    #expect(form.count == 8)
  }

  @Test("dex_client_id and dex_client_secret are sent in the form") func clientInForm() {
    fixture.files["/secret"] = "s 1\n"
    let code = once([
      "dex_basic_auth": nil, "dex_client_id": "client", "dex_file_client_secret": "/secret",
    ])
    #expect(code == .done)
    #expect(authorization == nil)
    #expect(form["client_id"] == "client")
    #expect(form["client_secret"] == "s 1")
  }

  @Test("dex_basic_auth is split at the first colon and encoded") func basicAuth() {
    #expect(once(["dex_basic_auth": "client:a:b c"]) == .done)
    #expect(authorization == "Basic " + Data("client:a%3Ab+c".utf8).base64EncodedString())
  }

  @Test("dex_subject_token contains the subject token") func subjectTokenInVariable() {
    let token = fixture.jwt(lifetime: 60)
    #expect(once(["dex_file_subject_token": nil, "dex_subject_token": token]) == .done)
    #expect(form["subject_token"] == token)
  }

  @Test("missing fields have Dex's defaults") func missingFields() {
    #expect(once(["dex_scope": nil, "dex_requested_token_type": nil]) == .done)
    #expect(form["scope"] == "")
    #expect(form["requested_token_type"] == "urn:ietf:params:oauth:token-type:access_token")
  }

  @Test("flags and TOKENXCHANGE_ variables take precedence") func precedence() {
    let code = once(
      ["TOKENXCHANGE_CONNECTOR_ID": "ours"], "--client-id", "client", "--mode", "0600")
    #expect(code == .done)
    #expect(form["connector_id"] == "ours")
    #expect(form["client_id"] == "client")
    #expect(authorization == nil)
  }

  @Test("an unknown scope is named in a warning") func unknownScope() {
    #expect(once(["dex_scope": "openid federated_id"], "--mode", "0600") == .done)
    #expect(
      fixture.errors == [
        "tokenxchange: warning: Dex does not support the scope \"federated_id\" of dex_scope: "
          + "did you mean federated:id?"
      ])
  }

  @Test("an unknown scope in a file is counted, and one in a flag causes no warning")
  func unknownScopeInFile() {
    fixture.files["/scope"] = "openid group\n"
    let changes = ["dex_scope": nil, "dex_file_scope": "/scope"]
    #expect(once(changes, "--mode", "0600") == .done)
    #expect(
      fixture.errors == [
        "tokenxchange: warning: Dex does not support 1 scope of dex_file_scope (not shown)"
      ])
    #expect(once(changes, "--mode", "0600", "--scopes", "group") == .done)
    #expect(fixture.errors.count == 1)
  }

  @Test("there is no warning about dex_basic_auth if --client-id replaces it")
  func replacedClient() {
    fixture.respond(401, #"{"error":"invalid_client"}"#)
    #expect(once([:], "--mode", "0600", "--client-id", "other") == .oauthError)
    #expect(fixture.errors.count == 2)
  }

  @Test("dex_file_basic_auth is read for each exchange") func basicAuthFile() throws {
    var variables = Self.readme
    variables["dex_basic_auth"] = nil
    variables["dex_file_basic_auth"] = "/basic"
    fixture.files["/basic"] = "client:first\n"
    var sidecar = try fixture.sidecar(flags: ["sidecar"], variables: variables)
    sidecar.step()
    #expect(authorization == "Basic " + Data("client:first".utf8).base64EncodedString())
    fixture.files["/basic"] = "client:second\n"
    fixture.signal()
    sidecar.step()
    sidecar.step()
    #expect(authorization == "Basic " + Data("client:second".utf8).base64EncodedString())
    #expect(fixture.requests.count == 2)
  }

  @Test(
    "a rejected dex_basic_auth is explained, but never shown",
    arguments: [
      Row("no secret", "hunter2user:", "it contains no colon, so no secret was sent"),
      Row("a bare password", "hunter2", "it contains no colon, so no secret was sent"),
      Row("base64", "Y2xpZW50Omh1bnRlcjI=", "it looks like base64, but must be plain text"),
      Row(
        "a header value", "Basic Y2xpZW50Omh1bnRlcjI=",
        "it begins with \"Basic \", which is part of the header only"),
      Row(
        "percent-encoded", "hunter%32:x",
        "it must not be percent-encoded: it is encoded when it is sent"),
      Row("client ID and secret swapped", "hunter2:client", "of Dex's configuration"),
      Row("a trailing newline", "client:hunter2\n", "of Dex's configuration"),
    ])
  func refusedBasicAuth(row: Row<String, String>) {
    fixture.respond(
      401,
      #"{"error":"invalid_client","error_description":"no \#(JSON.quote(row.input).dropFirst().dropLast())"}"#
    )
    #expect(once(["dex_basic_auth": row.input], "--mode", "0600", "--verbose") == .oauthError)
    #expect(fixture.errors.contains { $0.hasSuffix(row.output) }, "\(fixture.errors)")
    for shown in ["hunter", "Y2xpZW50"] {
      #expect(!fixture.errors.contains { $0.contains(shown) }, "\(fixture.errors)")
    }
  }

  @Test(
    "the content of a file named by dex_file_* is not shown",
    arguments: ["scope", "connector_id", "client_id"])
  func filesAreNotShown(field: String) {
    fixture.files["/etc/passwd"] = "hunter2:x:0:0 /root/hunter3\n"
    fixture.respond(
      400, #"{"error":"invalid_scope","error_description":"no hunter2:x:0:0 /root/hunter3"}"#)
    var changes = ["dex_" + field: nil, "dex_file_" + field: "/etc/passwd"]
    // It would override a client ID.
    if field == "client_id" { changes["dex_basic_auth"] = .some(nil) }
    #expect(once(changes, "--mode", "0600", "--verbose") == .oauthError)
    #expect(!fixture.errors.contains { $0.contains("hunter") }, "\(fixture.errors)")
  }

  @Test("an invalid value is not shown if it comes from a file")
  func badValuesOfFilesAreNotShown() {
    fixture.files["/f"] = "hunter2"
    for field in ["grant_type", "subject_token_type", "requested_token_type"] {
      let changes = ["dex_" + field: nil, "dex_file_" + field: "/f"]
      #expect(once(changes, "--mode", "0600") == .usage)
    }
    #expect(!fixture.errors.contains { $0.contains("hunter") }, "\(fixture.errors)")
  }

  @Test(
    "a secret passed as a file name is not shown", arguments: ["client_secret", "basic_auth"])
  func secretsForFilesAreNotShown(field: String) {
    let changes = ["dex_basic_auth": nil, "dex_file_" + field: "hunter2", "dex_client_id": "x"]
    #expect(once(changes, "--mode", "0600", "--verbose") == .usage)
    #expect(!fixture.errors.contains { $0.contains("hunter") }, "\(fixture.errors)")
  }

  @Test(
    "a token or file content that is passed instead of a path is not shown",
    arguments: [
      Row("a token", Sample.subject, "dex_file_resource expects a path, got a token (not shown)"),
      Row(
        "a key", "-----BEGIN PRIVATE KEY-----\nhunter2",
        "dex_file_resource expects a path, got the content of a file (not shown)"),
    ])
  func contentInsteadOfPath(row: Row<String, String>) {
    #expect(once(["dex_file_resource": row.input], "--mode", "0600", "--verbose") == .usage)
    #expect(fixture.errors.contains { $0.hasSuffix(row.output) }, "\(fixture.errors)")
    #expect(!fixture.errors.contains { $0.contains("hunter") || $0.contains("eyJ") })
  }

  @Test(
    "errors name the variable: exit 2",
    arguments: [
      ["dex_endpoint": nil], ["dex_subject_token": "x"], ["dex_file_endpoint": "/x"],
      ["dex_grant_type": "password"], ["dex_refresh_interval": "often"],
      ["dex_refresh_before": "1 hour"], ["dex_endpoint": "http://dex.example/token"],
      ["dex_basic_auth": nil], ["dex_access_token_file": nil], ["dex_file_resource": "/missing"],
    ])
  func errors(_ changes: [String: String?]) {
    #expect(once(changes) == .usage)
    #expect(fixture.requests.count == 0)
    let name = changes.keys.first ?? ""
    let named = fixture.errors.contains { $0.contains(name) }
    #expect(named || name == "dex_basic_auth" || name == "dex_access_token_file")
  }

  @Test("dex_refresh_interval limits the wait and sends no request") func refreshInterval() throws {
    var variables = Self.readme
    variables["dex_refresh_interval"] = "500ms"
    var sidecar = try fixture.sidecar(flags: ["sidecar"], variables: variables)
    sidecar.run(fixture, for: 700)
    #expect(fixture.requests.count == 1)
    #expect((fixture.waits.max() ?? 0) <= 0.5)
  }

  @Test("dex_refresh_before=0s is accepted, as by dexsidecar")
  func refreshBeforeZero() {
    #expect(once(["dex_refresh_before": "0s"], "--mode", "0600") == .done)
    #expect(fixture.errors.isEmpty)
  }

  @Test(
    "a file named by dex_file_* is not overwritten",
    arguments: [
      "dex_file_subject_token", "dex_file_resource", "dex_file_scope", "dex_file_basic_auth",
    ])
  func keepsItsInputs(name: String) {
    fixture.files[SidecarFixture.file] = "x"
    var changes: [String: String?] = [name: SidecarFixture.file]
    let plain = "dex_" + name.dropFirst(9)
    if Self.readme[plain] != nil { changes[plain] = .some(nil) }
    #expect(once(changes, "--mode", "0600") == .usage)
    #expect(fixture.requests.count == 0)
    #expect(fixture.written == "x")
    let problem = "tokenxchange: dex_access_token_file /kept/token is the file that "
    #expect(fixture.errors.contains { $0.hasPrefix(problem) })
  }
}
