// Code that runs before the Swift runtime starts.
#define _GNU_SOURCE
#include "CPlatform.h"
#include "Signals.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

// The runtime reads the program's path and arguments from /proc. Without /proc, or without a free
// file descriptor, it aborts or continues without arguments.
static void check_proc(void) {
  int file = open("/proc/self/cmdline", O_RDONLY | O_CLOEXEC);
  if (file >= 0) {
    close(file);
    return;
  }
  int is_limit = errno == EMFILE || errno == ENFILE;
  char text[512];
  int length = snprintf(
      text, sizeof text, "tokenxchange: /proc/self/cmdline cannot be read: %s\nhint: %s\n",
      strerror(errno),
      is_limit ? "raise the limit of open files (ulimit -n, LimitNOFILE): 64 are enough"
               : "mount proc on /proc (mount -t proc proc /proc), as every container runtime does");
  if (write(STDERR_FILENO, text, (size_t)length) < 0) _exit(1);
  _exit(1);
}

__attribute__((constructor(101))) static void start(int count, char **arguments, char **variables) {
  (void)count;
  signals_begin(arguments, variables);
  check_proc();
}
