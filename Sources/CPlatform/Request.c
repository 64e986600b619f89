// The header lines and the body of the next request. URLSession would copy the lines through three
// kinds of dictionaries, which takes a tenth of an exchange over http, and add the language of the
// locale. It would send the body separately; libcurl sends a small one together with the headers.
#define _GNU_SOURCE
#include "Request.h"
#include "CPlatform.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
  CURLOPT_POSTFIELDS = 10015,
  CURLOPT_HTTPHEADER = 10023,
  CURLOPT_UPLOAD = 46,
  CURLOPT_POSTFIELDSIZE_LARGE = 30120,
};

static struct list *lines, **last = &lines;
static char *body;
static size_t body_length;

int tx_add_header(const char *line) {
  struct list *added = calloc(1, sizeof *added);
  if (added && !(added->text = strdup(line))) {
    free(added);
    added = NULL;
  }
  if (!added) return ENOMEM;
  hook_lock();
  *last = added;
  last = &added->next;
  hook_unlock();
  return 0;
}

int tx_set_body(const unsigned char *bytes, size_t length) {
  char *copy = malloc(length + 1);
  if (!copy) return ENOMEM;
  memcpy(copy, bytes, length);
  hook_lock();
  body = copy;
  body_length = length;
  hook_unlock();
  return 0;
}

int request_apply(void *easy, setopt_function *setopt) {
  if (setopt(easy, CURLOPT_HTTPHEADER, lines)) return CURLOPT_HTTPHEADER;
  if (!body) return 0;
  // URLSession has prepared an upload without content.
  if (setopt(easy, CURLOPT_UPLOAD, 0L)) return CURLOPT_UPLOAD;
  if (setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (long long)body_length))
    return CURLOPT_POSTFIELDSIZE_LARGE;
  return setopt(easy, CURLOPT_POSTFIELDS, body) ? CURLOPT_POSTFIELDS : 0;
}

void request_detach(void *easy, setopt_function *setopt) {
  setopt(easy, CURLOPT_HTTPHEADER, NULL);
  setopt(easy, CURLOPT_POSTFIELDS, NULL);
}

void request_clear(int has_ended) {
  // libcurl does not copy them and may still read them for a cancelled transfer.
  while (has_ended && lines) {
    struct list *next = lines->next;
    explicit_bzero(lines->text, strlen(lines->text));
    free(lines->text);
    free(lines);
    lines = next;
  }
  lines = NULL;
  last = &lines;
  if (has_ended && body) explicit_bzero(body, body_length), free(body);
  body = NULL;
}
