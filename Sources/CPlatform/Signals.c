// Signals and the time limit, implemented with signal handlers: a thread could not be created at a
// pids limit, and could block on the call that hangs. The handlers call only async-signal-safe
// functions.
#define _GNU_SOURCE
#include "CPlatform.h"
#include "Signals.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

// How long a running write may delay the exit on a signal.
enum { WRITE_GRACE_MS = 500 };

// CLOSE_RANGE_CLOEXEC of linux/close_range.h, which older headers lack.
#define CLOSE_ON_EXEC 4u

static char **start_arguments, **start_variables;

static atomic_int is_writing, ending;
static int end_code = -1, announces_exit;

static atomic_int limit_restarts;
static char limit_text[1024];
static volatile size_t limit_length;

static void write_error(const char *text, size_t length) {
  // Do not block on a full pipe that is not read.
  struct pollfd stream = {.fd = STDERR_FILENO, .events = POLLOUT};
  if (poll(&stream, 1, 0) > 0 && write(STDERR_FILENO, text, length) < 0) return;
}

static void exit_on_signal(int number) {
  if (announces_exit) {
    const char *text = number == SIGHUP    ? "tokenxchange: stopping: SIGHUP\n"
                       : number == SIGINT  ? "tokenxchange: stopping: SIGINT\n"
                       : number == SIGQUIT ? "tokenxchange: stopping: SIGQUIT\n"
                                           : "tokenxchange: stopping: SIGTERM\n";
    write_error(text, strlen(text));
  }
  _exit(end_code >= 0 ? end_code : 128 + number);
}

static void set_timer(long milliseconds) {
  struct itimerval timer = {
      .it_value = {milliseconds / 1000, milliseconds % 1000 * 1000}};
  setitimer(ITIMER_REAL, &timer, NULL);
}

static void end(int number) {
  ending = number;
  if (!is_writing) exit_on_signal(number);
  // tx_end_writing exits; if the disk hangs, the timer does.
  set_timer(WRITE_GRACE_MS);
}

// Replaces the process with a new run of the same program, with its original arguments.
static void restart(void) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGUSR1);
  sigprocmask(SIG_SETMASK, &set, NULL);
  // The other threads run until execve ends them, and libdispatch crashes if its descriptors are
  // closed: the kernel closes them in execve. Linux before 5.11 lacks the flag.
  if (syscall(SYS_close_range, 3u, ~0u, CLOSE_ON_EXEC))
    for (int file = 3; file < 1024; file++) fcntl(file, F_SETFD, FD_CLOEXEC);
  execve("/proc/self/exe", start_arguments, start_variables);
}

static void handle_time_limit(int number) {
  (void)number;
  if (ending) exit_on_signal(ending);
  write_error(limit_text, limit_length);
  if (limit_restarts) restart();
  _exit(4);
}

static void handle(int number, void (*handler)(int)) {
  struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART};
  sigfillset(&action.sa_mask);
  sigaction(number, &action, NULL);
}

void signals_begin(char **arguments, char **variables) {
  start_arguments = arguments;
  // Later changes to the environment move the pointers but keep the strings.
  size_t count = 0;
  while (variables[count]) count++;
  start_variables = calloc(count + 1, sizeof *variables);
  if (start_variables) memcpy(start_variables, variables, count * sizeof *variables);
  sigset_t set;
  sigemptyset(&set);
  for (int i = 0; i < 5; i++) sigaddset(&set, (int[]){SIGALRM, SIGHUP, SIGINT, SIGQUIT, SIGTERM}[i]);
  sigprocmask(SIG_UNBLOCK, &set, NULL);
  // SIGUSR1 stays pending until the sidecar waits for it; the other commands ignore it.
  sigemptyset(&set);
  sigaddset(&set, SIGUSR1);
  sigprocmask(SIG_BLOCK, &set, NULL);
  // The write must fail, so that the error is reported; the signal would end the process silently.
  signal(SIGXFSZ, SIG_IGN);
  signal(SIGPIPE, SIG_IGN);
}

void tx_end_on_signals(int exit_code, int announces) {
  end_code = exit_code;
  announces_exit = announces;
  // As PID 1 of a container, a process ignores every signal without a handler.
  for (int i = 0; i < 3; i++) handle((int[]){SIGTERM, SIGINT, SIGQUIT}[i], end);
  // nohup ignores SIGHUP; keep that.
  struct sigaction old;
  if (sigaction(SIGHUP, NULL, &old) || old.sa_handler != SIG_IGN) handle(SIGHUP, end);
}

void tx_reap_orphans(void) { signal(SIGCHLD, SIG_IGN); }

void tx_begin_writing(void) { is_writing = 1; }

void tx_end_writing(void) {
  is_writing = 0;
  if (ending) exit_on_signal(ending);
}

int tx_wait_for_sigusr1(double seconds) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGUSR1);
  if (seconds < 0) seconds = 0;
  struct timespec time = {(time_t)seconds, (long)((seconds - (double)(time_t)seconds) * 1e9)};
  // Any other signal ends the wait early, which is harmless.
  return sigtimedwait(&set, NULL, &time) == SIGUSR1;
}

void tx_limit_time(double seconds, const char *text, int restarts) {
  set_timer(0);
  limit_length = strnlen(text, sizeof limit_text);
  memcpy(limit_text, text, limit_length);
  limit_restarts = restarts;
  handle(SIGALRM, handle_time_limit);
  // A year is longer than any limit that the program sets.
  double maximum = 86400 * 365.0;
  set_timer((long)((seconds < maximum ? seconds : maximum) * 1000) + 1);
}

void tx_lift_time_limit(void) {
  if (!ending) set_timer(0);
}
