// SPDX-License-Identifier: GPL-2.0-or-later
// A child process that puts right what netscope has changed, when netscope has ended: whatever
// ended it, kill -9 included. It is there before the change, so that no change is without it.
#ifndef SOURCE_KEEPER_H
#define SOURCE_KEEPER_H

struct keeper_task {
    // Done once, in the child, in the namespace of the thread that started it. It may do what
    // signal-safety(7) lists, no more. The data is as it was when the child was started.
    void (*run)(const void *data);
    const void *data;
    int fd; // a descriptor that the task needs; every other one is closed there. -1: none
};

// Starts the child. Returns a descriptor for keeper_end, which needs not be called if the program
// ends; or -errno.
int keeper_start(const struct keeper_task *task);

// Lets the child do its task now, and waits until it has. A descriptor below zero is nothing.
void keeper_end(int keeper);

#endif
