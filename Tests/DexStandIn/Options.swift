/// The stand-in's command-line options.
struct Options {
  var directory = ""
  var hasTLS = false
  var hasPlainDex = false
  var accounts: [String] = []
  var isHelp = false

  static let help = """
    usage: dex-standin --directory DIR [options]

    Runs stand-ins on loopback: cluster A's issuer, Dex, and cluster B's API server. Prints one line
    starting with "ready" and ends on SIGTERM or SIGINT.

      --directory DIR        write serviceaccount/token (in kubelet's layout), own-token
                             (the same for cluster A's own API server), ca.crt (with --tls),
                             admin.kubeconfig (for cluster B), env (addresses as shell variables)
      --account NAMESPACE/NAME
                             also write a token of this service account: NAMESPACE.NAME.token
      --tls                  TLS for Dex and the API servers (needs nginx and openssl)
      --plain-dex            with --tls: for cluster B's API server only

    """

  struct Failure: Error { var text: String }

  init(_ arguments: [String]) throws(Failure) {
    var rest = arguments[...]
    func value(of name: String) throws(Failure) -> String {
      guard let value = rest.popFirst() else { throw Failure(text: "\(name) requires a value") }
      return value
    }
    while let name = rest.popFirst() {
      switch name {
      case "--directory": directory = try value(of: name)
      case "--account": accounts.append(try value(of: name))
      case "--tls": hasTLS = true
      case "--plain-dex": hasPlainDex = true
      case "--help", "-h": isHelp = true
      default: throw Failure(text: "unknown option \(name)")
      }
    }
    guard isHelp || !directory.isEmpty else { throw Failure(text: "--directory is required") }
  }
}
