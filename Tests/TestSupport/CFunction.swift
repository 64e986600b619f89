import Glibc

/// A C function that Swift's Glibc module lacks.
package func cFunction<Function>(_ name: String) -> Function {
  guard let symbol = dlsym(nil, name) else { preconditionFailure("libc has no function \(name)") }
  return unsafeBitCast(symbol, to: Function.self)
}
