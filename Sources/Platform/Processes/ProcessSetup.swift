import CPlatform
import Glibc

/// Prepares the process for handling tokens; must be the first call in `main`.
///
/// Foundation, libcurl and OpenSSL read variables that leak secrets or weaken TLS, and look for a
/// home directory, where a static binary that asks the user database may crash. They get a
/// separate environment; the result is what the user set.
///
/// - Returns: The variables as they were at the start.
package func setUpProcess() -> [String: String] {
  tx_harden_process()
  tx_end_on_signals(-1, 0)
  let original = variables()
  for name in original.keys where isHarmful(name) { unsetenv(name) }
  // In /proc nothing can be made, not even by root.
  for name in ["HOME", "CFFIXED_USER_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"] {
    setenv(name, "/proc", 1)
  }
  // URLSession looks there for cookies in a directory named after the program's own, which
  // it takes to be /proc/self/ns, and creates it if it is missing; see MainBundle.c.
  setenv("XDG_DATA_HOME", "/proc/self", 1)
  tx_skip_openssl_config()
  return original
}

/// The environment; of a variable that is set twice, the first value.
private func variables() -> [String: String] {
  var found = [String: String](minimumCapacity: 64)
  guard var entry = tx_environment() else { return found }
  while let line = entry.pointee {
    // By bytes: comparing whole characters costs a tenth of an exchange.
    let bytes = UnsafeRawBufferPointer(start: line, count: strlen(line))
    if let equals = bytes.firstIndex(of: UInt8(ascii: "=")) {
      let name = String(decoding: Array(bytes[..<equals]), as: UTF8.self)
      let value = String(decoding: Array(bytes[(equals + 1)...]), as: UTF8.self)
      if found[name] == nil { found[name] = value }
    }
    entry += 1
  }
  return found
}

/// Whether a library would act on a variable without an option of this program.
private func isHarmful(_ name: String) -> Bool {
  switch name {
  case "SSLKEYLOGFILE": true  // libcurl writes the session's secrets there
  case "SSL_CERT_FILE", "SSL_CERT_DIR", "SSL_DIR": true  // passed on by option, not behind us
  case "NETRC", "HOSTALIASES", "CARES_HOSTS", "LOCALDOMAIN", "SSL_CIPHER_SUITES": true
  case "QLOGDIR", "http_proxy", "HTTP_PROXY": true  // plain http never goes through a proxy
  default: harmfulPrefixes.contains { name.hasPrefix($0) }
  }
}

private let harmfulPrefixes = [
  "OPENSSL_", "CURL_", "URLSession", "XDG_", "CF", "NSURL", "__CF", "ICU_",
]
