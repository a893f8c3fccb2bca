// SPDX-License-Identifier: GPL-2.0-or-later
// Ending what goes on until it is told to end.
#ifndef DUMP_STOP_H
#define DUMP_STOP_H

// Catches SIGINT, SIGTERM and SIGHUP, once: what is stuck is ended by the second signal, as ever.
// Returns a descriptor that is readable from the first signal on, or -errno. To be called once.
int stop_catch(void);

#endif
