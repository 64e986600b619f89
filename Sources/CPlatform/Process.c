// The process itself: what it must not leak, and which libraries are inside it.
#define _GNU_SOURCE
#include "CPlatform.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

enum { OPENSSL_INIT_NO_LOAD_CRYPTO_STRINGS = 0x01, OPENSSL_INIT_NO_LOAD_CONFIG = 0x80 };

// The beginning of libcurl's curl_version_info_data, as it has been since its third version.
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

// The strings left out are those of libcrypto's own errors, a tenth of a start; the words for faults
// of TLS and of certificates are elsewhere and stay.
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

// A standard stream that is closed would be the number of the next socket, and the credential
// would go there. This makes reading and writing it fail, and needs no /dev.
static void occupy_standard_streams(void) {
  for (int number = 0; number < 3; number++)
    if (fcntl(number, F_GETFD) < 0) open("/", O_PATH);
}

// What tx_harden_process found, for programs that are started from here.
static struct {
  int is_set;
  mode_t umask;
  struct rlimit core;
} inherited;

// Restores the inherited limits, or sets ours again. posix_spawn has no attributes for them, and the
// files that other threads create meanwhile get their modes explicitly.
static void use_inherited(int restore) {
  if (!inherited.is_set) return;
  umask(restore ? inherited.umask : 077);
  struct rlimit core = inherited.core;
  if (!restore) core.rlim_cur = 0;
  setrlimit(RLIMIT_CORE, &core);
}

int tx_start_apart(const char *program, const char *argument, char *const *environment) {
  posix_spawn_file_actions_t files;
  posix_spawnattr_t attributes;
  int code = posix_spawn_file_actions_init(&files);
  if (code) return code;
  code = posix_spawnattr_init(&attributes);
  if (code) {
    posix_spawn_file_actions_destroy(&files);
    return code;
  }
  for (int i = 0; i < 3 && !code; i++)
    code = posix_spawn_file_actions_addopen(&files, i, "/dev/null", O_RDWR, 0);
  if (!code) code = posix_spawn_file_actions_addclosefrom_np(&files, 3);
  sigset_t all, none;
  sigfillset(&all);
  sigemptyset(&none);
  posix_spawnattr_setsigdefault(&attributes, &all);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setflags(
      &attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSID);
  char *const words[] = {(char *)program, (char *)argument, NULL};
  pid_t pid;
  if (!code) {
    use_inherited(1);
    code = posix_spawnp(&pid, program, &files, &attributes, words, environment);
    use_inherited(0);
  }
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&files);
  return code;
}

// What one request needs at once. Files: timers and event queues, sockets of c-ares and of the
// connection, and one of the trust store. Threads: those of the queues of URLSession.
enum { FILES_OF_A_REQUEST = 10, THREADS_OF_A_REQUEST = 4 };

static void *wait_for(void *mutex) {
  pthread_mutex_lock(mutex);
  pthread_mutex_unlock(mutex);
  return NULL;
}

static int can_start_threads(void) {
  pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  pthread_t threads[THREADS_OF_A_REQUEST];
  int count = 0, code = 0;
  pthread_mutex_lock(&mutex);
  while (count < THREADS_OF_A_REQUEST && !code) {
    code = pthread_create(&threads[count], NULL, wait_for, &mutex);
    if (!code) count++;
  }
  pthread_mutex_unlock(&mutex);
  while (count > 0) pthread_join(threads[--count], NULL);
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
  return code ? code : can_start_threads();
}

void tx_harden_process(void) {
  occupy_standard_streams();
  inherited.umask = umask(077);
  // Only the soft limit: this user could not raise the hard one for the browser again.
  getrlimit(RLIMIT_CORE, &inherited.core);
  inherited.is_set = 1;
  use_inherited(0);
  prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
  // URLSession's threads take turns; in heaps of their own they would ask for memory page by page.
  mallopt(M_ARENA_MAX, 1);
}
