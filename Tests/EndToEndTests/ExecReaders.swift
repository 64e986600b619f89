import Foundation
import TestSupport

/// Parsers for a plugin's output, which return nil or an error message like the client's.
///
/// They follow the clients' source code, and are stricter where it is lax: one JSON document, no
/// YAML.
enum ExecReaders {
  /// The rules of client-go's `exec.go`, for a kubeconfig of one version.
  static func clientGo(_ output: [UInt8], version: String) -> String? {
    guard let document = try? JSONValue(parsing: output), document.object != nil else {
      return "decoding stdout: couldn't get version/kind; json parse error"
    }
    let kind = document["kind"] ?? "ExecCredential"
    guard kind == "ExecCredential" else { return "no kind \(kind.text) is registered" }
    let expected = "client.authentication.k8s.io/\(version)"
    let returned = document["apiVersion"]?.string ?? "client.authentication.k8s.io/__internal"
    guard returned == expected else {
      return "exec plugin is configured to use API version \(expected), plugin returned version "
        + returned
    }
    guard let status = document["status"], status != .null else {
      return "exec plugin didn't return a status field"
    }
    guard status.object != nil else { return "json: cannot unmarshal into ExecCredentialStatus" }
    for name in ["token", "clientCertificateData", "clientKeyData"] {
      guard let value = status[name], value != .null else { continue }
      guard value.string != nil else { return "json: cannot unmarshal \(name)" }
    }
    let token = status["token"]?.string ?? ""
    let certificate = status["clientCertificateData"]?.string ?? ""
    let key = status["clientKeyData"]?.string ?? ""
    if token.isEmpty, certificate.isEmpty, key.isEmpty {
      return "exec plugin didn't return a token or cert/key pair"
    }
    if certificate.isEmpty != key.isEmpty {
      return "exec plugin returned only certificate or key, not both"
    }
    // net/http rejects such a header.
    guard token.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
      return "invalid header field value for \"Authorization\""
    }
    guard let time = status["expirationTimestamp"], time != .null else { return nil }
    guard let text = time.string, isRFC3339(text) else {
      return "decoding stdout: parsing time \(time.text)"
    }
    return nil
  }

  /// The rules of the Python client's `exec_provider.py`.
  static func python(_ output: [UInt8], version: String) -> String? {
    guard let document = try? JSONValue(parsing: output) else {
      return "exec: failed to decode process output"
    }
    for key in ["apiVersion", "kind", "status"] where document[key] == nil {
      return "exec: malformed response. missing key '\(key)'"
    }
    let expected = "client.authentication.k8s.io/\(version)"
    guard document["apiVersion"]?.string == expected else {
      return
        "exec: plugin api version \(document["apiVersion"]?.text ?? "") does not match \(expected)"
    }
    return nil
  }

  private static func isRFC3339(_ text: String) -> Bool {
    text.wholeMatch(
      of: /\d{4}-[01]\d-[0-3]\dT[0-2]\d:[0-5]\d:[0-5]\d(\.\d+)?(Z|[+-]\d\d:\d\d)/) != nil
  }
}
