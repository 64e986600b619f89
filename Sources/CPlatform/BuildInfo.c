// The commit and toolchain of this build. For the static binary the Makefile links an object with
// these values (scripts/build-info), so that a new commit only needs a new link.
#include "CPlatform.h"

#ifdef TOKENXCHANGE_STATIC
extern const char tx_build_commit[], tx_build_toolchain[];
#else
static const char tx_build_commit[] = "unknown", tx_build_toolchain[] = "unknown";
#endif

const char *tx_commit(void) { return tx_build_commit; }
const char *tx_toolchain(void) { return tx_build_toolchain; }
