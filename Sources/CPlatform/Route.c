// The route of the next request: its proxy and the addresses to connect to. Both are set before
// libcurl would read the environment or resolve a name.
#define _GNU_SOURCE
#include "CPlatform.h"
#include "Hook.h"
#include "Route.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { CURLOPT_PROXY = 10004, CURLOPT_NOPROXY = 10177, CURLOPT_RESOLVE = 10203 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char *proxy;
static struct list *addresses;

static void forget_addresses(void) {
  if (addresses) free(addresses->text);
  free(addresses);
  addresses = NULL;
}

int tx_set_route(const char *proxy_url, const char *resolved) {
  int error = 0;
  pthread_mutex_lock(&lock);
  free(proxy);
  proxy = strdup(proxy_url ? proxy_url : "");
  if (!proxy) error = ENOMEM;
  forget_addresses();
  if (resolved) {
    addresses = calloc(1, sizeof *addresses);
    if (addresses) addresses->text = strdup(resolved);
    if (!addresses || !addresses->text) error = ENOMEM;
  }
  if (error) forget_addresses();
  pthread_mutex_unlock(&lock);
  return error;
}

int route_apply(void *easy, setopt_function *setopt) {
  int failed = 0;
  pthread_mutex_lock(&lock);
  // The empty string disables the proxy; NULL would use the environment's.
  if (setopt(easy, CURLOPT_PROXY, proxy ? proxy : "")) failed = CURLOPT_PROXY;
  if (setopt(easy, CURLOPT_NOPROXY, "")) failed = CURLOPT_NOPROXY;
  if (addresses && setopt(easy, CURLOPT_RESOLVE, addresses)) failed = CURLOPT_RESOLVE;
  pthread_mutex_unlock(&lock);
  return failed;
}

void route_detach(void *easy, setopt_function *setopt) { setopt(easy, CURLOPT_RESOLVE, NULL); }

void route_clear(int has_ended) {
  pthread_mutex_lock(&lock);
  free(proxy);
  proxy = NULL;
  // libcurl does not copy the list and may still read it for a cancelled transfer.
  if (!has_ended) addresses = NULL;
  forget_addresses();
  pthread_mutex_unlock(&lock);
}
