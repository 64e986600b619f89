// Initializes OpenSSL on a second thread, while the main thread reads options and files and creates
// its session.
#define _GNU_SOURCE
#include "CPlatform.h"
#include "Prepare.h"

#ifdef TOKENXCHANGE_STATIC
#include <malloc.h>
#include <pthread.h>
#include <sched.h>
#include <stddef.h>
#include <stdint.h>

int OPENSSL_init_ssl(uint64_t, const void *);
const void *TLS_client_method(void);
void *SSL_CTX_new(const void *);
void SSL_CTX_free(void *);
int RAND_status(void);
void *EVP_PKEY_Q_keygen(void *, const char *, const char *, ...);
void EVP_PKEY_free(void *);
void *d2i_PUBKEY(void **, const unsigned char **, long);

// A public key of the curve P-256: its generator. Decoding a key loads the decoders that every
// certificate needs.
static const unsigned char public_key[] = {
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a,
    0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04, 0x6b, 0x17, 0xd1, 0xf2, 0xe1,
    0x2c, 0x42, 0x47, 0xf8, 0xbc, 0xe6, 0xe5, 0x63, 0xa4, 0x40, 0xf2, 0x77, 0x03, 0x7d, 0x81, 0x2d,
    0xeb, 0x33, 0xa0, 0xf4, 0xa1, 0x39, 0x45, 0xd8, 0x98, 0xc2, 0x96, 0x4f, 0xe3, 0x42, 0xe2, 0xfe,
    0x1a, 0x7f, 0x9b, 0x8e, 0xe7, 0xeb, 0x4a, 0x7c, 0x0f, 0x9e, 0x16, 0x2b, 0xce, 0x33, 0x57, 0x6b,
    0x31, 0x5e, 0xce, 0xcb, 0xb6, 0x40, 0x68, 0x37, 0xbf, 0x51, 0xf5};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_t thread;
static int is_started, is_running;

// OpenSSL keeps everything that this loads and creates: the random generator, the algorithms, and
// the decoders. A thread that needs a step that is not finished waits for it.
static void *prepare(void *unused) {
  (void)unused;
  OPENSSL_init_ssl(0, NULL);
  RAND_status();
  SSL_CTX_free(SSL_CTX_new(TLS_client_method()));
  EVP_PKEY_free(EVP_PKEY_Q_keygen(NULL, NULL, "X25519"));
  const unsigned char *bytes = public_key;
  EVP_PKEY_free(d2i_PUBKEY(NULL, &bytes, sizeof public_key));
  return NULL;
}

static int has_several_processors(void) {
  cpu_set_t processors;
  return !sched_getaffinity(0, sizeof processors, &processors) && CPU_COUNT(&processors) > 1;
}

void tx_prepare_tls(void) {
  pthread_mutex_lock(&lock);
  if (!is_started && has_several_processors()) {
    // With a single heap the two threads would wait for each other; see tx_harden_process.
    mallopt(M_ARENA_MAX, 2);
    // Without the thread, the first connection initializes OpenSSL.
    is_running = !pthread_create(&thread, NULL, prepare, NULL);
  }
  is_started = 1;
  pthread_mutex_unlock(&lock);
}

int prepare_end(void) {
  pthread_mutex_lock(&lock);
  int was_running = is_running;
  if (was_running) pthread_join(thread, NULL);
  is_running = 0;
  pthread_mutex_unlock(&lock);
  return was_running;
}
#else
void tx_prepare_tls(void) {}
int prepare_end(void) { return 0; }
#endif
