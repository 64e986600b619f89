public import FoundationEssentials

/// Speaks with Dex for a person: device codes, polls, refreshes; one request at a time.
public struct DeviceFlowClient: Sendable {
  /// What is asked.
  public var request: LoginRequest
  /// Whose certificates Dex may show.
  public var trust: HTTPOptions.Trust
  /// Sends one request.
  public var send: HTTPTransport
  /// The wall clock.
  public var now: @Sendable () -> Date
  /// A clock that only goes forward, in seconds.
  public var uptime: @Sendable () -> Double
  /// Waits, in seconds.
  public var sleep: @Sendable (Double) -> Void
  /// Hears what is done, for `--verbose`; never gets a secret.
  public var log: @Sendable (String) -> Void
  /// The value of `User-Agent`.
  public var userAgent: String

  /// The most seconds that one request may take.
  static let patience = 10.0

  /// Makes a client.
  public init(
    request: LoginRequest, trust: HTTPOptions.Trust, send: @escaping HTTPTransport,
    now: @escaping @Sendable () -> Date, uptime: @escaping @Sendable () -> Double,
    sleep: @escaping @Sendable (Double) -> Void, log: @escaping @Sendable (String) -> Void,
    userAgent: String
  ) {
    self.request = request
    self.trust = trust
    self.send = send
    self.now = now
    self.uptime = uptime
    self.sleep = sleep
    self.log = log
    self.userAgent = userAgent
  }

  /// Asks for a device code, and makes sure that it is of use.
  ///
  /// Dex hands out device codes also where the device flow is off; only a poll tells. So one comes
  /// before the person is bothered.
  ///
  /// - Parameter deadline: The value of `uptime` at which to give up.
  /// - Returns: What to show to the person.
  /// - Throws: A refusal, or a problem of the network or the answer.
  public func begin(until deadline: Double) throws(Problem) -> DeviceAuthorization {
    let answer = try exchange(request.device(userAgent: userAgent), request.deviceURL, deadline)
    var device: DeviceAuthorization
    do throws(Problem) { device = try DeviceAuthorization(answer: answer, to: request) } catch {
      throw error.ofLogin(request).redacted(for: answer.request)
    }
    switch try poll(device, until: deadline) {
    case .waiting, .tokens: break
    case .slowDown: device.slowDown()
    case .expired: throw .codeExpired(request, seconds: device.life)
    }
    return device
  }

  /// How far the person got.
  enum Progress {
    case waiting, slowDown, expired
    case tokens(TokenSet)
  }

  /// Asks once.
  func poll(_ device: DeviceAuthorization, until deadline: Double) throws(Problem) -> Progress {
    let sent = now()
    let answer = try exchange(
      request.poll(device.deviceCode, userAgent: userAgent), request.tokenURL, deadline)
    switch JSON(parsing: answer.body)?["error"]?.string {
    case "authorization_pending": return .waiting
    case "slow_down": return .slowDown
    case "expired_token": return .expired
    default:
      do throws(Problem) {
        return .tokens(try TokenSet(answer: answer, to: request, now: sent))
      } catch {
        throw error.ofLogin(request).redacted(for: answer.request)
      }
    }
  }

  /// Trades a refresh token for new tokens.
  ///
  /// This is never repeated: Dex may have taken the token and given another although its answer
  /// did not arrive.
  ///
  /// - Parameters:
  ///   - refreshToken: The token.
  ///   - person: The `sub` of whoever signed in, which must be the new token's too (OpenID Connect
  ///     Core, section 12.2); nil if it is not known.
  ///   - deadline: The value of `uptime` at which to give up.
  /// - Returns: New tokens; nil if the refresh token is not good any more.
  /// - Throws: What leaves open whether it is good: the network, a wrong client, an odd answer.
  public func refresh(
    _ refreshToken: Secret, of person: String?, until deadline: Double
  ) throws(Problem) -> TokenSet? {
    let sent = now()
    let answer = try exchange(
      request.refresh(refreshToken, userAgent: userAgent), request.tokenURL, deadline)
    if let refusal = OAuthError(JSON(parsing: answer.body), in: answer),
      refusal.isFinal
    {
      log("the refresh token was refused: \(refusal.words)")
      return nil
    }
    do throws(Problem) {
      var tokens = try TokenSet(answer: answer, to: request, now: sent)
      guard person == nil || tokens.idToken.jwt?.subject.hasSameBytes(as: person) == true else {
        throw Problem.otherPerson(request.tokenURL)
      }
      // Without rotation the old one stays good.
      tokens.refreshToken = tokens.refreshToken ?? refreshToken
      return tokens
    } catch {
      throw error.ofLogin(request).redacted(for: answer.request)
    }
  }

  private func exchange(
    _ request: HTTPRequest, _ url: EndpointURL, _ deadline: Double
  ) throws(Problem) -> HTTPResponse {
    let start = uptime()
    let timeout = min(deadline - start, Self.patience)
    do throws(TransportError) {
      guard timeout > 0 else { throw TransportError(.timedOut) }
      let answer = try request.send(by: send, HTTPOptions(trust: trust, timeout: timeout))
      log(answer.summary(from: url, seconds: uptime() - start))
      return answer
    } catch {
      throw Problem.transport(error, to: url, seconds: max(timeout, 0))
        .ofLogin(self.request)
    }
  }
}

extension OAuthError {
  /// Whether a refresh token that was refused so is of no use any more; else the client, or the
  /// moment, is at fault, and the token may yet be good.
  fileprivate var isFinal: Bool {
    status < 500 && status != 429
      && !["invalid_client", "server_error", "temporarily_unavailable"].contains(code)
  }
}
