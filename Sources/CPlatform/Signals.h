#ifndef SIGNALS_H
#define SIGNALS_H

// Sets what must hold from the first instruction on, and keeps what the process was started with.
void signals_begin(char **arguments, char **variables);

#endif
