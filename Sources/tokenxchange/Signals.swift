import Glibc

/// Ends the process at once at SIGTERM and SIGINT, with the shell's codes for them.
///
/// As PID 1 of a container a process that has no handler ignores these signals.
func endOnSignals() {
  for number in [SIGTERM, SIGINT] {
    signal(number) { _exit(128 + $0) }
  }
}
