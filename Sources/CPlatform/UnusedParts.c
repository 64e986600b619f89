// Parts of FoundationNetworking that this program does not use, but that every URLSession creates.
// They take an eighth of the instructions of an exchange over http, so the static binary replaces
// them (--wrap; the Makefile reads the names here).
//
// The names are those of Swift 6.3. The linker ignores names that another version does not have;
// then the parts are created as usual, which only takes longer.
#ifdef TOKENXCHANGE_STATIC
#define COOKIES "$s20FoundationNetworking17HTTPCookieStorageC06sharedD033_BA26D73C28CDD96CA00F9E183F1103B8LL_WZ"
#define CACHE "$s20FoundationNetworking8URLCacheC6sharedACvgZTf4d_n"
#define DEBUG "$s20FoundationNetworking24enableLibcurlDebugOutput_WZ"

// Initializes HTTPCookieStorage.shared, which looks for a directory. It stays nil, as the
// configuration of the session allows.
void unused_cookies(void) __asm__("__wrap_" COOKIES);
void unused_cookies(void) {}

// Returns URLCache.shared, which looks for a directory, too.
void *unused_cache(void) __asm__("__wrap_" CACHE);
void *unused_cache(void) { return 0; }

// Reads the environment for a variable that makes libcurl write requests to stderr. It stays false.
void unused_debug_output(void) __asm__("__wrap_" DEBUG);
void unused_debug_output(void) {}
#else
typedef int no_unused_parts_here;
#endif
