// The baseline of `make bench`: posts a form with the same libcurl and OpenSSL as tokenxchange, and
// prints the response. Usage: post URL FORM-FILE TOKEN-FILE [CA-FILE]
//
// libcurl's declarations are repeated here, so that the build needs no headers. The values are part of
// libcurl's stable ABI.
#include <stdio.h>
#include <stdlib.h>

enum {
  CURLOPT_SSLVERSION = 32,
  CURLOPT_FAILONERROR = 45,
  CURLOPT_POSTFIELDSIZE = 60,
  CURLOPT_WRITEDATA = 10001,
  CURLOPT_URL = 10002,
  CURLOPT_PROXY = 10004,
  CURLOPT_POSTFIELDS = 10015,
  CURLOPT_HTTPHEADER = 10023,
  CURLOPT_CAINFO = 10065,
  CURL_SSLVERSION_TLSv1_2 = 6,
};
void *curl_easy_init(void);
int curl_easy_setopt(void *, int, ...);
int curl_easy_perform(void *);
const char *curl_easy_strerror(int);
void *curl_slist_append(void *, const char *);

static char *read_file(const char *path, long *size) {
  FILE *file = fopen(path, "r");
  if (!file || fseek(file, 0, SEEK_END) || (*size = ftell(file)) < 0) {
    perror(path);
    exit(2);
  }
  rewind(file);
  char *text = malloc(*size + 1);
  if (!text || fread(text, 1, *size, file) != (size_t)*size) {
    perror(path);
    exit(2);
  }
  fclose(file);
  return text;
}

int main(int count, char **arguments) {
  if (count < 4) return 2;
  long size, token_size;
  char *form = read_file(arguments[2], &size);
  free(read_file(arguments[3], &token_size));
  void *easy = curl_easy_init();
  if (!easy) return 1;
  curl_easy_setopt(easy, CURLOPT_URL, arguments[1]);
  curl_easy_setopt(easy, CURLOPT_PROXY, "");
  curl_easy_setopt(easy, CURLOPT_POSTFIELDS, form);
  curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE, size);
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, curl_slist_append(NULL, "Accept: application/json"));
  curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
  curl_easy_setopt(easy, CURLOPT_FAILONERROR, 1L);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, stdout);
  if (count > 4) curl_easy_setopt(easy, CURLOPT_CAINFO, arguments[4]);
  int code = curl_easy_perform(easy);
  if (code) fprintf(stderr, "post: %s\n", curl_easy_strerror(code));
  return code != 0;
}
