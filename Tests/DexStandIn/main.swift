import Foundation
import Glibc
import StandIns

// Blocked before any thread starts, so that all threads inherit the mask and only sigwait receives
// the signals.
var signals = sigset_t()
sigemptyset(&signals)
sigaddset(&signals, SIGTERM)
sigaddset(&signals, SIGINT)
pthread_sigmask(SIG_BLOCK, &signals, nil)

func fail(_ text: String, code: Int32) -> Never {
  FileHandle.standardError.write(Data("dex-standin: \(text)\n".utf8))
  exit(code)
}

do {
  let options = try Options(Array(CommandLine.arguments.dropFirst()))
  if options.isHelp {
    print(Options.help, terminator: "")
    exit(0)
  }
  let session = try Session(options)
  print("ready issuer=\(session.site.dex.issuer) directory=\(options.directory)")
  fflush(nil)
  var received: Int32 = 0
  sigwait(&signals, &received)
  session.site.stop()
} catch let failure as Options.Failure {
  fail(failure.text, code: 2)
} catch {
  fail("\(error)", code: 1)
}
