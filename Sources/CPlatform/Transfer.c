// Replaces curl_multi_add_handle, to which URLSession passes every finished libcurl handle: sets
// the options that URLSession lacks and performs the transfer on the session's thread. Then
// URLSession gets an error at once.
//
// URLSession would perform it with libdispatch's event loop, which costs a change of threads for
// each event, and takes a whole processor while the server takes its time: URLSession waits for a
// socket to be writable until the transfer ends.
//
// The declarations of libcurl and OpenSSL are repeated here, so that the build does not need their
// headers; the values are part of their stable ABI.
#define _GNU_SOURCE
#include "CPlatform.h"
#include "Hook.h"
#include "Request.h"
#include "Route.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
  CURLOPT_URL = 10002,
  CURLOPT_PROXY = 10004,
  CURLOPT_ERRORBUFFER = 10010,
  CURLOPT_SSLVERSION = 32,
  CURLOPT_NETRC = 51,
  CURLOPT_FOLLOWLOCATION = 52,
  CURLOPT_SSL_VERIFYPEER = 64,
  CURLOPT_CAINFO = 10065,
  CURLOPT_FRESH_CONNECT = 74,
  CURLOPT_FORBID_REUSE = 75,
  CURLOPT_SSL_VERIFYHOST = 81,
  CURLOPT_HTTP_VERSION = 84,
  CURLOPT_CAPATH = 10097,
  CURLOPT_NOSIGNAL = 99,
  CURLOPT_TIMEOUT_MS = 155,
  CURLOPT_OPENSOCKETFUNCTION = 20163,
  CURLOPT_PROTOCOLS = 181,
  CURLOPT_PROXY_CAINFO = 10246,
  CURLOPT_PROXY_CAPATH = 10247,
  CURLOPT_PROXY_SSL_VERIFYPEER = 248,
  CURLOPT_PROXY_SSL_VERIFYHOST = 249,
  CURLOPT_PROXY_SSLVERSION = 250,
  CURLOPT_SUPPRESS_CONNECT_HEADERS = 265,
  CURLOPT_SSLCERT_BLOB = 40291,
  CURLOPT_SSLKEY_BLOB = 40292,
  CURLOPT_CAINFO_BLOB = 40309,
  CURLOPT_PROXY_CAINFO_BLOB = 40310,
  CURLINFO_RESPONSE_CODE = 0x200000 + 2,
  CURLINFO_LOCAL_PORT = 0x200000 + 42,
  CURLINFO_PRIMARY_PORT = 0x200000 + 40,
  CURLINFO_SSL_VERIFYRESULT = 0x200000 + 13,
  CURLINFO_PROXY_SSL_VERIFYRESULT = 0x200000 + 47,
  CURLINFO_APPCONNECT_TIME = 0x300000 + 33,
  CURLINFO_OS_ERRNO = 0x200000 + 25,
  CURLINFO_HTTP_CONNECTCODE = 0x200000 + 22,
  CURL_HTTP_VERSION_1_1 = 2,
  CURL_SSLVERSION_TLSv1_2 = 6,
  CURLPROTO_HTTP = 1,
  CURLPROTO_HTTPS = 2,
  CURL_BLOB_COPY = 1,
  CURLE_OUT_OF_MEMORY = 27,
  CURLE_GOT_NOTHING = 52,
};
enum { ERROR_SIZE = 256 };

struct curl_blob { void *data; size_t len; unsigned int flags; };

#ifdef TOKENXCHANGE_STATIC
int __real_curl_multi_add_handle(void *, void *);
int tx_hook_effective(void) { return 1; }
#endif

typedef int add_function(void *, void *);
typedef int perform_function(void *);
add_function HOOK(curl_multi_add_handle);

#ifndef TOKENXCHANGE_STATIC
EXPORT(curl_multi_add_handle);

int tx_hook_effective(void) {
  return dlsym(RTLD_DEFAULT, "curl_multi_add_handle") == (void *)&tx_curl_multi_add_handle &&
         dlsym(RTLD_NEXT, "curl_multi_add_handle") != NULL &&
         dlsym(RTLD_DEFAULT, "curl_easy_perform") != NULL &&
         dlsym(RTLD_DEFAULT, "curl_easy_setopt") != NULL &&
         dlsym(RTLD_DEFAULT, "curl_easy_strerror") != NULL &&
         dlsym(RTLD_DEFAULT, "curl_easy_getinfo") != NULL;
}
#endif

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct {
  int armed, flags;
  char *url, *ca_file, *ca_path;
  struct curl_blob ca_blob, client_certificate, client_key;
  long timeout_ms;
} settings;
static struct tx_outcome outcome;
// The error text of the current transfer, in which libcurl writes.
static char *error_text;
static int has_ended;
static pthread_cond_t end = PTHREAD_COND_INITIALIZER;

void hook_lock(void) { pthread_mutex_lock(&lock); }
void hook_unlock(void) { pthread_mutex_unlock(&lock); }

void hook_note_unnamed_certificate(void) {
  pthread_mutex_lock(&lock);
  outcome.certificate_names_no_host = 1;
  pthread_mutex_unlock(&lock);
}

static void forget(void) {
  if (settings.client_key.data) explicit_bzero(settings.client_key.data, settings.client_key.len);
  free(settings.client_key.data);
  free(settings.client_certificate.data);
  free(settings.url);
  free(settings.ca_file);
  free(settings.ca_path);
  free(settings.ca_blob.data);
  memset(&settings, 0, sizeof settings);
}

// Copies bytes; returns 0 or an errno.
static int copy_blob(struct curl_blob *blob, const unsigned char *bytes, size_t length) {
  *blob = (struct curl_blob){malloc(length), length, CURL_BLOB_COPY};
  if (!blob->data) return ENOMEM;
  memcpy(blob->data, bytes, length);
  return 0;
}

int tx_arm(const char *url, const char *ca_file, const char *ca_path,
           const unsigned char *ca_blob, size_t ca_blob_length, int flags, long timeout_ms,
           size_t maximum_body) {
  int error = 0;
  pthread_mutex_lock(&lock);
  forget();
  memset(&outcome, 0, sizeof outcome);
  outcome.code = -1;
  response_reset(maximum_body);
  has_ended = 0;
  free(error_text);
  if (!(error_text = calloc(1, ERROR_SIZE))) error = ENOMEM;
  settings.flags = flags;
  settings.timeout_ms = timeout_ms;
  if (url && !(settings.url = strdup(url))) error = ENOMEM;
  if (ca_file && !(settings.ca_file = strdup(ca_file))) error = ENOMEM;
  if (ca_path && !(settings.ca_path = strdup(ca_path))) error = ENOMEM;
  if (ca_blob && ca_blob_length > 0 && copy_blob(&settings.ca_blob, ca_blob, ca_blob_length))
    error = ENOMEM;
  if (timeout_ms <= 0) error = EINVAL;
  // Without a trust source, libcurl would use its compiled-in default.
  if (!(flags & (TX_PLAIN_HTTP | TX_SKIP_VERIFY)) && !settings.ca_file && !settings.ca_path &&
      !settings.ca_blob.data)
    error = EINVAL;
  if (error) forget();
  else settings.armed = 1;
  pthread_mutex_unlock(&lock);
  return error;
}

int tx_set_client_certificate(const unsigned char *certificate, size_t certificate_length,
                              const unsigned char *key, size_t key_length) {
  pthread_mutex_lock(&lock);
  int error = !settings.armed || !certificate_length || !key_length ? EINVAL : 0;
  if (!error) error = copy_blob(&settings.client_certificate, certificate, certificate_length);
  if (!error) error = copy_blob(&settings.client_key, key, key_length);
  // The request must not be sent without the certificate.
  if (error) forget();
  pthread_mutex_unlock(&lock);
  return error;
}

void tx_disarm(void) {
  pthread_mutex_lock(&lock);
  route_clear(has_ended);
  request_clear(has_ended);
  forget();
  response_reset(0);
  // libcurl may still write in it during a cancelled transfer.
  if (has_ended) free(error_text);
  error_text = NULL;
  pthread_mutex_unlock(&lock);
}

// Reports that the handle no longer uses anything of the request, so that tx_disarm can free it.
static void report_end(void *easy, setopt_function *setopt) {
  route_detach(easy, setopt);
  request_detach(easy, setopt);
  setopt(easy, CURLOPT_ERRORBUFFER, NULL);
  has_ended = 1;
  pthread_cond_broadcast(&end);
}

int tx_wait(double seconds) {
  struct timespec deadline;
  clock_gettime(CLOCK_MONOTONIC, &deadline);
  long long nanoseconds = deadline.tv_nsec + (long long)(seconds * 1e9);
  deadline.tv_sec += nanoseconds / 1000000000;
  deadline.tv_nsec = nanoseconds % 1000000000;
  pthread_mutex_lock(&lock);
  while (!has_ended && pthread_cond_clockwait(&end, &lock, CLOCK_MONOTONIC, &deadline) == 0) {}
  int ended = has_ended;
  pthread_mutex_unlock(&lock);
  return ended;
}

size_t tx_error_text(unsigned char *text, size_t capacity) {
  const char *(*strerror)(int) = LIBRARY(curl_easy_strerror, const char *(*)(int));
  pthread_mutex_lock(&lock);
  const char *found = error_text && *error_text ? error_text : strerror(outcome.code);
  size_t length = strnlen(found, capacity);
  memcpy(text, found, length);
  pthread_mutex_unlock(&lock);
  return length;
}

struct tx_outcome tx_outcome(void) {
  pthread_mutex_lock(&lock);
  struct tx_outcome copy = outcome;
  pthread_mutex_unlock(&lock);
  return copy;
}

// Sets an option unless an earlier one failed, and records the first failure.
#define SET(option, value)                                                     \
  do {                                                                         \
    if (!outcome.refused_code) {                                               \
      outcome.refused_code = setopt(easy, option, value);                      \
      if (outcome.refused_code) outcome.refused_option = option;               \
    }                                                                          \
  } while (0)

// Runs a step and records the option that it could not set.
#define STEP(begin)                                                            \
  do {                                                                         \
    if (!outcome.refused_code) {                                               \
      outcome.refused_option = begin(easy, setopt);                            \
      if (outcome.refused_option) outcome.refused_code = -1;                   \
    }                                                                          \
  } while (0)

static int apply(void *easy, setopt_function *setopt) {
  STEP(response_begin);
  STEP(request_apply);
  SET(CURLOPT_ERRORBUFFER, error_text);
  int plain = settings.flags & TX_PLAIN_HTTP, verify = !(settings.flags & TX_SKIP_VERIFY);
  if (settings.url) SET(CURLOPT_URL, settings.url);
  SET(CURLOPT_PROTOCOLS, (long)(plain ? CURLPROTO_HTTP : CURLPROTO_HTTPS));
  SET(CURLOPT_FOLLOWLOCATION, 0L);
  SET(CURLOPT_NOSIGNAL, 1L);
  SET(CURLOPT_NETRC, 0L);
  SET(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
  // libcurl retries a request by itself if a reused connection fails. A refresh token must not be
  // sent twice, and URLSession hangs after such a retry.
  SET(CURLOPT_FORBID_REUSE, 1L);
  SET(CURLOPT_TIMEOUT_MS, settings.timeout_ms);
  STEP(route_apply);
  // The same requirements apply to an https proxy.
  SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
  SET(CURLOPT_PROXY_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
  SET(CURLOPT_SSL_VERIFYPEER, verify ? 1L : 0L);
  SET(CURLOPT_PROXY_SSL_VERIFYPEER, verify ? 1L : 0L);
  SET(CURLOPT_SSL_VERIFYHOST, verify ? 2L : 0L);
  SET(CURLOPT_PROXY_SSL_VERIFYHOST, verify ? 2L : 0L);
  if (verify && !plain) STEP(certificates_begin);
  // NULL removes libcurl's compiled-in default, so that only the configured certificates are
  // trusted.
  SET(CURLOPT_CAINFO, settings.ca_file);
  SET(CURLOPT_PROXY_CAINFO, settings.ca_file);
  SET(CURLOPT_CAPATH, settings.ca_path);
  SET(CURLOPT_PROXY_CAPATH, settings.ca_path);
  if (settings.ca_blob.data) {
    SET(CURLOPT_CAINFO_BLOB, &settings.ca_blob);
    SET(CURLOPT_PROXY_CAINFO_BLOB, &settings.ca_blob);
  }
  // For the server only: a proxy does not get it.
  if (settings.client_certificate.data && !plain) {
    SET(CURLOPT_SSLCERT_BLOB, &settings.client_certificate);
    SET(CURLOPT_SSLKEY_BLOB, &settings.client_key);
  }
  return outcome.refused_code;
}

static int no_socket(void *context, int purpose, void *address) {
  (void)context, (void)purpose, (void)address;
  return -1;
}

// libcurl also calls the replaced function, to perform a transfer.
static _Thread_local int is_performing;

// Performs a transfer and records its result. libcurl also reports success if the connection was
// closed inside the header section; here only a complete response succeeds.
static void perform(void *easy, setopt_function *setopt) {
  perform_function *run = LIBRARY(curl_easy_perform, perform_function *);
  getinfo_function *getinfo = LIBRARY(curl_easy_getinfo, getinfo_function *);
  if (!run || !getinfo) abort();
  is_performing = 1;
  int code = run(easy);
  is_performing = 0;
  pthread_mutex_lock(&lock);
  // The end of a cancelled transfer is not the result of the next one.
  if (response_is_current(easy)) {
    outcome.code = code || response_is_complete() ? code : CURLE_GOT_NOTHING;
    response_limits(code, &outcome.too_many_headers, &outcome.too_large);
    getinfo(easy, CURLINFO_RESPONSE_CODE, &outcome.status);
    getinfo(easy, CURLINFO_OS_ERRNO, &outcome.os_errno);
    getinfo(easy, CURLINFO_HTTP_CONNECTCODE, &outcome.connect_status);
    long port = 0;
    getinfo(easy, CURLINFO_LOCAL_PORT, &port);
    outcome.connected = port > 0;
    getinfo(easy, CURLINFO_PRIMARY_PORT, &outcome.remote_port);
    // Both are 0 without TLS, 1 until the certificate was verified, then OpenSSL's result.
    getinfo(easy, CURLINFO_SSL_VERIFYRESULT, &outcome.verify_result);
    getinfo(easy, CURLINFO_PROXY_SSL_VERIFYRESULT, &outcome.proxy_verify_result);
    double handshake = 0;
    getinfo(easy, CURLINFO_APPCONNECT_TIME, &handshake);
    outcome.tls_established = handshake > 0;
    report_end(easy, setopt);
  }
  pthread_mutex_unlock(&lock);
}

// Prevents a handle from connecting. URLSession traps if adding it fails, so it is added, and its
// transfer fails at once.
static void disable(void *easy, setopt_function *setopt) {
  int failed = setopt(easy, CURLOPT_OPENSOCKETFUNCTION, &no_socket);
  failed |= setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
  failed |= setopt(easy, CURLOPT_PROXY, "");
  failed |= setopt(easy, CURLOPT_URL, "disabled://");
  if (failed) abort();
}

int HOOK(curl_multi_add_handle)(void *multi, void *easy) {
  setopt_function *setopt = LIBRARY(curl_easy_setopt, setopt_function *);
  add_function *original = ORIGINAL(curl_multi_add_handle, add_function *);
  if (!setopt || !original) abort();
  if (is_performing) return original(multi, easy);
  pthread_mutex_lock(&lock);
  int is_ready = settings.armed && apply(easy, setopt) == 0;
  if (!is_ready) {
    outcome.refused++;
    report_end(easy, setopt);
  }
  pthread_mutex_unlock(&lock);
  if (is_ready) perform(easy, setopt);
  disable(easy, setopt);
  return original(multi, easy);
}
