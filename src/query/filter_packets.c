// SPDX-License-Identifier: GPL-2.0-or-later
// The filter's tree becomes a disjunction of conjunctions (its disjunctive normal form): "not"
// moves down to the tests, "and" multiplies what its parts come to.
#include "query/filter_packets.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#include "query/filter_node.h"

// What a key of packet_kind is, as something that the kernel can look at.
static const struct {
    const char *key;
    enum packet_selector selector;
} selectors[] = {
    {"family", PACKET_FAMILY},
    {"src", PACKET_SRC},
    {"dst", PACKET_DST},
    {"proto", PACKET_PROTO},
    {"sport", PACKET_SPORT},
    {"dport", PACKET_DPORT},
    {"icmp_type", PACKET_ICMP_TYPE},
    {"icmp_code", PACKET_ICMP_CODE},
    {"tcp_flags", PACKET_TCP_FLAGS},
    {"length", PACKET_LENGTH},
    {"ttl", PACKET_TTL},
    {"mark", PACKET_MARK},
    {"iif", PACKET_IIF},
    {"oif", PACKET_OIF},
    {"netns", PACKET_NETNS},
};

struct expansion {
    struct arena *arena;
    struct error *err;
};

// --- One test ------------------------------------------------------------------------------------

static int find_selector(const struct filter_node *term, enum packet_selector *ret,
                         struct error *err) {
    for (size_t i = 0; i < sizeof(selectors) / sizeof(selectors[0]); i++) {
        if (!term->inner && strcmp(selectors[i].key, term->field->key) == 0) {
            *ret = selectors[i].selector;
            return 0;
        }
    }
    return error_set(err, -EINVAL,
                     "the kernel cannot choose packets by %s: use src, dst, proto, sport, dport, "
                     "icmp_type, icmp_code, tcp_flags, mark, length, ttl, iif, oif, family, netns",
                     term->field->key);
}

static int read_op(const struct filter_node *term, bool negated, enum packet_test_op *ret,
                   struct error *err) {
    static const enum packet_test_op opposites[] = {
        [PACKET_EQ] = PACKET_NE, [PACKET_NE] = PACKET_EQ, [PACKET_LT] = PACKET_GE,
        [PACKET_LE] = PACKET_GT, [PACKET_GT] = PACKET_LE, [PACKET_GE] = PACKET_LT};
    enum packet_test_op op = PACKET_EQ;
    switch (term->op) {
    case FILTER_EQUAL:
        op = PACKET_EQ;
        break;
    case FILTER_UNEQUAL:
        op = PACKET_NE;
        break;
    case FILTER_LESS:
        op = PACKET_LT;
        break;
    case FILTER_AT_MOST:
        op = PACKET_LE;
        break;
    case FILTER_GREATER:
        op = PACKET_GT;
        break;
    case FILTER_AT_LEAST:
        op = PACKET_GE;
        break;
    case FILTER_REGEX:
        return error_set(err, -EINVAL, "the kernel knows no regular expressions: %s ~ %s",
                         term->field->key, term->operand.text);
    }
    *ret = negated ? opposites[op] : op;
    return 0;
}

static int read_number(const struct filter_node *term, uint32_t *ret, struct error *err) {
    const struct filter_number *number = &term->operand.number;
    if (!term->operand.is_number || !number->whole || number->negative ||
        number->magnitude > UINT32_MAX)
        return error_set(err, -EINVAL, "%s is a whole number, not %s", term->field->key,
                         term->operand.text);
    *ret = (uint32_t)number->magnitude;
    return 0;
}

// One of the words of the field's enumeration.
static int read_word(const struct filter_node *term, uint32_t *ret, struct error *err) {
    const struct enum_names *names = term->field->names;
    for (size_t i = 0; i < names->count; i++) {
        if (names->names[i] && strcasecmp(names->names[i], term->operand.text) == 0) {
            *ret = (uint32_t)i;
            return 0;
        }
    }
    return error_set(err, -EINVAL, "%s has no value %s", term->field->key, term->operand.text);
}

static int read_operand(const struct filter_node *term, struct packet_test *test,
                        struct error *err) {
    const struct filter_operand *operand = &term->operand;
    switch ((enum packet_selector)test->selector) {
    case PACKET_SRC:
    case PACKET_DST:
        if (!operand->is_address)
            return error_set(err, -EINVAL, "%s is an address or a prefix, not %s", term->field->key,
                             operand->text);
        if (test->op != PACKET_EQ && test->op != PACKET_NE)
            return error_set(err, -EINVAL, "addresses are = or !=");
        test->prefix = operand->prefix;
        return 0;
    case PACKET_FAMILY:
    case PACKET_PROTO:
        return read_word(term, &test->number, err);
    case PACKET_TCP_FLAGS:
        test->number = (uint32_t)operand->flag_bits;
        return test->number ? 0 : error_set(err, -EINVAL, "TCP has no flag %s", operand->text);
    case PACKET_IIF:
    case PACKET_OIF:
    case PACKET_NETNS:
        if (test->op != PACKET_EQ && test->op != PACKET_NE)
            return error_set(err, -EINVAL, "%s is = or !=", term->field->key);
        test->text = operand->text;
        return 0;
    case PACKET_SPORT:
    case PACKET_DPORT:
    case PACKET_ICMP_TYPE:
    case PACKET_ICMP_CODE:
    case PACKET_LENGTH:
    case PACKET_TTL:
    case PACKET_MARK:
        return read_number(term, &test->number, err);
    }
    return 0;
}

static int read_test(const struct filter_node *term, bool negated, struct packet_test *ret,
                     struct error *err) {
    enum packet_selector selector = PACKET_FAMILY;
    enum packet_test_op op = PACKET_EQ;
    int r = find_selector(term, &selector, err);
    if (r == 0)
        r = read_op(term, negated, &op, err);
    ret->selector = (uint8_t)selector;
    ret->op = (uint8_t)op;
    return r == 0 ? read_operand(term, ret, err) : r;
}

// --- Alternatives --------------------------------------------------------------------------------

static int expand(struct expansion *e, const struct filter_node *node, bool negated,
                  struct packet_filter *ret);

static int make(struct expansion *e, size_t count, struct packet_filter *ret) {
    if (count > PACKET_ALTERNATIVES_MAX)
        return error_set(e->err, -EINVAL, "the filter comes to more than %d alternatives",
                         PACKET_ALTERNATIVES_MAX);
    ret->count = count;
    ret->alternatives = arena_alloc(e->arena, (count + 1) * sizeof(*ret->alternatives));
    return ret->alternatives ? 0 : -ENOMEM;
}

static int join_tests(struct expansion *e, const struct packet_alternative *a,
                      const struct packet_alternative *b, struct packet_alternative *ret) {
    if (a->count + b->count > PACKET_TESTS_MAX)
        return error_set(e->err, -EINVAL, "more than %d tests of one packet", PACKET_TESTS_MAX);
    *ret = *a;
    memcpy(ret->tests + a->count, b->tests, b->count * sizeof(b->tests[0]));
    ret->count += b->count;
    return 0;
}

static int multiply(struct expansion *e, const struct packet_filter *a,
                    const struct packet_filter *b, struct packet_filter *ret) {
    int r = make(e, a->count * b->count, ret);
    for (size_t i = 0; i < a->count * b->count && r == 0; i++)
        r = join_tests(e, &a->alternatives[i / b->count], &b->alternatives[i % b->count],
                       &ret->alternatives[i]);
    return r;
}

static int add(struct expansion *e, const struct packet_filter *a, const struct packet_filter *b,
               struct packet_filter *ret) {
    int r = make(e, a->count + b->count, ret);
    if (r < 0)
        return r;
    memcpy(ret->alternatives, a->alternatives, a->count * sizeof(*a->alternatives));
    memcpy(ret->alternatives + a->count, b->alternatives, b->count * sizeof(*b->alternatives));
    return 0;
}

// All children hold (every), or one of them does.
static int expand_children(struct expansion *e, const struct filter_node *node, bool every,
                           bool negated, struct packet_filter *ret) {
    struct packet_filter sum;
    int r = make(e, every ? 1 : 0, &sum); // one without tests is true, none is false
    for (const struct filter_node *child = node->child; child && r == 0; child = child->next) {
        struct packet_filter part, before = sum;
        r = expand(e, child, negated, &part);
        if (r == 0)
            r = every ? multiply(e, &before, &part, &sum) : add(e, &before, &part, &sum);
    }
    *ret = sum;
    return r;
}

static int expand_term(struct expansion *e, const struct filter_node *term, bool negated,
                       struct packet_filter *ret) {
    int r = make(e, 1, ret);
    if (r < 0)
        return r;
    ret->alternatives[0].count = 1;
    return read_test(term, negated, &ret->alternatives[0].tests[0], e->err);
}

static int expand(struct expansion *e, const struct filter_node *node, bool negated,
                  struct packet_filter *ret) {
    switch (node->type) {
    case FILTER_AND:
        return expand_children(e, node, !negated, negated, ret);
    case FILTER_OR:
        return expand_children(e, node, negated, negated, ret);
    case FILTER_NOT:
        return expand(e, node->child, !negated, ret);
    case FILTER_TERM:
        return expand_term(e, node, negated, ret);
    case FILTER_WORD:
        break;
    }
    return error_set(e->err, -EINVAL,
                     "the kernel cannot search packets for a word: say which field is %s",
                     node->word);
}

int filter_packets(const struct filter *filter, struct arena *arena,
                   struct packet_filter *ret_packets, struct error *err) {
    struct expansion expansion = {arena, err};
    struct packet_filter packets;
    int r = expand(&expansion, filter->root, false, &packets);
    if (r == -ENOMEM)
        return error_set(err, r, "memory is out");
    if (r == 0)
        *ret_packets = packets;
    return r;
}
