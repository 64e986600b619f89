// Collects the response in libcurl's callbacks. URLSession never sees it.
//
// URLSession on Linux traps on responses that libcurl accepts: truncated headers, trailers, text on
// the blank line after the headers, a length that a Double rounds up, and some redirects and
// challenges. It also buffers bodies of any size. Therefore the header section and the body are
// stored here, within limits.
#define _GNU_SOURCE
#include "CPlatform.h"
#include "Hook.h"

#include <stdlib.h>
#include <string.h>

enum {
  CURLOPT_WRITEDATA = 10001,
  CURLOPT_WRITEFUNCTION = 20011,
  CURLOPT_HEADERDATA = 10029,
  CURLOPT_HEADERFUNCTION = 20079,
  CURLOPT_MAXFILESIZE_LARGE = 30117,
  CURLINFO_RESPONSE_CODE = 0x200000 + 2,
  CURLE_FILESIZE_EXCEEDED = 63,
};
enum { MAXIMUM_HEAD = 65536 };

struct buffer { char *bytes; size_t length, capacity; };

// The current transfer, guarded by the hook's lock.
static struct {
  void *easy;
  struct buffer head, body;
  size_t header_bytes, maximum_body;
  int is_head_complete, too_many_headers, too_large;
} transfer;

void response_reset(size_t maximum_body) {
  free(transfer.head.bytes);
  free(transfer.body.bytes);
  memset(&transfer, 0, sizeof transfer);
  transfer.maximum_body = maximum_body;
}

static int append(struct buffer *buffer, const char *bytes, size_t length) {
  if (buffer->capacity - buffer->length < length) {
    size_t capacity = buffer->capacity ? buffer->capacity : 4096;
    while (capacity - buffer->length < length) capacity *= 2;
    char *larger = realloc(buffer->bytes, capacity);
    if (!larger) return 0;
    buffer->bytes = larger;
    buffer->capacity = capacity;
  }
  memcpy(buffer->bytes + buffer->length, bytes, length);
  buffer->length += length;
  return 1;
}

// Reads a header line. Returning fewer bytes than were passed ends the transfer.
static size_t take_header(char *line, size_t size, size_t count, void *easy) {
  getinfo_function *getinfo = LIBRARY(curl_easy_getinfo, getinfo_function *);
  size_t length = size * count, taken = 0;
  hook_lock();
  // A cancelled transfer has no response.
  if (easy != transfer.easy) goto end;
  transfer.header_bytes += length;
  if (transfer.header_bytes > MAXIMUM_HEAD) {
    transfer.too_many_headers = 1;
    goto end;
  }
  // Trailers (RFC 9112, section 7.1.2) follow the header section; they are ignored.
  if (!transfer.is_head_complete) {
    if (!append(&transfer.head, line, length)) goto end;
    // libcurl ends the header section at any line that begins with CR or LF.
    if (length > 0 && (line[0] == '\r' || line[0] == '\n')) {
      long status = 0;
      getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
      // Another response follows an interim response (RFC 9110, section 15.2). A 101 is not one:
      // the connection speaks another protocol after it.
      if (status / 100 == 1 && status != 101) transfer.head.length = 0;
      else transfer.is_head_complete = 1;
    }
  }
  taken = length;
end:
  hook_unlock();
  return taken;
}

static size_t take_body(char *bytes, size_t size, size_t count, void *easy) {
  size_t length = size * count, taken = 0;
  hook_lock();
  if (easy == transfer.easy && transfer.is_head_complete) {
    if (length > transfer.maximum_body - transfer.body.length) transfer.too_large = 1;
    else if (append(&transfer.body, bytes, length)) taken = length;
  }
  hook_unlock();
  return taken;
}

int response_begin(void *easy, setopt_function *setopt) {
  transfer.easy = easy;
  if (setopt(easy, CURLOPT_HEADERFUNCTION, &take_header)) return CURLOPT_HEADERFUNCTION;
  if (setopt(easy, CURLOPT_HEADERDATA, easy)) return CURLOPT_HEADERDATA;
  if (setopt(easy, CURLOPT_WRITEFUNCTION, &take_body)) return CURLOPT_WRITEFUNCTION;
  if (setopt(easy, CURLOPT_WRITEDATA, easy)) return CURLOPT_WRITEDATA;
  // If the announced length exceeds the limit, the body is rejected before its first byte.
  if (setopt(easy, CURLOPT_MAXFILESIZE_LARGE, (long long)transfer.maximum_body))
    return CURLOPT_MAXFILESIZE_LARGE;
  return 0;
}

int response_is_current(void *easy) { return easy == transfer.easy; }

int response_is_complete(void) { return transfer.is_head_complete; }

void response_limits(int code, int *too_many_headers, int *too_large) {
  *too_many_headers = transfer.too_many_headers;
  *too_large = transfer.too_large || code == CURLE_FILESIZE_EXCEEDED;
}

struct tx_response tx_take_response(void) {
  hook_lock();
  struct tx_response response = {0};
  if (transfer.is_head_complete)
    response = (struct tx_response){
        transfer.head.bytes, transfer.head.length, transfer.body.bytes, transfer.body.length};
  else free(transfer.head.bytes), free(transfer.body.bytes);
  memset(&transfer, 0, sizeof transfer);
  hook_unlock();
  return response;
}
