// SPDX-License-Identifier: GPL-2.0-or-later
// What of a rule matters for services: to which destination it applies, how often, and where it
// sends packets.
#ifndef RULESET_SERVICE_RULE_H
#define RULESET_SERVICE_RULE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/address.h"
#include "ruleset/ruleset.h"
#include "ruleset/service_key.h"

enum service_target {
    SERVICE_TARGET_NONE,
    SERVICE_TARGET_CHAIN,  // a jump or goto
    SERVICE_TARGET_SHARED, // a verdict map by a number that is drawn
    SERVICE_TARGET_KEYED,  // a verdict map by the destination
    SERVICE_TARGET_DNAT,
    SERVICE_TARGET_DNAT_SHARED, // to what a map has for a number that is drawn
    SERVICE_TARGET_DNAT_KEYED,  // to what a map has for the destination
    SERVICE_TARGET_REJECT,
};

struct service_rule {
    bool to_destination; // it applies to some address or port only
    struct service_destination destination;
    struct service_key key; // a set or map of destinations that it looks at, too
    uint16_t ports[15][2];  // one of these, from and to; XT_MULTI_PORTS
    size_t port_count;      // 0: any that `destination` allows
    bool conditional;       // it looks at something else, too
    bool affinity;          // at where the client was sent before
    double probability;     // that it applies, of what is drawn
    enum service_target target;
    const struct nf_chain *chain; // of SERVICE_TARGET_CHAIN
    const struct nf_set *set;     // of both shared ones
    uint32_t modulus;             // how many numbers can be drawn
    struct address to, to_last;   // of SERVICE_TARGET_DNAT: one of these is chosen
    uint16_t to_port;             // 0: not changed
};

void service_rule_read(const struct nf_rule *rule, struct service_rule *ret_rule);

// Address and port in data that the kernel would translate to, of a map or a register.
void service_target_parse(const struct nf_data *data, struct address *ret_address,
                          uint16_t *ret_port);

#endif
