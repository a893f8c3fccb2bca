// SPDX-License-Identifier: GPL-2.0-or-later
// A packet whose route is asked for, and what the kernel answers when it is asked (RTM_GETROUTE,
// ip-route(8) get).
#ifndef MODEL_ROUTE_QUESTION_H
#define MODEL_ROUTE_QUESTION_H

#include <stdint.h>

#include "base/address.h"
#include "base/error.h"
#include "model/route.h"
#include "model/table.h"
#include "model/value.h"

// A packet that is to be sent or, with iif, that came in.
struct route_question {
    struct address dst;
    struct address from; // ADDRESS_NONE: the kernel chooses one
    int32_t iif, oif;    // ifindex; 0: not said
    uint32_t mark;
    struct maybe uid; // of the sender; unknown: 0, or with iif nobody's
    struct maybe proto;
    uint16_t sport, dport; // 0: none
    uint8_t tos;
};

// One half of the answer.
struct route_reply {
    int error;                 // 0, or the -errno that the kernel answered
    char words[80];            // of the error
    const struct route *route; // NULL with an error
};

struct route_answer {
    struct route_reply match;    // the route as it stands in its table (fibmatch)
    struct route_reply resolved; // what it comes to: one nexthop, and the source address
    struct table *table;         // owns the routes
};

// A label of RFC 6724, 2.1 (ip-addrlabel(8)), by which IPv6 source addresses are preferred.
struct route_label {
    struct prefix prefix;
    int32_t ifindex; // 0: any
    uint32_t label;
};

// What a question is made of, in words: "to ADDR from ADDR iif DEV ...".
enum route_word {
    ROUTE_WORD_TO,
    ROUTE_WORD_FROM,
    ROUTE_WORD_IIF,
    ROUTE_WORD_OIF,
    ROUTE_WORD_MARK,
    ROUTE_WORD_UID,
    ROUTE_WORD_IPPROTO,
    ROUTE_WORD_SPORT,
    ROUTE_WORD_DPORT,
    ROUTE_WORD_TOS,
    ROUTE_WORD_COUNT,
};

extern const char *const route_word_names[ROUTE_WORD_COUNT]; // "to", "from", "iif" ...

// The ifindex of the interface of that name, 0 if there is none.
typedef int32_t route_link_finder(const char *name, void *user_data);

// Makes a question of the words that are not NULL. Returns 0, or -EINVAL and in err which word is
// wrong.
int route_question_read(const char *const words[ROUTE_WORD_COUNT], route_link_finder *find,
                        void *user_data, struct route_question *ret_question, struct error *err);

// The same from a line as it is typed: "10.0.0.1 from 10.0.0.2 oif eth0", the first "to" being left
// out.
int route_question_parse(const char *line, route_link_finder *find, void *user_data,
                         struct route_question *ret_question, struct error *err);

// Frees the routes of an answer.
static inline void route_answer_done(struct route_answer *answer) {
    table_unref(answer->table);
    answer->table = NULL;
}

#endif
