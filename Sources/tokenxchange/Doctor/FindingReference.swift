import Encoding
import OpenIDConnect

/// Documentation/doctor.md.
extension FindingIdentifier {
  /// What the finding means, as a clause.
  var meaning: String {
    switch self {
    case .clientNoPlugin: "the context or Secret authenticates without a plugin"
    case .clientAPIVersion: "client-go rejects the plugin's `apiVersion`, or there is none"
    case .clientInteractiveMode: "kubectl rejects the plugin's `interactiveMode`, or v1 has none"
    case .clientAuthorityAndInsecure: "the Secret has a CA and `insecure: true`"
    case .clientInCluster: "Argo CD ignores the plugin for its own cluster"
    case .clientNoLabel: "the Secret lacks the label that Argo CD uses to find clusters"
    case .commandNotFound: "the plugin's command does not exist on this machine"
    case .commandNotExecutable: "the plugin's command is not executable"
    case .commandOtherTool: "the command is another tool; its options were translated"
    case .commandUnknown: "the command's options cannot be translated"
    case .usage: "an option is missing or invalid"
    case .configuration: "a file or a value of the configuration is invalid"
    case .unknownScopes: "Dex ignores a scope that it does not support"
    case .unknownVariables: "a `TOKENXCHANGE_` variable sets no option"
    case .apiVersionMismatch: "`--api-version` differs from the version that the client requests"
    case .tokenOverHTTP: "`--insecure-allow-http` sends the token unencrypted"
    case .certificatesNotVerified: "`--insecure-skip-tls-verify` accepts any certificate"
    case .secretInArguments: "the client secret is on the command line"
    case .subjectTokenUnreadable: "the token file cannot be read"
    case .subjectTokenEmpty: "the token file is empty"
    case .subjectTokenCharacters: "the token file contains characters that are invalid in a token"
    case .subjectTokenWrapped:
      "the token in the file is wrapped in quotes, a header, JSON or base64"
    case .subjectTokenNotJWT: "the subject token is not a JWT"
    case .subjectTokenExpired: "the token in the file has expired"
    case .subjectTokenNotYetValid: "the token in the file is not valid yet"
    case .subjectTokenAudience: "the token in the file lacks the audience of `--subject-audience`"
    case .subjectTokenIssuedByDex: "the subject token is one of Dex's own"
    case .subjectTokenAPIServerAudience: "the subject token is also valid at its own API server"
    case .subjectTokenSentAsAccessToken: "`--subject-token-type` makes Dex query userinfo"
    case .tokenFileWorldWritable: "every user can write the token file"
    case .tokenFileSubPathMount: "the token file is mounted by subPath and never renewed"
    case .tokenFileNotRenewed: "kubelet should have renewed the token file"
    case .wrongClock: "this machine's clock is wrong: the token is valid by Dex's clock"
    case .connection: "Dex cannot be reached"
    case .unknownAuthority: "Dex's certificate has an unknown CA"
    case .noSubjectAlternativeName: "a certificate has no host name as subject alternative name"
    case .httpToHTTPSPort: "the URL has the scheme http, but the port expects https"
    case .clockDifference: "this machine's clock and the issuer's differ by more than a minute"
    case .noDiscoveryDocument: "Dex has no discovery document at that issuer"
    case .issuerMismatch: "Dex's issuer differs from `--issuer`"
    case .issuerTrailingSlash: "Dex's issuer differs from `--issuer` by a trailing slash"
    case .tokenEndpointMismatch: "Dex's token endpoint differs from `--token-url`"
    case .exchangeNotOffered: "Dex does not offer the token exchange"
    case .issuerUnreachable: "the issuer of the token in the file cannot be reached from here"
    case .issuerNoDocument: "the issuer of the token in the file has no discovery document"
    case .issuerNotThatOfToken: "the issuer of the discovery document differs from the token's"
    case .issuerNoKeys: "the issuer's key set cannot be fetched"
    case .issuerUnknownKey: "the issuer does not publish the key of the token in the file"
    case .oauthError: "Dex rejected the exchange or the refresh with an OAuth error"
    case .invalidResponse: "a response is not one of a token endpoint"
    case .notSignedIn: "no user is signed in with these options"
    case .refreshTokenRejected:
      "Dex rejects the refresh token; a failure if the ID token has expired"
    case .noRefreshToken: "no refresh token is stored; a failure if the ID token has expired"
    case .flowNotAllowed: "Dex's client does not allow the sign-in flow of `--flow`"
    case .deviceFlowNotAllowed: "Dex's client allows a sign-in only on machines with a browser"
    case .otherError: "an error without an identifier of its own"
    case .tokenOpaque: "the token from Dex is not a JWT"
    case .tokenIssuerTrailingSlash: "the token's issuer differs from `--issuer` by a trailing slash"
    case .tokenNotYetValid: "the token from Dex is not valid yet"
    case .tokenExpiryUnknown: "the token from Dex has no readable expiry"
    case .tokenLongLifetime: "the token from Dex is valid for longer than the subject token"
    case .tokenUnknownKey: "Dex does not publish the key of its token"
    case .cachedTokenUnknownKey: "Dex no longer publishes the key of the token in the cache"
    case .tokenLarge: "the Authorization header is larger than 8 KiB"
    case .noExpiryMargin: "`--expiry-margin` is 0"
    case .claimLikeServiceAccount: "a claim that users can choose names another service account"
    case .apiServerConnection: "the API server cannot be reached"
    case .apiServerUnknownAuthority: "the API server's certificate has an unknown CA"
    case .apiServerUnauthorized: "the API server rejects the token (401)"
    case .apiServerForbidden: "the API server refuses a SelfSubjectReview (403)"
    case .notAPIServer: "the server is not an API server, or is older than Kubernetes 1.28"
    case .apiServerNotVerified: "the API server's certificate is not verified"
    case .apiServerComposesUsername: "the user name is not a claim of the token"
    case .apiServerMapsSub: "the user name is the opaque `sub`"
    case .apiServerMapsUnsafeClaim: "the user name is a claim that is not unique"
    case .accessInvalidQuestion: "a value of `--can` is not VERB:RESOURCE"
    case .accessDenied: "the user may not do what `--can` names"
    case .accessNone: "the user has no rights; a failure if the namespace was set"
    case .accessArgoCD: "the user may not list all objects, as Argo CD does"
    case .accessUnknown: "the user may not list its own rights"
    case .noTLSOptions: "this build cannot set TLS and proxy options"
    }
  }

  /// The document about the report, in Markdown.
  static var reference: String {
    let rows = allCases.map { "| `\($0.rawValue)` | \($0.meaning) |" }
    let steps = DoctorStep.Name.allCases.map { "`\($0.rawValue)`" }
    return """
      # The report of `tokenxchange doctor`

      `doctor --output=json` prints an object with these members:

      | member | value |
      | --- | --- |
      | `version`, `time` | the program's version, and when it ran (RFC 3339) |
      | `source` | where the plugin's options come from: `options`, `command`, `kubeconfig`, `argocd-secret` |
      | `method` | how the plugin authenticates: `get-token`, `token-file`, `login`; null if it is unknown |
      | `exitCode` | the exit code of the first failure; 0 with warnings only |
      | `verdict` | the first and last line of the text |
      | `steps` | the steps in the order of the text |

      A step has `number`, `name`, `status` (`ok`, `skipped`, `warning`, `failed`), `line`, `facts` (an object of \
      strings, for people) and `findings`, failures first. A finding has `id`, `status` (`warning` or `failed`), \
      `message` and `hint`. Names of steps: \(steps.joined(separator: ", ")).

      An `id` never changes its meaning; new ones may be added. Messages and hints may change.

      | id | meaning |
      | --- | --- |
      \(rows.joined(separator: "\n"))

      """
  }
}
