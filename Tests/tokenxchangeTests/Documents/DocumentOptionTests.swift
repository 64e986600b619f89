import TestSupport
import Testing

@testable import tokenxchange

/// The options in text and tables.
struct DocumentOptionTests {
  /// Options of other programs.
  private static let foreign: Set<String> = [
    "--anonymous-auth", "--audience", "--authentication-config",
    "--clusterprofile-provider-file",
    "--context", "--enable-preview", "--filter", "--insecure-kubeconfig-exec", "--oidc-",
    "--raw",
    "--service-account-issuer", "--some-flag", "--target", "--token", "--user",
  ]

  @Test("every option in the documents exists", arguments: Document.all)
  func exists(_ document: Document) {
    let commands = Command.all + Command.all.flatMap(\.subcommands)
    let names = Set(commands.flatMap(\.options).flatMap(\.names))
    for span in document.codeSpans {
      for match in span.matches(of: /(?:^|[ \[])(--[a-z][a-z-]*)/) {
        let name = String(match.1)
        #expect(names.contains(name) || Self.foreign.contains(name), "`\(span)`")
      }
    }
  }
}
