// SPDX-License-Identifier: GPL-2.0-or-later
// The text of extensions that are not decoded (ruleset/xt.h), by the library that iptables has for
// them (xtables-addons' and other people's are installed beside iptables' own, in XTABLES_LIBDIR).
// For tables of ip and ip6 it is what iptables-save prints; for those of arp and bridge what nft
// says in its own words, which it has from the same libraries.
//
// Such a library prints to the standard output, may end the program, and is not netscope's: so it
// runs in a child process, netscope again, which knows one revision of one extension and ends with
// the reading that it was started for. No child is started where all is decoded.
#ifndef SOURCE_XTABLES_H
#define SOURCE_XTABLES_H

#include "ruleset/ruleset.h"

// The first argument of netscope as such a child (xtables_child.h); family, "match" or "target",
// name and revision are the others, and its standard input is a socket (SOCK_SEQPACKET). It is sent
// a byte and the extension's struct as the kernel has it, and answers with a byte, which is 1 if
// the text of its options is behind it, and 0 if there is none.
#define XTABLES_CHILD "--xtables-child"

// Texts are not longer, nor structs.
#define XTABLES_TEXT_MAX 4096
#define XTABLES_INFO_MAX 65536

// Says what is run as the child: a path to netscope, which has to stay. NULL, as at first: nothing,
// and no extension gets a text.
void xtables_set_program(const char *path);

// Adds their texts to the extensions of a table that are not decoded, in the table's arena. The
// table must not be shared yet. An extension without a library, or whose library does not answer
// within a second or ends, gets none. Returns 0 or -ENOMEM.
int xtables_add_texts(struct nf_table *table);

#endif
