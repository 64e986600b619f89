import FoundationEssentials
import Platform
import TokenExchange

/// The files of the client certificate for Dex.
struct ClientCertificateFiles: Equatable, Sendable {
  var certificate: String
  var key: String
  /// The options or variables that named them.
  var certificateSource: String
  var keySource: String

  /// Reads the options; nil if neither is set.
  init?(_ arguments: ParsedArguments) throws(CommandError) {
    guard arguments.isSet(.clientCertificate) || arguments.isSet(.clientKey) else { return nil }
    guard let certificate = arguments[.clientCertificate] else {
      throw arguments.missing(.clientCertificate)
    }
    guard let key = arguments[.clientKey] else { throw arguments.missing(.clientKey) }
    self.certificate = certificate
    self.key = key
    certificateSource = arguments.source(of: .clientCertificate)
    keySource = arguments.source(of: .clientKey)
  }

  /// Reads both files and checks that they belong together.
  func read(
    in world: World
  ) throws(CommandError) -> (
    pair: HTTPOptions.ClientCertificate, validity: (start: Date, end: Date)
  ) {
    let pem = try world.readConfiguration(certificate, source: certificateSource)
    // The key itself may have been passed instead of its path.
    let key = try world.readConfiguration(
      key, source: keySource, mayBeSecret: key.contains("PRIVATE KEY"))
    let pair = HTTPOptions.ClientCertificate(
      certificates: try PEMCertificates.check(pem, source: "\(certificateSource) \(certificate)"),
      key: Secret(String(decoding: key, as: UTF8.self)))
    do throws(ClientCertificateError) { return (pair, try pair.check()) } catch {
      throw .configuration(.clientCertificate(error, self))
    }
  }

  /// The network that presents the certificate in each request.
  func network(in world: World) throws(CommandError) -> Network {
    let pair = try read(in: world).pair
    var network = world.network
    network.send = { [send = network.send] request, options throws(TransportError) in
      var options = options
      options.clientCertificate = pair
      return try send(request, options)
    }
    return network
  }
}

extension ExchangeConfiguration {
  /// The network for requests to Dex, with the client certificate if there is one.
  ///
  /// The files are read for each exchange, because certificates are short-lived and renewed.
  func network(in world: World) throws(CommandError) -> Network {
    guard let clientCertificate else { return world.network }
    return try clientCertificate.network(in: world)
  }
}
