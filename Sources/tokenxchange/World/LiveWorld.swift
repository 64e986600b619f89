import FoundationEssentials
import Glibc
import TokenExchange

extension World {
  /// The real world, with the environment as the process was started with it.
  static func live(variables: [String: String]) -> World {
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
      readFile: { path, limit throws(FileFault) in try FileReader.read(path, limit: limit) },
      replaceFile: { path, content, mode throws(WriteFault) in
        try AtomicFile.replace(path, with: content, mode: mode)
      },
      copyProgram: { path, mode throws(WriteFault) in
        try AtomicFile.replace(path, withCopyOf: "/proc/self/exe", mode: mode)
      },
      writeOutput: { text throws(Problem) in
        if let reason = StandardStreams.write(text, to: STDOUT_FILENO) {
          throw .outputClosed(reason)
        }
      },
      writeError: { line in _ = StandardStreams.write(line + "\n", to: STDERR_FILENO) },
      userID: geteuid(),
      makeFolder: { path, mode throws(WriteFault) in
        try AtomicFile.makeFolder(path, mode: mode)
      },
      cache: .live, person: .live, machine: .live, sidecar: .live,
      timeLimit: .live)
  }
}
