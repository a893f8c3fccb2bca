// SPDX-License-Identifier: GPL-2.0-or-later
// The child that has an extension's library print its options, for source/xtables.h. libxtables is
// loaded here and nowhere else: netscope runs without it.
#ifndef XTABLES_CHILD_H
#define XTABLES_CHILD_H

// Answers on the standard input until its other end is closed: argc and argv are those of main.
// Returns the exit status.
int xtables_child(int argc, char **argv);

#endif
