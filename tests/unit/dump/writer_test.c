// SPDX-License-Identifier: GPL-2.0-or-later
// The forms of a dump, on rows that no kernel made.
#include "dump/writer.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/sample.h"

static const struct node node = {.hostname = "node-1", .kernel = "6.1.0", .time = 86400000000000};
static struct dump_status denied[] = {
    {.netns = "default/web-1", .status = {STATUS_DENIED, "samples", "needs \"root\""}}};
static const struct dump_statuses statuses = {.items = denied, .count = 1};

#define FIELDS_MAX 8

// A plan for the samples with these of their fields.
struct fixture {
    struct dump_request request;
    struct dump_plan plan;
    const struct field *fields[FIELDS_MAX];
};

static void set_up(struct fixture *fixture, enum dump_format format, const char *keys) {
    char copy[128];
    memset(fixture, 0, sizeof(*fixture));
    fixture->request.format = format;
    fixture->plan.request = &fixture->request;
    fixture->plan.kind_count = 1;
    struct dump_kind *kind = &fixture->plan.kinds[0];
    kind->kind = &sample_kind;
    kind->fields = fixture->fields;
    strcpy(copy, keys);
    for (char *key = strtok(copy, ","); key; key = strtok(NULL, ","))
        kind->fields[kind->field_count++] = kind_find_field(&sample_kind, key, NULL);
}

// Writes the rows `repeat` times to a file and returns its contents, the caller's.
static char *write_rows(const struct fixture *fixture, size_t rows, size_t repeat) {
    FILE *file = tmpfile();
    assert_non_null(file);
    struct output output = OUTPUT_INIT(fileno(file));
    struct writer writer = writer_of(&fixture->plan, &output);
    writer_begin(&writer, &node);
    writer_begin_kind(&writer, 0);
    struct chunk chunk = {0};
    for (size_t i = 0; i < rows * repeat; i++) {
        struct row_ref ref = sample_ref(i % rows);
        writer_format(&writer, &ref, &chunk);
        if (i % 7 == 6 || i + 1 == rows * repeat) {
            writer_take(&writer, &chunk);
            chunk_clear(&chunk);
        }
    }
    chunk_done(&chunk);
    writer_end_kind(&writer);
    writer_end(&writer, &statuses);
    assert_int_equal(output_done(&output), 0);
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    long size = ftell(file);
    rewind(file);
    char *text = calloc(1, (size_t)size + 1);
    assert_non_null(text);
    assert_int_equal(fread(text, 1, (size_t)size, file), size);
    fclose(file);
    return text;
}

static void check(const struct fixture *fixture, size_t rows, const char *wanted) {
    char *text = write_rows(fixture, rows, 1);
    assert_string_equal(text, wanted);
    free(text);
}

static void test_text(void **state) {
    struct fixture fixture;
    (void)state;
    set_up(&fixture, DUMP_TEXT, "name,bytes,count,flags,alias");
    check(&fixture, SAMPLE_COUNT,
          "NAME         BYTES  COUNT  FLAGS       ALIAS\n"
          "eth2          1500      5  UP,RUNNING  Uplink to (core) and more\n"
          "eth10  10000000000      -  -           -\n"
          "lo           65536     10  -           -\n");
    set_up(&fixture, DUMP_TEXT, "name,state");
    fixture.request.no_header = true;
    check(&fixture, SAMPLE_COUNT, "eth2   up\neth10  -\nlo     down\n");
}

static void test_text_without_rows_has_its_head(void **state) {
    struct fixture fixture;
    (void)state;
    set_up(&fixture, DUMP_TEXT, "name,bytes");
    char *text = write_rows(&fixture, 1, 0);
    assert_string_equal(text, "NAME  BYTES\n");
    free(text);
}

static void test_text_of_many_rows_keeps_its_columns(void **state) {
    struct fixture fixture;
    size_t lines = 0;
    (void)state;
    set_up(&fixture, DUMP_TEXT, "name,bytes,state");
    char *text = write_rows(&fixture, SAMPLE_COUNT, 1000);
    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"), lines++) {
        assert_true(strlen(line) > 20);
        assert_memory_equal(line + 18, "  ", 2);
        assert_int_not_equal(line[20], ' ');
    }
    assert_int_equal(lines, 3001);
    free(text);
}

static void test_json(void **state) {
    struct fixture fixture;
    (void)state;
    set_up(&fixture, DUMP_JSON, "name,state");
    check(&fixture, SAMPLE_COUNT,
          "{\"netscope\":{\"schema\":1,\"version\":\"" PACKAGE_VERSION
          "\",\"time\":\"1970-01-02T00:00:00Z\",\"hostname\":\"node-1\",\"kernel\":\"6.1.0\"},\n"
          "\"samples\":[\n"
          "{\"name\":\"eth2\",\"state\":\"up\"},\n"
          "{\"name\":\"eth10\"},\n"
          "{\"name\":\"lo\",\"state\":\"down\"}\n"
          "],\n"
          "\"status\":[\n"
          "{\"source\":\"samples\",\"netns\":\"default/web-1\",\"state\":\"denied\","
          "\"reason\":\"needs \\\"root\\\"\"}\n"
          "]}\n");
}

static void test_ndjson(void **state) {
    struct fixture fixture;
    (void)state;
    set_up(&fixture, DUMP_NDJSON, "name,netns");
    fixture.request.no_header = true;
    check(&fixture, 1,
          "{\"kind\":\"samples\",\"netns\":\"default/web-1\",\"name\":\"eth2\"}\n"
          "{\"status\":[{\"source\":\"samples\",\"netns\":\"default/web-1\",\"state\":\"denied\","
          "\"reason\":\"needs \\\"root\\\"\"}]}\n");
}

static void test_output_says_what_failed(void **state) {
    struct output output = OUTPUT_INIT(open("/dev/full", O_WRONLY | O_CLOEXEC));
    (void)state;
    assert_true(output.fd >= 0);
    buffer_fill(&output.buffer, 'x', 70000);
    output_check(&output);
    assert_int_equal(output.error, -ENOSPC);
    buffer_puts(&output.buffer, "more");
    assert_int_equal(output_done(&output), -ENOSPC);
    close(output.fd);
}

static void test_output_waits_for_a_slow_reader(void **state) {
    int fds[2];
    (void)state;
    assert_int_equal(pipe2(fds, O_NONBLOCK | O_CLOEXEC), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct output output = OUTPUT_INIT(fds[1]);
        close(fds[0]);
        buffer_fill(&output.buffer, 'x', 1000000); // more than a pipe holds
        _exit(output_done(&output) == 0 ? 0 : 1);
    }
    close(fds[1]);
    fcntl(fds[0], F_SETFL, 0);
    size_t total = 0;
    char bytes[4096];
    for (ssize_t got; (got = read(fds[0], bytes, sizeof(bytes))) > 0;)
        total += (size_t)got;
    assert_int_equal(total, 1000000);
    close(fds[0]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_text_without_rows_has_its_head),
        cmocka_unit_test(test_text_of_many_rows_keeps_its_columns),
        cmocka_unit_test(test_json),
        cmocka_unit_test(test_ndjson),
        cmocka_unit_test(test_output_says_what_failed),
        cmocka_unit_test(test_output_waits_for_a_slow_reader),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
