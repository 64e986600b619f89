import Glibc

/// A C function that Swift's Glibc module lacks, or one of another library.
package func cFunction<Function>(_ name: String, library: String? = nil) -> Function {
  guard let symbol = dlsym(library.flatMap { dlopen($0, RTLD_NOW) }, name) else {
    preconditionFailure("\(library ?? "libc") has no function \(name)")
  }
  return unsafeBitCast(symbol, to: Function.self)
}
