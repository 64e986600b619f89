import OpenIDConnect

extension RedirectCheck {
  /// The error of a sign-in with this redirect; nil if Dex accepts it, or may accept it.
  func error(_ request: LoginRequest, notAllowed: LoginError) -> CommandError? {
    switch self {
    case .accepted, .unknown: nil
    case .unregistered: .login(notAllowed)
    case .unknownClient: .login(.unknownClient(request))
    case .refused(let error): .grant(.oauth(error, request.authorizationURL), request)
    }
  }
}

extension AllowedFlows {
  /// The error of a sign-in with the browser flow.
  func browserError(_ request: LoginRequest) -> CommandError? {
    browser.error(
      request, notAllowed: .redirectNotAllowed(request, redirectURI: browserRedirectURI))
  }

  /// The error of a sign-in with the device flow.
  func deviceError(_ request: LoginRequest) -> CommandError? {
    device.error(
      request, notAllowed: .devicePageNotAllowed(request, redirectURI: deviceRedirectURI ?? ""))
  }

  /// The error of a sign-in with a flow that `login --flow` selects.
  func error(of flow: LoginFlow, _ request: LoginRequest) -> CommandError? {
    let browserError = browserError(request)
    let deviceError = deviceError(request)
    switch flow {
    case .browser: return browserError
    case .device: return deviceError
    case .auto:
      guard let browserError, let deviceError else { return nil }
      guard case .login(.redirectNotAllowed) = browserError else { return browserError }
      return deviceError.afterRefusedRedirect
    }
  }
}

extension CommandError {
  /// The error of the device flow, after Dex rejected the redirect to this machine.
  var afterRefusedRedirect: CommandError {
    guard case .login(.devicePageNotAllowed(let request, let uri)) = self else { return self }
    return .login(.noFlowAllowed(request, redirectURI: uri))
  }
}
