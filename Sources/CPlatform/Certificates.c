// Rejects certificates whose subject alternative name has no host name, which OpenSSL accepts.
//
// libcurl falls back to the common name for such a certificate (RFC 9525 forbids it). Go, and so
// kubectl, rejects it.
#define _GNU_SOURCE
#include "Hook.h"

#include <stddef.h>

enum {
  CURLOPT_SSL_CTX_FUNCTION = 20108,
  X509_V_ERR_HOSTNAME_MISMATCH = 62,
  NID_subject_alt_name = 85,
  GEN_DNS = 2,
  GEN_IPADD = 7,
};

struct general_name { int type; void *value; };

#ifdef TOKENXCHANGE_STATIC
int X509_verify_cert(void *);
void *X509_STORE_CTX_get0_cert(void *);
void X509_STORE_CTX_set_error(void *, int);
void *X509_get_ext_d2i(void *, int, int *, int *);
int OPENSSL_sk_num(const void *);
void *OPENSSL_sk_value(const void *, int);
void GENERAL_NAMES_free(void *);
void SSL_CTX_set_cert_verify_callback(void *, int (*)(void *, void *), void *);
#endif

#define CALL(name, type) (LIBRARY(name, type))

static int names_a_host(void *certificate) {
  void *names = CALL(X509_get_ext_d2i, void *(*)(void *, int, int *, int *))(
      certificate, NID_subject_alt_name, NULL, NULL);
  if (!names) return 0;
  int found = 0;
  int count = CALL(OPENSSL_sk_num, int (*)(const void *))(names);
  for (int i = 0; i < count && !found; i++) {
    struct general_name *name =
        CALL(OPENSSL_sk_value, void *(*)(const void *, int))(names, i);
    found = name->type == GEN_DNS || name->type == GEN_IPADD;
  }
  CALL(GENERAL_NAMES_free, void (*)(void *))(names);
  return found;
}

static int verify(void *context, void *unused) {
  (void)unused;
  if (CALL(X509_verify_cert, int (*)(void *))(context) <= 0) return 0;
  void *leaf = CALL(X509_STORE_CTX_get0_cert, void *(*)(void *))(context);
  if (leaf && names_a_host(leaf)) return 1;
  hook_note_unnamed_certificate();
  CALL(X509_STORE_CTX_set_error, void (*)(void *, int))(context, X509_V_ERR_HOSTNAME_MISMATCH);
  return 0;
}

static int set_up(void *easy, void *ssl_context, void *unused) {
  (void)easy, (void)unused;
  CALL(SSL_CTX_set_cert_verify_callback, void (*)(void *, int (*)(void *, void *), void *))(
      ssl_context, verify, NULL);
  return 0;
}

int certificates_begin(void *easy, setopt_function *setopt) {
#ifndef TOKENXCHANGE_STATIC
  if (!CALL(X509_verify_cert, void *) || !CALL(SSL_CTX_set_cert_verify_callback, void *))
    return CURLOPT_SSL_CTX_FUNCTION;
#endif
  return setopt(easy, CURLOPT_SSL_CTX_FUNCTION, &set_up) ? CURLOPT_SSL_CTX_FUNCTION : 0;
}
