#ifndef CURLOPTIONS_H
#define CURLOPTIONS_H
int curl_options_effective(void);
#endif
