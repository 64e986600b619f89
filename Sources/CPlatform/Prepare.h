#ifndef PREPARE_H
#define PREPARE_H

// Waits for the thread that tx_prepare_tls started. Returns whether there was one.
int prepare_end(void);

#endif
