import Glibc

// No top-level await: an asynchronous main costs a static binary 25 ms at its end.
let variables = setUpProcess()
endOnSignals()
let code = run(Array(CommandLine.arguments.dropFirst()), in: .live(variables: variables))
exit(code.rawValue)
