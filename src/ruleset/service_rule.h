// SPDX-License-Identifier: GPL-2.0-or-later
// What of a rule matters for services: to which destination it applies, how often, and where it
// sends packets.
#ifndef RULESET_SERVICE_RULE_H
#define RULESET_SERVICE_RULE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/address.h"
#include "ruleset/ruleset.h"

enum service_target {
    SERVICE_TARGET_NONE,
    SERVICE_TARGET_CHAIN,  // a jump or goto
    SERVICE_TARGET_SHARED, // a verdict map by a number that is drawn
    SERVICE_TARGET_DNAT,
    SERVICE_TARGET_DNAT_SHARED, // to what a map has for a number that is drawn
    SERVICE_TARGET_REJECT,
};

struct service_rule {
    bool to_destination; // it applies to some address or port only
    struct prefix address;
    uint16_t port_min, port_max;
    uint8_t protocol;
    bool conditional;   // it looks at something else, too
    bool affinity;      // at where the client was sent before
    double probability; // that it applies, of what is drawn
    enum service_target target;
    const struct nf_chain *chain; // of SERVICE_TARGET_CHAIN
    const struct nf_set *set;     // of both shared ones
    uint32_t modulus;             // how many numbers can be drawn
    struct address to;            // of SERVICE_TARGET_DNAT
    uint16_t to_port;             // 0: not changed
};

void service_rule_read(const struct nf_rule *rule, struct service_rule *ret_rule);

// Address and port in data that the kernel would translate to, of a map or a register.
void service_target_parse(const struct nf_data *data, struct address *ret_address,
                          uint16_t *ret_port);

#endif
