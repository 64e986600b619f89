// Foundation takes the program's folder for its bundle, and reads all of that folder's names to find
// a bundle's files: in a /usr/bin of two thousand programs that takes as long as the exchange. The
// static binary says that it lies where there is next to nothing (--wrap). URLSession's cookies, which
// it looks for even when told to keep none, are then looked for there too; see ProcessSetup.swift.
#ifdef TOKENXCHANGE_STATIC
const char *__wrap__CFProcessPath(void) { return "/proc/self/ns/tokenxchange"; }
#else
typedef int no_main_bundle_here;
#endif
