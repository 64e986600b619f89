// The header lines and the body of the next request.
#ifndef REQUEST_H
#define REQUEST_H

#include "Hook.h"

// Sets both on a handle. Returns the libcurl option that could not be set, or 0.
int request_apply(void *easy, setopt_function *setopt);

// Removes both from a handle.
void request_detach(void *easy, setopt_function *setopt);

// Discards both for a transfer that has ended or was cancelled.
void request_clear(int has_ended);

#endif
