import OpenIDConnect
import Platform
import TokenExchange

/// The browser flow: a browser on this machine returns to a port of 127.0.0.1 (RFC 8252).
extension SignIn {
  func browserTokens(
    until deadline: Double, _ willPrompt: (SignInPage) -> Void
  ) throws(CommandError) -> TokenSet {
    let start = world.uptime()
    let listener = try listen()
    defer {
      listener.close()
      let served = listener.served()
      log(
        "closed port \(listener.port) after \(Int((world.uptime() - start) * 1000)) ms: "
          + "\(served.requests) \(served.requests == 1 ? "request" : "requests"), \(served.bytes) bytes sent"
      )
    }
    let authorization = AuthorizationCodeRequest(
      request, redirectURI: try redirectURI(port: listener.port, until: deadline),
      connectorID: connectorID, randomBytes: world.randomBytes)
    let page = SignInPage(url: authorization.authorizationURL, end: end(deadline))
    willPrompt(page)
    world.show(.openPage(page, issuer: request.issuer, now: world.clock.boot()))
    openBrowser(page.url)
    let callback = try wait(for: authorization, at: listener, until: deadline)
    // One callback is enough; the browser waits for its page on its own connection.
    listener.close()
    do throws(CommandError) {
      let tokens = try granted { () throws(GrantError) in
        switch callback.result {
        case .success(let code):
          try client.redeem(code, of: authorization, until: world.uptime() + Self.redeemTimeout)
        case .failure(let error): throw .oauth(error, request.authorizationURL)
        }
      }
      callback.respond(200, "Signed in, you can close this window.")
      return tokens
    } catch {
      callback.respond(400, "The sign-in failed: the terminal shows why.")
      throw error
    }
  }

  /// Seconds for the last request, even if the deadline is near.
  private static let redeemTimeout = 10.0

  private func listen() throws(CommandError) -> CallbackListener {
    do throws(SystemError) {
      let listener = try world.network.listen(listenPort ?? 0)
      log("listening on 127.0.0.1:\(listener.port)")
      return listener
    } catch {
      throw .login(.cannotListen(port: listenPort, errno: error.errno))
    }
  }

  /// The redirect URI that the client allows.
  private func redirectURI(
    port: Int, until deadline: Double
  ) throws(CommandError) -> String {
    let uris = LoginClient.redirectURIs(port: port, isFixed: listenPort != nil)
    let (uri, result) = try granted { () throws(GrantError) in
      try client.check(redirectURIs: uris, until: deadline)
    }
    if let error = result.error(
      request, notAllowed: .redirectNotAllowed(request, redirectURI: uri))
    {
      throw error
    }
    return uri
  }

  /// The callback of a sign-in, and how to respond to the browser.
  private struct Callback {
    var result: Result<Secret, OAuthError>
    var respond: (Int, String) -> Void
  }

  /// Waits for the callback; other requests get an error.
  private func wait(
    for authorization: AuthorizationCodeRequest, at listener: CallbackListener,
    until deadline: Double
  ) throws(CommandError) -> Callback {
    let start = world.uptime()
    let wait = SignInWait(world)
    while world.uptime() < deadline {
      guard !wait.isAbandoned() else { throw .grant(.abandoned, request) }
      let pause = min(deadline - world.uptime(), SignInWait.step)
      guard let received = listener.next(pause) else { continue }
      switch authorization.callback(
        method: received.method, host: received.host, target: received.target)
      {
      case .code(let code):
        return Callback(result: .success(code), respond: received.respond)
      case .refused(let error):
        return Callback(result: .failure(error), respond: received.respond)
      case .unrelated(let reason):
        log("ignored a request to port \(listener.port): wrong \(reason)")
        switch reason {
        case .method: received.respond(405, "Only GET is allowed.")
        case .host, .path: received.respond(404, "Not found.")
        case .state, .parameters:
          received.respond(400, "This is not the sign-in that the terminal is waiting for.")
        }
      }
    }
    throw .grant(.notCompleted(seconds: world.uptime() - start), request)
  }
}

extension World {
  /// Unpredictable bytes from the kernel's generator.
  fileprivate func randomBytes(_ count: Int) -> [UInt8] {
    (0..<count).map { _ in UInt8(min(random() * 256, 255)) }
  }
}
