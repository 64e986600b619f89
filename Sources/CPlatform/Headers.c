// URLSession takes every header line that libcurl hands it for the answer's own. An interim answer
// (RFC 9110, section 15.2) it takes for the final one, after trailers (RFC 9112, section 7.1.2) it
// traps, and it reads headers without end, ever more slowly. So it gets the final answer's only.
#define _GNU_SOURCE
#include "Hook.h"

#include <pthread.h>
#include <stdarg.h>
#include <string.h>

enum { CURLOPT_HEADERDATA = 10029, CURLOPT_HEADERFUNCTION = 20079 };
enum { MOST_HEADER_BYTES = 65536 };

typedef size_t header_function(char *, size_t, size_t, void *);

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
// URLSession's own, the same for all of its handles.
static header_function *original;
// The transfer under way: what URLSession knows it by, and how far its headers are.
static struct {
  void *data;
  enum { BEFORE, INTERIM, FINAL, AFTER } part;
  size_t bytes;
  int too_large;
} headers;

int tx_headers_too_large(void) {
  pthread_mutex_lock(&lock);
  int too_large = headers.too_large;
  pthread_mutex_unlock(&lock);
  return too_large;
}

// Whether a line begins an interim answer. After 101 something else than HTTP follows, so libcurl
// takes it for the end, and so does this.
static int is_interim(const char *line, size_t length) {
  const char *space = memchr(line, ' ', length);
  if (!space || line + length - space < 4) return 0;
  return space[1] == '1' && memcmp(space + 1, "101", 3) != 0;
}

static size_t take_header(char *line, size_t size, size_t count, void *data) {
  size_t length = size * count;
  int is_blank = length > 0 && (line[0] == '\r' || line[0] == '\n');
  pthread_mutex_lock(&lock);
  headers.bytes += data == headers.data ? length : 0;
  if (headers.bytes > MOST_HEADER_BYTES) headers.too_large = 1;
  // Of a transfer that was given up, nobody waits for the answer.
  int is_over = data != headers.data || headers.too_large;
  if (headers.part == BEFORE) headers.part = is_interim(line, length) ? INTERIM : FINAL;
  int is_passed_on = headers.part == FINAL;
  if (is_blank) headers.part = headers.part == INTERIM ? BEFORE : AFTER;
  header_function *pass_on = original;
  pthread_mutex_unlock(&lock);
  // Fewer bytes than were given end the transfer.
  if (is_over || !pass_on) return 0;
  return is_passed_on ? pass_on(line, size, count, data) : length;
}

// Every option is a pointer or as wide as one.
int HOOK(curl_easy_setopt)(void *easy, int option, ...) {
  setopt_function *setopt = ORIGINAL(curl_easy_setopt, setopt_function *);
  va_list arguments;
  va_start(arguments, option);
  void *value = va_arg(arguments, void *);
  va_end(arguments);
  pthread_mutex_lock(&lock);
  if (option == CURLOPT_HEADERDATA && value) {
    memset(&headers, 0, sizeof headers);
    headers.data = value;
  } else if (option == CURLOPT_HEADERFUNCTION && value) {
    original = (header_function *)value;
    value = (void *)&take_header;
  }
  pthread_mutex_unlock(&lock);
  return setopt(easy, option, value);
}

#ifndef TOKENXCHANGE_STATIC
EXPORT(curl_easy_setopt);
#endif
