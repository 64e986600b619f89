// The route of the next request.
#ifndef ROUTE_H
#define ROUTE_H

#include "Hook.h"

// Sets the route on a handle. Returns the libcurl option that could not be set, or 0.
int route_apply(void *easy, setopt_function *setopt);

// Removes the addresses from a handle.
void route_detach(void *easy, setopt_function *setopt);

// Discards the route of a transfer that has ended or was cancelled.
void route_clear(int has_ended);

#endif
