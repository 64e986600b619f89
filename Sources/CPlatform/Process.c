// Process setup and properties: hardening, resource limits, child processes and library versions.
#define _GNU_SOURCE
#include "CPlatform.h"
#include "Prepare.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { OPENSSL_INIT_NO_LOAD_CRYPTO_STRINGS = 0x01, OPENSSL_INIT_NO_LOAD_CONFIG = 0x80 };

// The beginning of libcurl's curl_version_info_data, unchanged since its third version.
struct curl_versions {
  int age;
  const char *version;
  unsigned int version_num;
  const char *host;
  int features;
  const char *ssl_version;
  long ssl_version_num;
  const char *libz_version;
  const char *const *protocols;
  const char *ares;
};

#ifdef TOKENXCHANGE_STATIC
struct curl_versions *curl_version_info(int);
int OPENSSL_init_crypto(uint64_t, const void *);
const char *OpenSSL_version(int);
#define LIBRARY(name, type) ((type)&name)
int tx_is_static(void) { return 1; }
#else
int tx_is_static(void) { return 0; }
#define LIBRARY(name, type) ((type)dlsym(RTLD_DEFAULT, #name))
#endif

// Skips openssl.cnf and the strings of libcrypto's own errors, which take a tenth of the startup
// time. The messages about TLS and certificate errors are stored elsewhere and stay available.
void tx_skip_openssl_config(void) {
  int (*init)(uint64_t, const void *) =
      LIBRARY(OPENSSL_init_crypto, int (*)(uint64_t, const void *));
  if (init) init(OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_NO_LOAD_CRYPTO_STRINGS, NULL);
}

static struct curl_versions *versions(void) {
  struct curl_versions *(*info)(int) =
      LIBRARY(curl_version_info, struct curl_versions *(*)(int));
  return info ? info(3) : NULL;
}

const char *tx_version_libcurl(void) { return versions() ? versions()->version : NULL; }
const char *tx_version_cares(void) { return versions() ? versions()->ares : NULL; }

const char *tx_version_openssl(void) {
  const char *(*version)(int) = LIBRARY(OpenSSL_version, const char *(*)(int));
  return version ? version(0) : NULL;
}

char **tx_environment(void) { return environ; }

// If a standard stream is closed, the next socket gets its number, and the credential would be
// written to that socket. This opens descriptors on which reading and writing fail; it does not
// need /dev.
static void occupy_standard_streams(void) {
  for (int number = 0; number < 3; number++)
    if (fcntl(number, F_GETFD) < 0) open("/", O_PATH);
}

// Settings that tx_harden_process replaced; programs started from here get them back.
static struct {
  int is_set;
  mode_t umask;
  struct rlimit core;
} inherited;

// Restores the inherited limits, or sets the hardened ones again: posix_spawn has no attributes for
// them. Other threads set the modes of the files that they create meanwhile explicitly.
static void use_inherited(int restore) {
  if (!inherited.is_set) return;
  umask(restore ? inherited.umask : 077);
  struct rlimit core = inherited.core;
  if (!restore) core.rlim_cur = 0;
  setrlimit(RLIMIT_CORE, &core);
}

// Starts a program in a new session; output and errors are the descriptors of its standard output
// and standard error, or -1 for /dev/null.
static int spawn(pid_t *pid, const char *program, char *const *words, char *const *environment,
                 int output, int errors) {
  posix_spawn_file_actions_t files;
  posix_spawnattr_t attributes;
  int code = posix_spawn_file_actions_init(&files);
  if (code) return code;
  code = posix_spawnattr_init(&attributes);
  if (code) {
    posix_spawn_file_actions_destroy(&files);
    return code;
  }
  int streams[] = {-1, output, errors};
  for (int i = 0; i < 3 && !code; i++)
    code = streams[i] < 0 ? posix_spawn_file_actions_addopen(&files, i, "/dev/null", O_RDWR, 0)
                          : posix_spawn_file_actions_adddup2(&files, streams[i], i);
  if (!code) code = posix_spawn_file_actions_addclosefrom_np(&files, 3);
  sigset_t all, none;
  sigfillset(&all);
  sigemptyset(&none);
  posix_spawnattr_setsigdefault(&attributes, &all);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setflags(
      &attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSID);
  if (!code) {
    use_inherited(1);
    code = posix_spawnp(pid, program, &files, &attributes, words, environment);
    use_inherited(0);
  }
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&files);
  return code;
}

int tx_start_detached(const char *program, const char *argument, char *const *environment) {
  char *const words[] = {(char *)program, (char *)argument, NULL};
  pid_t pid;
  return spawn(&pid, program, words, environment, -1, -1);
}

static long milliseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

// Reads available data into a buffer and discards data beyond its capacity. Returns 0 at the end of
// the stream.
static int take(int stream, char *buffer, size_t capacity, size_t *length, int *is_full) {
  char discarded[4096];
  int has_room = *length < capacity;
  ssize_t count = read(stream, has_room ? buffer + *length : discarded,
                       has_room ? capacity - *length : sizeof discarded);
  if (count < 0) return errno == EINTR || errno == EAGAIN;
  if (has_room) *length += count;
  else if (count > 0) *is_full = 1;
  return count > 0;
}

// Reads both streams to their ends and waits for the process. Returns 0, ETIMEDOUT or EFBIG.
static int collect(pid_t pid, int output, int errors, long deadline, struct tx_child *child) {
  struct pollfd streams[] = {{output, POLLIN, 0}, {errors, POLLIN, 0}};
  int is_full = 0, errors_full = 0;
  while ((streams[0].fd >= 0 || streams[1].fd >= 0) && !is_full) {
    long left = deadline - milliseconds();
    if (left <= 0) return ETIMEDOUT;
    if (poll(streams, 2, (int)left) < 0 && errno != EINTR) return errno;
    if (streams[0].revents &&
        !take(output, child->output, child->output_capacity, &child->output_length, &is_full))
      streams[0].fd = -1;
    if (streams[1].revents &&
        !take(errors, child->errors, child->errors_capacity, &child->errors_length, &errors_full))
      streams[1].fd = -1;
    streams[0].revents = streams[1].revents = 0;
  }
  if (is_full) return EFBIG;
  int status = 0;
  pid_t ended;
  while ((ended = waitpid(pid, &status, WNOHANG)) == 0 || (ended < 0 && errno == EINTR)) {
    if (milliseconds() >= deadline) return ETIMEDOUT;
    struct timespec pause = {0, 2000000};
    nanosleep(&pause, NULL);
  }
  // If SIGCHLD is ignored, the kernel reaps children, and the exit code is unknown.
  child->exit_code = ended < 0 ? 0 : WIFEXITED(status) ? WEXITSTATUS(status) : 128;
  return 0;
}

int tx_run(const char *path, char *const *words, char *const *environment, double seconds,
           struct tx_child *child) {
  int output[2], errors[2];
  if (pipe2(output, O_CLOEXEC)) return errno;
  if (pipe2(errors, O_CLOEXEC)) {
    int code = errno;
    close(output[0]);
    close(output[1]);
    return code;
  }
  pid_t pid = -1;
  long deadline = milliseconds() + (long)(seconds * 1000);
  int code = spawn(&pid, path, words, environment, output[1], errors[1]);
  close(output[1]);
  close(errors[1]);
  child->is_started = !code;
  if (!code) {
    code = collect(pid, output[0], errors[0], deadline, child);
    if (code) {
      // The process leads its own session, so this also ends its children.
      kill(-pid, SIGKILL);
      waitpid(pid, NULL, 0);
    }
  }
  close(output[0]);
  close(errors[0]);
  return code;
}

// The resources that one request needs at the same time. Files: timers, event queues, the sockets
// of c-ares and of the connection, and one file of the trust store. Threads: the session's queue
// and libdispatch's event loop.
enum { FILES_OF_A_REQUEST = 10, THREADS_OF_A_REQUEST = 2 };

static void *wait_for(void *mutex) {
  pthread_mutex_lock(mutex);
  pthread_mutex_unlock(mutex);
  return NULL;
}

// Selects the processor of this thread. Threads that start there run as soon as this thread waits;
// on another one they could wait for the thread of tx_prepare_tls, for milliseconds.
static void stay_here(pthread_attr_t *attributes) {
  cpu_set_t here;
  int processor = sched_getcpu();
  if (processor < 0 || processor >= CPU_SETSIZE) return;
  CPU_ZERO(&here);
  CPU_SET(processor, &here);
  pthread_attr_setaffinity_np(attributes, sizeof here, &here);
}

static int can_start_threads(void) {
  pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  pthread_t threads[THREADS_OF_A_REQUEST];
  pthread_attr_t attributes;
  int count = 0, code = pthread_attr_init(&attributes);
  if (code) return code;
  stay_here(&attributes);
  pthread_mutex_lock(&mutex);
  while (count < THREADS_OF_A_REQUEST && !code) {
    code = pthread_create(&threads[count], &attributes, wait_for, &mutex);
    // Selecting a processor may be forbidden.
    if (code) code = pthread_create(&threads[count], NULL, wait_for, &mutex);
    if (!code) count++;
  }
  pthread_mutex_unlock(&mutex);
  while (count > 0) pthread_join(threads[--count], NULL);
  pthread_attr_destroy(&attributes);
  return code;
}

int tx_check_resources(int *is_threads) {
  int files[FILES_OF_A_REQUEST], count = 0, code = 0;
  while (count < FILES_OF_A_REQUEST && !code) {
    files[count] = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
    if (files[count] < 0) code = errno;
    else count++;
  }
  while (count > 0) close(files[--count]);
  *is_threads = !code;
  if (code) return code;
  code = can_start_threads();
  // The thread of tx_prepare_tls may have exceeded the limit.
  return code && prepare_end() ? can_start_threads() : code;
}

void tx_harden_process(void) {
  occupy_standard_streams();
  inherited.umask = umask(077);
  // Only the soft limit: this user could not raise a lowered hard limit again for the browser.
  getrlimit(RLIMIT_CORE, &inherited.core);
  inherited.is_set = 1;
  use_inherited(0);
  prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
  // URLSession's threads do not run at the same time; separate heaps would only cost page faults.
  mallopt(M_ARENA_MAX, 1);
}
