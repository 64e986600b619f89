import CPlatform
import Glibc

/// Prepares the process for handling tokens; must be the first call in `main`.
///
/// Foundation, libcurl, c-ares and OpenSSL read variables that leak secrets, weaken TLS or change the
/// route, and look for a home directory, where a static binary that asks the user database may crash.
/// They get an environment of their own, a small one, because Foundation copies it twice; the result
/// is what the user set.
///
/// - Returns: The variables as they were at the start.
package func setUpProcess() -> [String: String] {
  tx_harden_process()
  tx_end_on_signals(-1, 0)
  let original = variables()
  clearenv()
  // Programs that are started are searched there.
  if let path = original["PATH"] { setenv("PATH", path, 1) }
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
