// SPDX-License-Identifier: GPL-2.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "model/fdb.h"
#include "model/moves.h"
#include "model/neighbour.h"

#define SECOND INT64_C(1000000000)

// A reading at a time of one neighbour, by the last octet of its link-layer address; 0: not there.
static struct table *reading(int64_t second, uint8_t octet) {
    struct table *table = table_new(&neighbour_kind);
    table->time = second * SECOND;
    if (octet == 0)
        return table;
    struct neighbour *neighbour = table_add(table);
    neighbour->ifindex = 2;
    neighbour->state = NEIGHBOUR_REACHABLE;
    neighbour->dst = (struct address){ADDRESS_IPV4, {10, 0, 0, 1}};
    neighbour->lladdr = (struct lladdr){6, {2, 0, 0, 0, 0, octet}};
    return table;
}

static const struct neighbour subject = {.ifindex = 2, .dst = {ADDRESS_IPV4, {10, 0, 0, 1}}};

// Notes readings of these octets, one every so many seconds. Returns the last move, or NULL.
static const struct move *note(struct moves *moves, const uint8_t *octets, size_t count,
                               int64_t interval) {
    struct table *before = reading(0, octets[0]);
    for (size_t i = 1; i < count; i++) {
        struct table *after = reading((int64_t)i * interval, octets[i]);
        moves_note(moves, before, after);
        table_unref(before);
        before = after;
    }
    table_unref(before);
    return moves_find(moves, neighbour_kind.identity(&subject));
}

static void test_a_change(void **state) {
    const uint8_t octets[] = {1, 1, 2, 2};
    struct moves *moves = moves_new();
    (void)state;
    const struct move *move = note(moves, octets, sizeof(octets), 1);
    assert_non_null(move);
    assert_int_equal(move->from.lladdr.bytes[5], 1);
    assert_int_equal(move->time, 2 * SECOND);
    moves_free(moves);
}

// Gone, and back elsewhere: the kernel had forgotten it, we have not.
static void test_a_return(void **state) {
    const uint8_t elsewhere[] = {1, 0, 0, 2}, same[] = {1, 0, 0, 1};
    struct moves *moves = moves_new();
    (void)state;
    const struct move *move = note(moves, elsewhere, sizeof(elsewhere), 10);
    assert_non_null(move);
    assert_int_equal(move->time, 30 * SECOND);
    moves_free(moves);
    moves = moves_new();
    assert_null(note(moves, same, sizeof(same), 10));
    moves_free(moves);
}

static void test_forgetting(void **state) {
    const uint8_t changed[] = {1, 2, 2, 2, 2}, late[] = {1, 0, 0, 0, 2};
    struct moves *moves = moves_new();
    (void)state;
    assert_null(note(moves, changed, sizeof(changed), 150));
    moves_free(moves);
    moves = moves_new();
    assert_null(note(moves, late, sizeof(late), 150));
    moves_free(moves);
}

static struct table *fdb_reading(int64_t second, int32_t port) {
    struct table *table = table_new(&fdb_kind);
    table->time = second * SECOND;
    struct fdb_entry *entry = table_add(table);
    entry->mac = (struct lladdr){6, {2, 0, 0, 0, 0, 1}};
    entry->ifindex = port;
    entry->master = maybe_of(9);
    return table;
}

static void test_a_port(void **state) {
    struct table *before = fdb_reading(0, 3), *after = fdb_reading(1, 4);
    struct moves *moves = moves_new();
    (void)state;
    moves_note(moves, before, after);
    const struct move *move = moves_find(moves, fdb_kind.identity(table_row(after, 0)));
    assert_non_null(move);
    assert_int_equal(move->from.ifindex, 3);
    table_unref(before);
    table_unref(after);
    moves_free(moves);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_change),
        cmocka_unit_test(test_a_return),
        cmocka_unit_test(test_forgetting),
        cmocka_unit_test(test_a_port),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
