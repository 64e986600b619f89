// How a function of libcurl is stood in for, and how the original is called.
#ifndef HOOK_H
#define HOOK_H

#include <dlfcn.h>

typedef int setopt_function(void *, int, ...);
typedef int getinfo_function(void *, int, ...);

#ifdef TOKENXCHANGE_STATIC
// Linked with --wrap, which fails unless both sides are there: the hook is always in effect.
setopt_function __real_curl_easy_setopt;
#define HOOK(name) __wrap_##name
#define ORIGINAL(name, type) (&__real_##name)
#define LIBRARY(name, type) (&name)
#else
// The executable's symbols come before libcurl's, but the linker exports only those that a library
// asks for, and FoundationNetworking asks for libcurl's by this version.
#define HOOK(name) tx_##name
#define EXPORT(name) __asm__(".symver tx_" #name ", " #name "@@CURL_OPENSSL_4")
#define ORIGINAL(name, type) ((type)dlsym(RTLD_NEXT, #name))
#define LIBRARY(name, type) ((type)dlsym(RTLD_DEFAULT, #name))
#endif

setopt_function HOOK(curl_easy_setopt);

// Whether the transfer under way brought more headers than are read.
int tx_headers_too_large(void);

#endif
