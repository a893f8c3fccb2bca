// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/route_question.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define LINE_MAX_BYTES 512

const char *const route_word_names[ROUTE_WORD_COUNT] = {
    [ROUTE_WORD_TO] = "to",           [ROUTE_WORD_FROM] = "from",   [ROUTE_WORD_IIF] = "iif",
    [ROUTE_WORD_OIF] = "oif",         [ROUTE_WORD_MARK] = "mark",   [ROUTE_WORD_UID] = "uid",
    [ROUTE_WORD_IPPROTO] = "ipproto", [ROUTE_WORD_SPORT] = "sport", [ROUTE_WORD_DPORT] = "dport",
    [ROUTE_WORD_TOS] = "tos",
};

static int read_address(const char *text, struct address *ret_address, struct error *err) {
    return address_parse(text, ret_address) == 0
               ? 0
               : error_set(err, -EINVAL, "not an IPv4 or IPv6 address: %s", text);
}

static int read_number(enum route_word word, const char *text, unsigned long max,
                       uint32_t *ret_number, struct error *err) {
    char *end;
    errno = 0;
    unsigned long number = strtoul(text, &end, 0);
    if (end == text || *end != '\0' || *text == '-' || errno != 0 || number > max)
        return error_set(err, -EINVAL, "%s is a number up to %lu, not %s", route_word_names[word],
                         max, text);
    *ret_number = (uint32_t)number;
    return 0;
}

static int read_protocol(const char *text, uint32_t *ret_number, struct error *err) {
    static const struct {
        const char *name;
        uint32_t number;
    } names[] = {{"icmp", 1}, {"tcp", 6}, {"udp", 17}, {"icmpv6", 58}, {"ipv6-icmp", 58}};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(names[i].name, text) == 0) {
            *ret_number = names[i].number;
            return 0;
        }
    }
    return read_number(ROUTE_WORD_IPPROTO, text, 255, ret_number, err);
}

struct reading {
    route_link_finder *find;
    void *user_data;
    struct route_question *question;
    struct error *err;
};

static int read_link(const struct reading *reading, const char *text, int32_t *ret_ifindex) {
    *ret_ifindex = reading->find(text, reading->user_data);
    return *ret_ifindex != 0 ? 0 : error_set(reading->err, -EINVAL, "no such interface: %s", text);
}

static unsigned long max_of(enum route_word word) {
    return word == ROUTE_WORD_SPORT || word == ROUTE_WORD_DPORT ? 65535
           : word == ROUTE_WORD_TOS                             ? 255
                                                                : UINT32_MAX;
}

static void set_number(struct route_question *question, enum route_word word, uint32_t number) {
    switch (word) {
    case ROUTE_WORD_MARK:
        question->mark = number;
        break;
    case ROUTE_WORD_UID:
        question->uid = maybe_of(number);
        break;
    case ROUTE_WORD_IPPROTO:
        question->proto = maybe_of(number);
        break;
    case ROUTE_WORD_SPORT:
        question->sport = (uint16_t)number;
        break;
    case ROUTE_WORD_DPORT:
        question->dport = (uint16_t)number;
        break;
    case ROUTE_WORD_TOS:
        question->tos = (uint8_t)number;
        break;
    case ROUTE_WORD_TO:
    case ROUTE_WORD_FROM:
    case ROUTE_WORD_IIF:
    case ROUTE_WORD_OIF:
    case ROUTE_WORD_COUNT:
        break;
    }
}

static int read_word(const struct reading *reading, enum route_word word, const char *text) {
    struct route_question *question = reading->question;
    uint32_t number;
    int r;
    if (word == ROUTE_WORD_TO)
        return read_address(text, &question->dst, reading->err);
    if (word == ROUTE_WORD_FROM)
        return read_address(text, &question->from, reading->err);
    if (word == ROUTE_WORD_IIF)
        return read_link(reading, text, &question->iif);
    if (word == ROUTE_WORD_OIF)
        return read_link(reading, text, &question->oif);
    if (word == ROUTE_WORD_IPPROTO)
        r = read_protocol(text, &number, reading->err);
    else
        r = read_number(word, text, max_of(word), &number, reading->err);
    if (r == 0)
        set_number(question, word, number);
    return r;
}

int route_question_read(const char *const words[ROUTE_WORD_COUNT], route_link_finder *find,
                        void *user_data, struct route_question *ret_question, struct error *err) {
    struct route_question question = {0};
    const struct reading reading = {find, user_data, &question, err};
    if (!words[ROUTE_WORD_TO])
        return error_set(err, -EINVAL, "the destination is missing");
    for (size_t i = 0; i < ROUTE_WORD_COUNT; i++) {
        int r = words[i] ? read_word(&reading, (enum route_word)i, words[i]) : 0;
        if (r < 0)
            return r;
    }
    if (question.from.family != ADDRESS_NONE && question.from.family != question.dst.family)
        return error_set(err, -EINVAL, "source and destination are of different families");
    if (question.iif && question.oif)
        return error_set(err, -EINVAL, "iif and oif: a packet comes in, or is sent");
    *ret_question = question;
    return 0;
}

// --- As typed ------------------------------------------------------------------------------------

static int find_word(const char *name) {
    for (int i = 0; i < ROUTE_WORD_COUNT; i++) {
        if (strcmp(route_word_names[i], name) == 0)
            return i;
    }
    return -1;
}

static int split(char *line, const char *words[ROUTE_WORD_COUNT], struct error *err) {
    char *rest, *text = strtok_r(line, " \t", &rest);
    if (text && find_word(text) < 0) {
        words[ROUTE_WORD_TO] = text;
        text = strtok_r(NULL, " \t", &rest);
    }
    for (; text; text = strtok_r(NULL, " \t", &rest)) {
        int word = find_word(text);
        if (word < 0)
            return error_set(err, -EINVAL,
                             "'%s': there are from, iif, oif, mark, uid, ipproto, "
                             "sport, dport and tos",
                             text);
        if (words[word])
            return error_set(err, -EINVAL, "%s is given twice", text);
        words[word] = strtok_r(NULL, " \t", &rest);
        if (!words[word])
            return error_set(err, -EINVAL, "%s needs a value", text);
    }
    return 0;
}

int route_question_parse(const char *line, route_link_finder *find, void *user_data,
                         struct route_question *ret_question, struct error *err) {
    const char *words[ROUTE_WORD_COUNT] = {NULL};
    char copy[LINE_MAX_BYTES];
    if (strlen(line) >= sizeof(copy))
        return error_set(err, -EINVAL, "that is too long");
    strcpy(copy, line);
    int r = split(copy, words, err);
    return r < 0 ? r : route_question_read(words, find, user_data, ret_question, err);
}
