// SPDX-License-Identifier: GPL-2.0-or-later
// The register of extensions, their decoding, and both forms of what they write.
#include <linux/netfilter/xt_comment.h>
#include <linux/netfilter/xt_tcpudp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ruleset/xt.h"
#include "ruleset/xt_writer.h"

static void test_register_is_sorted_and_complete(void **state) {
    (void)state;
    for (size_t i = 0; i < xt_extension_count; i++) {
        const struct xt_extension *first = xt_extensions[i];
        assert_non_null(first->name);
        if (i > 0 && strcmp(xt_extensions[i - 1]->name, first->name) >= 0)
            fail_msg("xt_list.h: %s stands behind %s", first->name, xt_extensions[i - 1]->name);
        for (const struct xt_extension *one = first; one->name; one++) {
            uint8_t family = one->family == NF_FAMILY_UNSPEC ? NF_FAMILY_IP : one->family;
            assert_string_equal(one->name, first->name);
            assert_true(one->size <= XT_SIZE_MAX);
            assert_ptr_equal(xt_find(one->name, one->revision, one->is_target, family), one);
        }
    }
}

static void test_unknown_ones_are_not_found(void **state) {
    (void)state;
    assert_null(xt_find("tcp", 9, false, NF_FAMILY_IP));
    assert_null(xt_find("tcp", 0, true, NF_FAMILY_IP));
    assert_null(xt_find("tc", 0, false, NF_FAMILY_IP));
    assert_null(xt_find("", 0, false, NF_FAMILY_IP));
}

// Every size from nothing: a blob that is too short stays raw, one that is padded does not.
static void test_short_blobs_stay_raw(void **state) {
    const uint8_t bytes[sizeof(struct xt_tcp) + 8] = {1, 2, 3};
    (void)state;
    for (size_t length = 0; length <= sizeof(bytes); length++) {
        struct arena arena = ARENA_INIT;
        struct nf_xt xt;
        assert_int_equal(xt_decode("tcp", 0, false, NF_FAMILY_IP, bytes, length, &arena, &xt), 0);
        assert_string_equal(xt.name, "tcp");
        assert_int_equal(xt.extension != NULL, length >= sizeof(struct xt_tcp));
        assert_int_equal(xt.info != NULL, length >= sizeof(struct xt_tcp));
        assert_int_equal(xt.foreign != NULL, xt.extension == NULL);
        assert_int_equal(xt.foreign ? xt.foreign->raw.length : length, length);
        if (xt.foreign && length > 0)
            assert_memory_equal(xt.foreign->raw.bytes, bytes, length);
        arena_done(&arena);
    }
}

static void test_unknown_blobs_stay_raw(void **state) {
    struct arena arena = ARENA_INIT;
    struct nf_xt xt;
    (void)state;
    assert_int_equal(
        xt_decode("nosuch", 3, true, NF_FAMILY_IP6, (const uint8_t *)"abc", 3, &arena, &xt), 0);
    assert_string_equal(xt.name, "nosuch");
    assert_int_equal(xt.revision, 3);
    assert_null(xt.extension);
    assert_int_equal(xt.foreign->raw.length, 3);
    arena_done(&arena);
}

// What the extension of that name writes of the kernel's struct: as text, then as JSON.
static void assert_written(const char *name, const void *bytes, size_t size, const char *text,
                           const char *json) {
    struct arena arena = ARENA_INIT;
    struct buffer buffer = BUFFER_INIT;
    struct xt_context context = {.family = NF_FAMILY_IP};
    struct nf_xt xt;
    assert_int_equal(xt_decode(name, 0, false, NF_FAMILY_IP, bytes, size, &arena, &xt), 0);
    assert_non_null(xt.extension);
    struct xt_writer writer = xt_writer_text(&context, &buffer);
    xt.extension->write(xt.info, &writer);
    xt_writer_done(&writer);
    assert_string_equal(buffer_text(&buffer), text);
    buffer_clear(&buffer);
    xt_writer_json(&context, &buffer, &writer);
    xt.extension->write(xt.info, &writer);
    xt_writer_done(&writer);
    assert_string_equal(buffer_text(&buffer), json);
    buffer_done(&buffer);
    arena_done(&arena);
}

static void test_tcp(void **state) {
    struct xt_tcp tcp = {.spts = {1, 1023}, .dpts = {80, 80}, .invflags = XT_TCP_INV_SRCPT};
    (void)state;
    assert_written("tcp", &tcp, sizeof(tcp), " ! --sport 1:1023 --dport 80",
                   "[{\"option\":\"sport\",\"inverted\":true,\"value\":\"1:1023\"},"
                   "{\"option\":\"dport\",\"value\":80}]");
    tcp = (struct xt_tcp){.spts = {0, 65535}, .dpts = {0, 65535}};
    assert_written("tcp", &tcp, sizeof(tcp), "", "[]");
    tcp.flg_mask = 0x3f;
    assert_written("tcp", &tcp, sizeof(tcp), " --tcp-flags FIN,SYN,RST,PSH,ACK,URG NONE",
                   "[{\"option\":\"tcp-flags\",\"value\":\"FIN,SYN,RST,PSH,ACK,URG NONE\"}]");
}

static void test_comment(void **state) {
    struct xt_comment_info comment = {.comment = "it's \"so\" \\"};
    (void)state;
    assert_written("comment", &comment, sizeof(comment), " --comment \"it\\'s \\\"so\\\" \\\\\"",
                   "[{\"option\":\"comment\",\"value\":\"it's \\\"so\\\" \\\\\"}]");
    strcpy(comment.comment, "8080");
    assert_written("comment", &comment, sizeof(comment), " --comment 8080",
                   "[{\"option\":\"comment\",\"value\":\"8080\"}]");
    memset(comment.comment, 'x', sizeof(comment.comment));
    char text[300] = " --comment ", json[300] = "[{\"option\":\"comment\",\"value\":\"";
    memset(text + strlen(text), 'x', sizeof(comment.comment));
    memset(json + strlen(json), 'x', sizeof(comment.comment));
    assert_written("comment", &comment, sizeof(comment), text, strcat(json, "\"}]"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_register_is_sorted_and_complete),
        cmocka_unit_test(test_unknown_ones_are_not_found),
        cmocka_unit_test(test_short_blobs_stay_raw),
        cmocka_unit_test(test_unknown_blobs_stay_raw),
        cmocka_unit_test(test_tcp),
        cmocka_unit_test(test_comment),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
