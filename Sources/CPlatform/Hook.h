// How a libcurl function is replaced and how the original is called.
#ifndef HOOK_H
#define HOOK_H

#include <dlfcn.h>
#include <stddef.h>

typedef int setopt_function(void *, int, ...);
typedef int getinfo_function(void *, int, ...);

// libcurl's curl_slist.
struct list { char *text; struct list *next; };

#ifdef TOKENXCHANGE_STATIC
// Linked with --wrap, which fails unless both functions exist, so that the hook is always active.
setopt_function curl_easy_setopt;
const char *curl_easy_strerror(int);
int curl_easy_perform(void *);
getinfo_function curl_easy_getinfo;
#define HOOK(name) __wrap_##name
#define ORIGINAL(name, type) (&__real_##name)
#define LIBRARY(name, type) (&name)
#else
// The executable's symbols take precedence over libcurl's, but the linker exports only symbols that
// a library references, and FoundationNetworking references libcurl's with this version.
#define HOOK(name) tx_##name
#define EXPORT(name) __asm__(".symver tx_" #name ", " #name "@@CURL_OPENSSL_4")
#define ORIGINAL(name, type) ((type)dlsym(RTLD_NEXT, #name))
#define LIBRARY(name, type) ((type)dlsym(RTLD_DEFAULT, #name))
#endif

// The hook's lock. The functions below are called with the lock held unless stated otherwise.
void hook_lock(void);
void hook_unlock(void);

// Records that a server's certificate has neither a host name nor an address; takes the lock.
void hook_note_unnamed_certificate(void);

// Discards the last response.
void response_reset(size_t maximum_body);
// These functions prepare a handle and return 0, or the option that could not be set.
int response_begin(void *easy, setopt_function *setopt);
int certificates_begin(void *easy, setopt_function *setopt);
// Whether this is the transfer whose response is collected.
int response_is_current(void *easy);
// Whether the final header section is complete.
int response_is_complete(void);
// Which limits the response exceeded, given libcurl's result.
void response_limits(int code, int *too_many_headers, int *too_large);

#endif
