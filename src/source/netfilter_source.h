// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef SOURCE_NETFILTER_SOURCE_H
#define SOURCE_NETFILTER_SOURCE_H

#include "source/source.h"

extern const struct source nf_table_source, nf_hook_source, nf_chain_source, nf_rule_source,
    nf_set_source, nf_element_source, nf_object_source, nf_flowtable_source, nf_reference_source,
    nf_service_source;

#endif
