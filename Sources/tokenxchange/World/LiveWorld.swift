import FoundationEssentials
import Glibc
import Platform
import TokenExchange

extension World {
  /// The real world, with the environment as the process was started with it.
  static func live(variables: [String: String]) -> World {
    let errors = LossyLog(patience: 2)
    let transport = URLSessionTransport(variables: variables)
    return World(
      variables: variables,
      now: { Date() },
      uptime: {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
      },
      sleep: { seconds in
        let whole = Int(seconds)
        var span = timespec(tv_sec: whole, tv_nsec: Int((seconds - Double(whole)) * 1e9))
        var left = timespec()
        while nanosleep(&span, &left) != 0, errno == EINTR { span = left }
      },
      random: { Double.random(in: 0...1) },
      send: { request, options throws(TransportError) in
        try transport.send(request, options)
      },
      observeNetwork: { transport.events.observe($0) },
      files: .live,
      writeOutput: { text throws(Problem) in
        if let reason = StandardStreams.write(text, to: STDOUT_FILENO) {
          throw .outputClosed(reason)
        }
      },
      writeError: { line in errors.write(line) },
      userID: geteuid(),
      bootClock: .live, person: .live, machine: .live, sidecar: .live,
      timeLimit: .live)
  }
}
