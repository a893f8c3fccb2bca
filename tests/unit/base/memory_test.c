// SPDX-License-Identifier: GPL-2.0-or-later
// Arena, buffer and error: what everything else keeps its bytes and words in.
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/error.h"

static void test_arena_pieces_are_zeroed_aligned_and_apart(void **state) {
    struct arena arena = ARENA_INIT;
    char *last = NULL;
    (void)state;
    for (size_t size = 1; size < 3000; size += 7) {
        char *piece = arena_alloc(&arena, size);
        assert_non_null(piece);
        assert_int_equal((uintptr_t)piece % _Alignof(max_align_t), 0);
        for (size_t i = 0; i < size; i++)
            assert_int_equal(piece[i], 0);
        memset(piece, 0xee, size);
        assert_true(!last || last[0] == (char)0xee);
        last = piece;
    }
    arena_done(&arena);
    assert_null(arena.blocks);
}

static void test_arena_gives_pieces_larger_than_a_block(void **state) {
    struct arena arena = ARENA_INIT;
    size_t size = 5 * 1024 * 1024;
    (void)state;
    char *piece = arena_alloc(&arena, size);
    assert_non_null(piece);
    piece[size - 1] = 1;
    assert_string_equal(arena_strdup(&arena, "after"), "after");
    arena_done(&arena);
}

static void test_arena_refuses_a_size_that_would_wrap(void **state) {
    struct arena arena = ARENA_INIT;
    (void)state;
    assert_null(arena_alloc(&arena, SIZE_MAX));
    assert_null(arena_alloc(&arena, SIZE_MAX - 40));
    arena_done(&arena);
}

static void test_arena_copies_strings(void **state) {
    struct arena arena = ARENA_INIT;
    (void)state;
    assert_null(arena_strdup(&arena, NULL));
    assert_string_equal(arena_strndup(&arena, "vethabc", 4), "veth");
    assert_string_equal(arena_strndup(&arena, "lo", 16), "lo");
    assert_string_equal(arena_printf(&arena, "%s.%d", "eth0", 100), "eth0.100");
    arena_done(&arena);
}

static void check_number(int64_t number) {
    char expected[64];
    struct buffer buffer = BUFFER_INIT;
    snprintf(expected, sizeof(expected), "%llu %lld", (unsigned long long)number,
             (long long)number);
    buffer_put_uint(&buffer, (uint64_t)number);
    buffer_putc(&buffer, ' ');
    buffer_put_int(&buffer, number);
    assert_string_equal(buffer_text(&buffer), expected);
    buffer_done(&buffer);
}

static void test_buffer_writes_numbers_of_every_length(void **state) {
    (void)state;
    for (int64_t number = 0; number < 20000; number++) {
        check_number(number);
        check_number(-number);
    }
    for (uint64_t power = 1; power < UINT64_MAX / 10; power *= 10) {
        check_number((int64_t)power);
        check_number((int64_t)power - 1);
        check_number((int64_t)(power * 9 + power / 7));
    }
    check_number(INT64_MAX);
    check_number(INT64_MIN);
}

static void test_buffer_grows_and_keeps_its_text(void **state) {
    struct buffer buffer = BUFFER_INIT;
    (void)state;
    assert_string_equal(buffer_text(&buffer), "");
    for (int i = 0; i < 1000; i++)
        buffer_printf(&buffer, "%03d,", i);
    assert_int_equal(buffer.len, 4000);
    assert_memory_equal(buffer.data + 4 * 999, "999,", 5);
    buffer_clear(&buffer);
    assert_string_equal(buffer_text(&buffer), "");
    buffer_put_uint(&buffer, 0);
    buffer_putc(&buffer, ' ');
    buffer_put_uint(&buffer, UINT64_MAX);
    buffer_fill(&buffer, '-', 3);
    assert_string_equal(buffer_text(&buffer), "0 18446744073709551615---");
    assert_false(buffer.failed);
    buffer_done(&buffer);
}

static void test_buffer_remembers_that_it_failed(void **state) {
    struct buffer buffer = BUFFER_INIT;
    (void)state;
    buffer_puts(&buffer, "kept");
    buffer_fill(&buffer, 'x', SIZE_MAX / 4);
    assert_true(buffer.failed);
    buffer_puts(&buffer, "lost");
    assert_string_equal(buffer_text(&buffer), "kept");
    buffer_done(&buffer);
}

static void test_errors_gather_words(void **state) {
    struct error err = {0};
    (void)state;
    assert_int_equal(error_set(&err, -EINVAL, "no such field: %s", "mtuu"), -EINVAL);
    assert_string_equal(err.text, "no such field: mtuu");
    assert_int_equal(error_prefix(&err, "--%s", "sort"), -EINVAL);
    assert_string_equal(err.text, "--sort: no such field: mtuu");
    assert_int_equal(error_set_errno(&err, -EPERM, "enter %s", "blue"), -EPERM);
    assert_string_equal(err.text, "enter blue: Operation not permitted");
    assert_int_equal(error_set(NULL, -EIO, "nobody reads this"), -EIO);
    assert_int_equal(error_prefix(NULL, "nor this"), 0);
}

static void test_errors_cut_what_is_too_long(void **state) {
    struct error err = {0};
    char name[1000];
    (void)state;
    memset(name, 'n', sizeof(name) - 1);
    name[sizeof(name) - 1] = '\0';
    error_set_errno(&err, -EPERM, "%s", name);
    error_prefix(&err, "%s", name);
    assert_int_equal(strlen(err.text), sizeof(err.text) - 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_arena_pieces_are_zeroed_aligned_and_apart),
        cmocka_unit_test(test_arena_gives_pieces_larger_than_a_block),
        cmocka_unit_test(test_arena_refuses_a_size_that_would_wrap),
        cmocka_unit_test(test_arena_copies_strings),
        cmocka_unit_test(test_buffer_writes_numbers_of_every_length),
        cmocka_unit_test(test_buffer_grows_and_keeps_its_text),
        cmocka_unit_test(test_buffer_remembers_that_it_failed),
        cmocka_unit_test(test_errors_gather_words),
        cmocka_unit_test(test_errors_cut_what_is_too_long),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
