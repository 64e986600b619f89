import FoundationEssentials
import Glibc
import TokenExchange

extension World {
  /// The real world.
  ///
  /// - Parameter variables: The environment as the process was started with it.
  static func live(variables: [String: String]) -> World {
    World(
      variables: variables,
      now: { Date() },
      uptime: {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
      },
      sleep: { seconds in
        var left = timespec(
          tv_sec: Int(seconds), tv_nsec: Int(seconds.truncatingRemainder(dividingBy: 1) * 1e9))
        while nanosleep(&left, &left) != 0, errno == EINTR {}
      },
      random: { Double.random(in: 0...1) },
      send: URLSessionTransport.make(variables: variables),
      readFile: { path, limit throws(FileFault) in try FileReader.read(path, limit: limit) },
      writeOutput: { text throws(Problem) in
        if let reason = StandardStreams.write(text, to: STDOUT_FILENO) {
          throw .outputClosed(reason)
        }
      },
      writeError: { line in _ = StandardStreams.write(line + "\n", to: STDERR_FILENO) },
      userID: geteuid())
  }
}
