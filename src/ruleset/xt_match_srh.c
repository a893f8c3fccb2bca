// SPDX-License-Identifier: GPL-2.0-or-later
// srh: the segment routing header of IPv6. Revision 0 is rewritten to revision 1's struct, which
// looks at segments too.
#include <linux/in6.h>
#include <linux/netfilter_ipv6/ip6t_srh.h>
#include <string.h>

#include "ruleset/xt.h"
#include "ruleset/xt_values.h"

static const void *decode_revision_0(const void *bytes, struct arena *arena) {
    const struct ip6t_srh *old = bytes;
    struct ip6t_srh1 *info = arena_alloc(arena, sizeof(*info));
    if (!info)
        return NULL;
    memcpy(info, old, offsetof(struct ip6t_srh, mt_flags));
    info->mt_flags = old->mt_flags & (IP6T_SRH_TAG | (IP6T_SRH_TAG - 1));
    info->mt_invflags = old->mt_invflags;
    return info;
}

// What is compared with a number; the bits of inversion are the same.
static void write_numbers(const struct ip6t_srh1 *srh, struct xt_writer *writer) {
    const struct {
        uint16_t flag;
        const char *option;
        uint16_t value;
    } numbers[] = {
        {IP6T_SRH_NEXTHDR, "--srh-next-hdr", srh->next_hdr},
        {IP6T_SRH_LEN_EQ, "--srh-hdr-len-eq", srh->hdr_len},
        {IP6T_SRH_LEN_GT, "--srh-hdr-len-gt", srh->hdr_len},
        {IP6T_SRH_LEN_LT, "--srh-hdr-len-lt", srh->hdr_len},
        {IP6T_SRH_SEGS_EQ, "--srh-segs-left-eq", srh->segs_left},
        {IP6T_SRH_SEGS_GT, "--srh-segs-left-gt", srh->segs_left},
        {IP6T_SRH_SEGS_LT, "--srh-segs-left-lt", srh->segs_left},
        {IP6T_SRH_LAST_EQ, "--srh-last-entry-eq", srh->last_entry},
        {IP6T_SRH_LAST_GT, "--srh-last-entry-gt", srh->last_entry},
        {IP6T_SRH_LAST_LT, "--srh-last-entry-lt", srh->last_entry},
        {IP6T_SRH_TAG, "--srh-tag", srh->tag},
    };
    for (size_t i = 0; i < XT_COUNT(numbers); i++) {
        if (srh->mt_flags & numbers[i].flag)
            xt_option_uint(writer, numbers[i].option, srh->mt_invflags & numbers[i].flag,
                           numbers[i].value);
    }
}

static void write_segments(const struct ip6t_srh1 *srh, struct xt_writer *writer) {
    const struct {
        uint16_t flag;
        const char *option;
        const struct in6_addr *address, *mask;
    } segments[] = {
        {IP6T_SRH_PSID, "--srh-psid", &srh->psid_addr, &srh->psid_msk},
        {IP6T_SRH_NSID, "--srh-nsid", &srh->nsid_addr, &srh->nsid_msk},
        {IP6T_SRH_LSID, "--srh-lsid", &srh->lsid_addr, &srh->lsid_msk},
    };
    for (size_t i = 0; i < XT_COUNT(segments); i++) {
        if (!(srh->mt_flags & segments[i].flag))
            continue;
        xt_option(writer, segments[i].option, srh->mt_invflags & segments[i].flag);
        xt_put_address(writer, NF_FAMILY_IP6, segments[i].address);
        buffer_putc(writer->value, '/');
        xt_put_mask_bits(writer, NF_FAMILY_IP6, segments[i].mask);
    }
}

static void write_srh(const void *info, struct xt_writer *writer) {
    write_numbers(info, writer);
    write_segments(info, writer);
}

const struct xt_extension xt_match_srh[] = {
    {
        .name = "srh",
        .revision = 1,
        .family = NF_FAMILY_IP6,
        .size = sizeof(struct ip6t_srh1),
        .write = write_srh,
    },
    {
        .name = "srh",
        .family = NF_FAMILY_IP6,
        .size = sizeof(struct ip6t_srh),
        .decode = decode_revision_0,
        .write = write_srh,
    },
    {0},
};
