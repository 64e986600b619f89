#include "CURLOptions.h"
int curl_options_effective(void) { return 0; }
