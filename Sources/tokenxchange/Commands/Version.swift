import Encoding
import Platform
import TokenExchange

enum Version {
  static let number = "0.2.0"
  static let userAgent = "tokenxchange/" + number
}

extension Command {
  static let version = Command(
    name: "version", summary: "print the version and the linked libraries",
    details: """
      Prints the version of tokenxchange and of libcurl, OpenSSL and c-ares, and whether these are
      linked statically.
      """,
    example: "tokenxchange version --output=json",
    options: [.reportOutput, .verbose], readsVariables: false
  ) { arguments, world throws(CommandError) in
    guard try arguments[.reportOutput] == .json else {
      try world.writeOutput("tokenxchange \(Version.number)\n" + libraries)
      return .done
    }
    let document = JSON.object([
      "version": .string(Version.number), "commit": .string(BuildInfo.commit),
      "toolchain": .string(BuildInfo.toolchain), "libraries": .string(LinkedLibraries.versions),
      "static": .bool(LinkedLibraries.areStatic),
    ])
    try world.writeOutput(document.text(indented: true) + "\n")
    return .done
  }
}

private var libraries: String {
  LinkedLibraries.versions
    + (LinkedLibraries.areStatic
      ? "\nstatic: these are inside the binary\n"
      : "\ndynamic: these are the machine's, for development only\n")
}
