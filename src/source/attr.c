// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/attr.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#include "base/address.h"
#include "model/value.h"

static int shortest(enum attr_form form) {
    switch (form) {
    case ATTR_U8:
    case ATTR_PLAIN_U8:
        return 1;
    case ATTR_U16:
    case ATTR_BE16:
        return 2;
    case ATTR_U32:
    case ATTR_BE32:
    case ATTR_PLAIN_U32:
    case ATTR_ADDRESS:
        return 4;
    case ATTR_U64:
        return 8;
    case ATTR_UNKNOWN:
    case ATTR_FLAG:
    case ATTR_LLADDR:
    case ATTR_TEXT:
    case ATTR_TAKE:
        return 0;
    }
    return 0;
}

static struct address read_address(const struct nlattr *attr) {
    static const char zeroes[16];
    size_t length = (size_t)nla_len(attr);
    if (length <= sizeof(zeroes) && memcmp(nla_data(attr), zeroes, length) == 0)
        return (struct address){0};
    return address_from_bytes(nla_data(attr), length);
}

static int read_text(const struct nlattr *attr, struct arena *arena, const char **ret_text) {
    *ret_text = arena_strndup(arena, nla_data(attr), (size_t)nla_len(attr));
    return *ret_text ? 0 : -ENOMEM;
}

static int read_one(const struct nlattr *attr, const struct attr_rule *rule,
                    const struct attr_target *target) {
    void *member = (char *)target->row + rule->offset;
    if (nla_len(attr) < shortest(rule->form))
        return -EBADMSG;
    switch (rule->form) {
    case ATTR_UNKNOWN:
        return 0;
    case ATTR_U8:
        *(struct maybe *)member = maybe_of(nla_get_u8(attr));
        return 0;
    case ATTR_U16:
        *(struct maybe *)member = maybe_of(nla_get_u16(attr));
        return 0;
    case ATTR_U32:
        *(struct maybe *)member = maybe_of(nla_get_u32(attr));
        return 0;
    case ATTR_U64:
        *(struct maybe *)member = maybe_of(nla_get_u64(attr));
        return 0;
    case ATTR_BE16:
        *(struct maybe *)member = maybe_of(ntohs(nla_get_u16(attr)));
        return 0;
    case ATTR_BE32:
        *(struct maybe *)member = maybe_of(ntohl(nla_get_u32(attr)));
        return 0;
    case ATTR_FLAG:
        *(struct maybe *)member = maybe_of(1);
        return 0;
    case ATTR_PLAIN_U8:
        *(uint8_t *)member = nla_get_u8(attr);
        return 0;
    case ATTR_PLAIN_U32:
        *(uint32_t *)member = nla_get_u32(attr);
        return 0;
    case ATTR_ADDRESS:
        *(struct address *)member = read_address(attr);
        return 0;
    case ATTR_LLADDR:
        *(struct lladdr *)member = lladdr_from_bytes(nla_data(attr), (size_t)nla_len(attr));
        return 0;
    case ATTR_TEXT:
        return read_text(attr, target->arena, member);
    case ATTR_TAKE:
        return rule->take(attr, target);
    }
    return 0;
}

int attr_read(const struct nlattr *head, int length, const struct attr_table *table,
              const struct attr_target *target) {
    const struct nlattr *attr = head;
    int result = 0;
    for (; nla_ok(attr, length); attr = nla_next(attr, &length)) {
        size_t type = (size_t)nla_type(attr);
        int r = type < table->count ? read_one(attr, &table->rules[type], target) : 0;
        if (r == -ENOMEM)
            return r;
        if (r < 0)
            result = r;
    }
    return length > 0 ? -EBADMSG : result;
}

int attr_read_nested(const struct nlattr *attr, const struct attr_table *table,
                     const struct attr_target *target) {
    return attr_read(nla_data(attr), nla_len(attr), table, target);
}
