// FoundationNetworking compares each request's host with the host that libcurl parses from the URL,
// and frees libcurl's URL handle with curl_free, which leaks the URL's parts: 150 bytes per
// request. The sidecar must not grow, so the static binary replaces the function (--wrap).
#ifdef TOKENXCHANGE_STATIC
#include <string.h>

enum { CURLUPART_URL = 0, CURLUPART_HOST = 5 };
void *curl_url(void);
void curl_url_cleanup(void *);
int curl_url_set(void *, int, const char *, unsigned int);
int curl_url_get(void *, int, char **, unsigned int);
void curl_free(void *);

int __wrap_CFURLSessionCurlHostIsEqual(const char *url, const char *expected) {
  int equal = 0;
  char *host = NULL;
  void *handle = curl_url();
  if (!handle) return 0;
  if (curl_url_set(handle, CURLUPART_URL, url, 0) == 0 &&
      curl_url_get(handle, CURLUPART_HOST, &host, 0) == 0) {
    equal = strcmp(host, expected) == 0;
    curl_free(host);
  }
  curl_url_cleanup(handle);
  return equal;
}
#else
typedef int no_host_comparison_here;
#endif
