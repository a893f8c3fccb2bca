// SPDX-License-Identifier: GPL-2.0-or-later
#include "tui/prompt.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tui/keys.h"

static void type(struct prompt *prompt, const char *text) {
    for (; *text; text++)
        assert_int_equal(prompt_key(prompt, (uint8_t)*text), PROMPT_CHANGED);
}

static void test_editing(void **state) {
    (void)state;
    static const struct {
        uint32_t keys[8];
        const char *text;
    } cases[] = {
        {{INPUT_BACKSPACE}, "mtu > 150"},
        {{INPUT_HOME, INPUT_DELETE}, "tu > 1500"},
        {{INPUT_CONTROL('W')}, "mtu > "},
        {{INPUT_CONTROL('W'), INPUT_CONTROL('W')}, "mtu "},
        {{INPUT_LEFT, INPUT_LEFT, INPUT_CONTROL('K')}, "mtu > 15"},
        {{INPUT_LEFT, INPUT_LEFT, INPUT_CONTROL('U')}, "00"},
        {{INPUT_CONTROL('A'), 'x', INPUT_CONTROL('E'), 'y'}, "xmtu > 1500y"},
        {{INPUT_RIGHT, INPUT_DELETE}, "mtu > 1500"},
        {{INPUT_HOME, INPUT_BACKSPACE}, "mtu > 1500"},
        {{INPUT_F1, INPUT_UNKNOWN, INPUT_UP, INPUT_DOWN}, "mtu > 1500"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct prompt prompt;
        prompt_begin(&prompt, "mtu > 1500", NULL);
        for (size_t k = 0; k < 8 && cases[i].keys[k]; k++)
            prompt_key(&prompt, cases[i].keys[k]);
        assert_string_equal(prompt.text, cases[i].text);
        assert_int_equal(prompt.len, strlen(prompt.text));
    }
}

static void test_characters_beyond_ascii_are_whole(void **state) {
    (void)state;
    struct prompt prompt;
    prompt_begin(&prompt, "", NULL);
    prompt_key(&prompt, 0xe9);
    prompt_key(&prompt, 0x4e2d);
    prompt_key(&prompt, 0x1f600);
    assert_string_equal(prompt.text, "é中😀");
    prompt_key(&prompt, INPUT_BACKSPACE);
    prompt_key(&prompt, INPUT_LEFT);
    prompt_key(&prompt, INPUT_BACKSPACE);
    assert_string_equal(prompt.text, "中");
}

static void test_line_has_an_end(void **state) {
    (void)state;
    struct prompt prompt;
    prompt_begin(&prompt, "", NULL);
    for (size_t i = 0; i < PROMPT_MAX; i++)
        assert_int_equal(prompt_key(&prompt, 'x'), PROMPT_CHANGED);
    assert_int_equal(prompt_key(&prompt, 'x'), PROMPT_UNCHANGED);
    assert_int_equal(prompt.len, PROMPT_MAX);
}

static void test_history(void **state) {
    (void)state;
    struct prompt_history history = {0};
    struct prompt prompt;
    prompt_history_add(&history, "first");
    prompt_history_add(&history, "second");
    prompt_history_add(&history, "second");
    prompt_history_add(&history, "");
    prompt_begin(&prompt, "", &history);
    type(&prompt, "typed");
    prompt_key(&prompt, INPUT_UP);
    assert_string_equal(prompt.text, "second");
    prompt_key(&prompt, INPUT_UP);
    assert_string_equal(prompt.text, "first");
    assert_int_equal(prompt_key(&prompt, INPUT_UP), PROMPT_UNCHANGED);
    prompt_key(&prompt, INPUT_DOWN);
    prompt_key(&prompt, INPUT_DOWN);
    assert_string_equal(prompt.text, "typed");
    assert_int_equal(prompt_key(&prompt, INPUT_DOWN), PROMPT_UNCHANGED);
    prompt_history_done(&history);
}

static void test_history_forgets_the_oldest(void **state) {
    (void)state;
    struct prompt_history history = {0};
    char text[8];
    for (int i = 0; i < PROMPT_HISTORY_MAX + 2; i++) {
        snprintf(text, sizeof(text), "%d", i);
        prompt_history_add(&history, text);
    }
    assert_int_equal(history.count, PROMPT_HISTORY_MAX);
    assert_string_equal(history.lines[0], "2");
    prompt_history_done(&history);
}

static void test_ending(void **state) {
    (void)state;
    struct prompt prompt;
    prompt_begin(&prompt, "x", NULL);
    assert_int_equal(prompt_key(&prompt, INPUT_ENTER), PROMPT_ACCEPTED);
    assert_int_equal(prompt_key(&prompt, INPUT_ESCAPE), PROMPT_CANCELLED);
    assert_int_equal(prompt_key(&prompt, INPUT_CONTROL('C')), PROMPT_CANCELLED);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_editing),
        cmocka_unit_test(test_characters_beyond_ascii_are_whole),
        cmocka_unit_test(test_line_has_an_end),
        cmocka_unit_test(test_history),
        cmocka_unit_test(test_history_forgets_the_oldest),
        cmocka_unit_test(test_ending),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
