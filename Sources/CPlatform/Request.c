// The header lines of the next request. URLSession would copy them through three kinds of dictionaries,
// which takes a tenth of an exchange over http, and add the language of the locale.
#define _GNU_SOURCE
#include "Request.h"
#include "CPlatform.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { CURLOPT_HTTPHEADER = 10023 };

// libcurl's curl_slist.
struct list { char *text; struct list *next; };

static struct list *lines, **last = &lines;

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

int request_apply(void *easy, setopt_function *setopt) {
  return setopt(easy, CURLOPT_HTTPHEADER, lines) ? CURLOPT_HTTPHEADER : 0;
}

void request_clear(int has_ended) {
  // libcurl does not copy the list and may still read it for a cancelled transfer.
  while (has_ended && lines) {
    struct list *next = lines->next;
    explicit_bzero(lines->text, strlen(lines->text));
    free(lines->text);
    free(lines);
    lines = next;
  }
  lines = NULL;
  last = &lines;
}
