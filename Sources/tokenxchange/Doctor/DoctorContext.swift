import FoundationEssentials
import Platform
import TokenExchange

/// What the doctor has found out so far: each step reads it and adds to it.
struct DoctorContext: Sendable {
  let arguments: ParsedArguments
  let world: World
  let log: VerboseLog

  /// The settings, once they have been found usable.
  var settings: ExchangeConfiguration?
  /// Whom to trust, once the files have been read.
  var trust: HTTPOptions.Trust?
  /// What happened before there was a connection.
  let network = NetworkRecord()
  /// What came of asking for Dex's discovery document, if anybody was asked.
  var probe: Probe?
  /// The subject token's claims, also of a token that is of no use.
  var subject: UnverifiedJWT?
  /// What to ask of Dex, once the subject token has been found usable.
  var attempt: ExchangeAttempt?
  /// Dex's token.
  var token: IssuedToken?
  /// What `get-token` would have warned of.
  var warnings: [String] = []

  init(_ arguments: ParsedArguments, world: World, log: VerboseLog) {
    self.arguments = arguments
    self.world = world
    self.log = log
  }

  /// Removes the secrets that were sent from what the servers made of them.
  func redact(_ step: inout DoctorStep) {
    let secrets = (attempt?.secrets ?? []) + (token.map { [$0.secret] } ?? [])
    guard !secrets.isEmpty else { return }
    let redaction = Redaction(secrets)
    step.summary = redaction(step.summary)
    step.facts = step.facts.map { Fact($0.name, redaction($0.value)) }
    for index in step.findings.indices {
      step.findings[index].problem = step.findings[index].problem.redacted(by: redaction)
    }
  }

  /// Seconds by which this machine's clock is ahead of Dex's; nil if unknown.
  var clockLead: Double? { probe?.clockLead }

  /// Seconds of difference that nobody need care about; Dex allows as much.
  static let allowedLead = 60.0

  /// "by an hour" and which way, if the clocks differ by more than is harmless.
  var clockTrouble: String? {
    guard let lead = clockLead, abs(lead) > Self.allowedLead else { return nil }
    return "this machine's clock is \(Lifetime.words(lead)) \(lead > 0 ? "ahead of" : "behind") "
      + "Dex's"
  }
}

/// A request for Dex's discovery document and what came back.
struct Probe: Sendable {
  var url: EndpointURL
  var answer: Result<HTTPResponse, TransportError>
  /// Milliseconds from the request to the answer.
  var milliseconds: Int
  /// Seconds by which our clock is ahead of the server's `Date`.
  var clockLead: Double?

  /// Asks.
  ///
  /// - Parameters:
  ///   - url: The document's address.
  ///   - trust: Whose certificates to accept.
  ///   - timeout: Seconds to wait.
  ///   - world: Everything outside.
  init(_ url: EndpointURL, trust: HTTPOptions.Trust, timeout: Double, in world: World) {
    self.url = url
    let request = HTTPRequest(
      method: "GET", url: url.text,
      headers: [.init("Accept", "application/json"), .init("User-Agent", Version.userAgent)])
    let begin = world.uptime()
    do throws(TransportError) {
      let answer = try request.send(
        by: world.network.send, HTTPOptions(trust: trust, timeout: timeout))
      // The header was written somewhere between the request and now.
      clockLead = answer.headers["date"].flatMap(HTTPDate.parse).map {
        world.now().timeIntervalSince($0) - (world.uptime() - begin) / 2
      }
      self.answer = .success(answer)
    } catch {
      answer = .failure(error)
    }
    milliseconds = Int((world.uptime() - begin) * 1000)
  }
}
