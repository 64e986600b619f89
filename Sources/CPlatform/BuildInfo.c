// What this was built from. The Makefile links the static binary with an object that says it
// (scripts/build-info), so that another commit needs another link and no other compilation.
#include "CPlatform.h"

#ifdef TOKENXCHANGE_STATIC
extern const char tx_build_commit[], tx_build_toolchain[];
#else
static const char tx_build_commit[] = "unknown", tx_build_toolchain[] = "unknown";
#endif

const char *tx_commit(void) { return tx_build_commit; }
const char *tx_toolchain(void) { return tx_build_toolchain; }
