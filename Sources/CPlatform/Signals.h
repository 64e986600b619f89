#ifndef SIGNALS_H
#define SIGNALS_H

// Sets up signal handling before main, and records the original arguments and environment.
void signals_begin(char **arguments, char **variables);

#endif
