import CPlatform
import Glibc

/// Makes the process safe to hold tokens in; to be called first of all in `main`.
///
/// Foundation, libcurl and OpenSSL read variables that leak secrets or weaken TLS, and look for a
/// home folder, where a static binary that asks the user database may crash. They get an
/// environment of their own; what the user set is in the result.
///
/// - Returns: The variables as they were at the start.
func setUpProcess() -> [String: String] {
  tx_harden_process()
  tx_end_on_signals(-1, 0)
  let original = variables()
  for name in original.keys where isHarmful(name) { unsetenv(name) }
  // In /proc nothing can be made, not even by root.
  for name in ["HOME", "CFFIXED_USER_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"] {
    setenv(name, "/proc", 1)
  }
  // URLSession looks for cookies in a folder in there that is named after the program's own, which
  // it takes to be /proc/self/ns, and makes one if there is none; see MainBundle.c.
  setenv("XDG_DATA_HOME", "/proc/self", 1)
  tx_skip_openssl_config()
  return original
}

/// The environment; of a variable that is there twice, the first.
private func variables() -> [String: String] {
  var found: [String: String] = [:]
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

/// Whether a library of ours would do something with a variable that nobody asked us for.
private func isHarmful(_ name: String) -> Bool {
  switch name {
  case "SSLKEYLOGFILE": true  // libcurl writes the session's secrets there
  case "SSL_CERT_FILE", "SSL_CERT_DIR", "SSL_DIR": true  // passed on by option, not behind us
  case "NETRC", "HOSTALIASES", "CARES_HOSTS", "LOCALDOMAIN", "SSL_CIPHER_SUITES": true
  case "QLOGDIR", "http_proxy", "HTTP_PROXY": true  // plain http never goes through a proxy
  default:
    ["OPENSSL_", "CURL_", "URLSession", "XDG_", "CF", "NSURL", "__CF", "ICU_"].contains {
      name.hasPrefix($0)
    }
  }
}
