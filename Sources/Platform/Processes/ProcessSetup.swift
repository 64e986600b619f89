import CPlatform
import Glibc

/// Prepares the process for handling tokens; must be the first call in `main`.
///
/// Foundation, libcurl and OpenSSL read variables that leak secrets, weaken TLS or change the
/// route. Without `HOME` they query the user database, which can crash a static binary. So the
/// environment of the process is replaced by a small one, and the original variables are returned.
///
/// - Returns: The variables that the user set.
package func setUpProcess() -> [String: String] {
  tx_harden_process()
  tx_end_on_signals(-1, 0)
  let original = variables()
  clearenv()
  // Needed to find programs that are started.
  if let path = original["PATH"] { setenv("PATH", path, 1) }
  // Not even root can create files in /proc.
  for name in ["HOME", "CFFIXED_USER_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"] {
    setenv(name, "/proc", 1)
  }
  // URLSession looks for cookies in a directory below this one, which has the name of the program's
  // directory (/proc/self/ns, see MainBundle.c), and creates it if it is missing.
  setenv("XDG_DATA_HOME", "/proc/self", 1)
  tx_skip_openssl_config()
  return original
}

/// The environment; if a variable is set twice, its first value.
private func variables() -> [String: String] {
  var found = [String: String](minimumCapacity: 64)
  guard var entry = tx_environment() else { return found }
  while let line = entry.pointee {
    // Bytes, because comparing characters takes a tenth of the time of an exchange.
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
