import TokenExchange

/// What this program is called and how old it is.
enum Version {
  static let number = "0.2.0"
  static let userAgent = "tokenxchange/" + number
}

extension Command {
  static let version = Command(
    name: "version", summary: "print the version and the linked libraries",
    details: """
      Prints the version of tokenxchange and of the libcurl, OpenSSL and c-ares that it uses, and
      whether they are inside this binary.
      """,
    options: [.verbose], readsVariables: false
  ) { _, world throws(Problem) in
    try world.writeOutput("tokenxchange \(Version.number)\n" + LinkedLibraries.text)
    return .done
  }
}
