// Checks a client certificate and its key before anything is sent.
#define _GNU_SOURCE
#include "CPlatform.h"
#include "Hook.h"

#include <string.h>
#include <time.h>

#ifdef TOKENXCHANGE_STATIC
void *BIO_new_mem_buf(const void *, int);
int BIO_free(void *);
void *PEM_read_bio_X509(void *, void **, int (*)(char *, int, int, void *), void *);
void *PEM_read_bio_PrivateKey(void *, void **, int (*)(char *, int, int, void *), void *);
int X509_check_private_key(const void *, const void *);
const void *X509_get0_notBefore(const void *);
const void *X509_get0_notAfter(const void *);
int ASN1_TIME_to_tm(const void *, struct tm *);
void X509_free(void *);
void EVP_PKEY_free(void *);
void ERR_clear_error(void);
#endif

typedef int password_function(char *, int, int, void *);
typedef void *read_pem_function(void *, void **, password_function *, void *);
typedef const void *get_time_function(const void *);

// OpenSSL would ask for the password at the terminal.
static int no_password(char *buffer, int size, int writes, void *asked) {
  (void)buffer, (void)size, (void)writes;
  *(int *)asked = 1;
  return -1;
}

static void *read_pem(
    read_pem_function *read, const unsigned char *pem, size_t length, int *is_encrypted) {
  void *bio = LIBRARY(BIO_new_mem_buf, void *(*)(const void *, int))(pem, (int)length);
  if (!bio) return NULL;
  void *object = read(bio, NULL, no_password, is_encrypted);
  LIBRARY(BIO_free, int (*)(void *))(bio);
  return object;
}

static long long seconds(const void *time) {
  struct tm parts;
  memset(&parts, 0, sizeof parts);
  if (!LIBRARY(ASN1_TIME_to_tm, int (*)(const void *, struct tm *))(time, &parts)) return 0;
  return timegm(&parts);
}

struct tx_client_certificate tx_check_client_certificate(
    const unsigned char *certificate, size_t certificate_length, const unsigned char *key,
    size_t key_length) {
  struct tx_client_certificate result = {TX_CLIENT_UNSUPPORTED, 0, 0};
#ifndef TOKENXCHANGE_STATIC
  if (!LIBRARY(PEM_read_bio_PrivateKey, void *) || !LIBRARY(X509_check_private_key, void *) ||
      !LIBRARY(ASN1_TIME_to_tm, void *))
    return result;
#endif
  int is_encrypted = 0;
  void *leaf = read_pem(
      LIBRARY(PEM_read_bio_X509, read_pem_function *), certificate, certificate_length,
      &is_encrypted);
  void *private_key = NULL;
  if (!leaf) {
    result.fault = TX_CLIENT_NO_CERTIFICATE;
  } else {
    result.not_before = seconds(LIBRARY(X509_get0_notBefore, get_time_function *)(leaf));
    result.not_after = seconds(LIBRARY(X509_get0_notAfter, get_time_function *)(leaf));
    private_key = read_pem(
        LIBRARY(PEM_read_bio_PrivateKey, read_pem_function *), key, key_length, &is_encrypted);
    if (!private_key)
      result.fault = is_encrypted ? TX_CLIENT_KEY_ENCRYPTED : TX_CLIENT_NO_KEY;
    else if (LIBRARY(X509_check_private_key, int (*)(const void *, const void *))(
                 leaf, private_key) != 1)
      result.fault = TX_CLIENT_MISMATCH;
    else
      result.fault = 0;
  }
  LIBRARY(X509_free, void (*)(void *))(leaf);
  LIBRARY(EVP_PKEY_free, void (*)(void *))(private_key);
  // libcurl reads the queue of errors, and must not find these.
  LIBRARY(ERR_clear_error, void (*)(void))();
  return result;
}
