/// The stand-in's command-line options.
struct Options {
  var port = 0
  var directory: String?
  var tokenLifetime = 600.0
  var subjectLifetime = 3600
  var renewal: Double?
  var hasTLS = false
  var hasPlainDex = false
  var accounts: [String] = []
  var deviceInterval: Int?
  var isHelp = false

  static let help = """
    usage: dex-standin [options]

    Runs stand-ins on loopback: cluster A's issuer, Dex, and cluster B's API server. Prints one line
    starting with "ready" and ends on SIGTERM or SIGINT.

      --port N               Dex's port (default: a free one)
      --directory DIR        write serviceaccount/token (in kubelet's layout), own-token
                             (the same for cluster A's own API server), ca.crt (with --tls),
                             admin.kubeconfig (for cluster B), env (addresses as shell variables)
      --account NAMESPACE/NAME
                             also write a token of this service account: NAMESPACE.NAME.token
      --token-lifetime S     lifetime of Dex's tokens in seconds (default: 600)
      --subject-lifetime S   lifetime of the service account token in seconds (default: 3600)
      --renew S              write a new service account token every S seconds
      --device-interval S    polling interval of the device flow (default: 5)
      --tls                  TLS for Dex and the API servers (needs nginx and openssl)
      --plain-dex            with --tls: for cluster B's API server only

    """

  struct Failure: Error { var text: String }

  init(_ arguments: [String]) throws(Failure) {
    var rest = arguments[...]
    func value(_ name: String, _ rest: inout ArraySlice<String>) throws(Failure) -> String {
      guard let value = rest.popFirst() else { throw Failure(text: "\(name) requires a value") }
      return value
    }
    func number<Number: LosslessStringConvertible>(
      _ name: String, _ rest: inout ArraySlice<String>
    ) throws(Failure) -> Number {
      let text = try value(name, &rest)
      guard let number = Number(text) else {
        throw Failure(text: "\(name): invalid number \(text)")
      }
      return number
    }
    while let name = rest.popFirst() {
      switch name {
      case "--port": port = try number(name, &rest)
      case "--directory": directory = try value(name, &rest)
      case "--token-lifetime": tokenLifetime = try number(name, &rest)
      case "--subject-lifetime": subjectLifetime = try number(name, &rest)
      case "--renew": renewal = try number(name, &rest) as Double
      case "--device-interval": deviceInterval = try number(name, &rest) as Int
      case "--tls": hasTLS = true
      case "--plain-dex": hasPlainDex = true
      case "--account": accounts.append(try value(name, &rest))
      case "--help", "-h": isHelp = true
      default: throw Failure(text: "unknown option \(name)")
      }
    }
  }
}
