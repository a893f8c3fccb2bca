// SPDX-License-Identifier: GPL-2.0-or-later
// Rows through the pipeline: all of them, in order, whatever the threads do, and never many of them
// at a time.
#include "dump/pipeline.h"

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

#define BATCHES     2000
#define BATCH_ROWS  7
#define UNDER_WAY   32 // more batches than ever wait in the pipeline
#define LINE_LENGTH 128

// A dump of one field of the samples into a file, as lines.
struct fixture {
    struct dump_request request;
    struct dump_plan plan;
    const struct field *fields[1];
    struct output output;
    struct writer writer;
    struct node node;
    struct pipeline *pipeline;
    FILE *file;
};

static void set_up(struct fixture *fixture, const char *filter, FILE *file) {
    memset(fixture, 0, sizeof(*fixture));
    fixture->file = file;
    fixture->request.format = DUMP_NDJSON;
    fixture->request.no_header = true;
    fixture->request.filter = filter;
    fixture->plan.request = &fixture->request;
    fixture->plan.kind_count = 1;
    fixture->fields[0] = kind_find_field(&sample_kind, "bytes", NULL);
    struct dump_kind *kind = &fixture->plan.kinds[0];
    kind->kind = &sample_kind;
    kind->fields = fixture->fields;
    kind->field_count = 1;
    if (filter)
        assert_int_equal(filter_compile(&sample_kind, filter, &kind->filter, NULL, NULL), 0);
    fixture->output = OUTPUT_INIT(fileno(file));
    fixture->writer = writer_of(&fixture->plan, &fixture->output);
    fixture->pipeline = pipeline_new(&fixture->writer, &fixture->node);
    assert_non_null(fixture->pipeline);
    writer_begin(&fixture->writer, &fixture->node);
    writer_begin_kind(&fixture->writer, 0);
}

static void tear_down(struct fixture *fixture) {
    const struct dump_statuses none = {0};
    pipeline_free(fixture->pipeline);
    writer_end_kind(&fixture->writer);
    writer_end(&fixture->writer, &none);
    output_done(&fixture->output);
    filter_free(fixture->plan.kinds[0].filter);
}

// A table of BATCH_ROWS rows, the next of all: their number is in `bytes`.
static struct table *make_table(size_t batch) {
    struct table *table = table_new(&sample_kind);
    assert_non_null(table);
    for (size_t i = 0; i < BATCH_ROWS; i++) {
        struct sample *row = table_add(table);
        assert_non_null(row);
        row->bytes = batch * BATCH_ROWS + i;
    }
    return table;
}

static int put(struct fixture *fixture, struct table *table) {
    return pipeline_put(
        fixture->pipeline,
        &(struct batch){.netns = &sample_netns, .table = table, .count = table->count});
}

// Every line up to the status has a number greater than the one before it by `step`, from 0 on.
static size_t check_numbers(FILE *file, unsigned long long step) {
    char line[LINE_LENGTH];
    size_t count = 0;
    rewind(file);
    while (fgets(line, sizeof(line), file) && strncmp(line, "{\"status\"", 9) != 0) {
        const char *at = strstr(line, "\"bytes\":");
        assert_non_null(at);
        assert_int_equal(strtoull(at + 8, NULL, 10), count * step);
        count++;
    }
    return count;
}

static void test_rows_come_out_in_order(void **state) {
    struct fixture fixture;
    (void)state;
    set_up(&fixture, NULL, tmpfile());
    for (size_t i = 0; i < BATCHES; i++)
        assert_int_equal(put(&fixture, make_table(i)), 0);
    assert_int_equal(pipeline_finish(fixture.pipeline), 0);
    tear_down(&fixture);
    assert_int_equal(check_numbers(fixture.file, 1), BATCHES * BATCH_ROWS);
    fclose(fixture.file);
}

static void test_rows_are_filtered_on_every_thread(void **state) {
    struct fixture fixture;
    (void)state;
    set_up(&fixture, "bytes ~ 000$ or bytes = 0", tmpfile());
    for (size_t i = 0; i < BATCHES; i++)
        assert_int_equal(put(&fixture, make_table(i)), 0);
    assert_int_equal(pipeline_finish(fixture.pipeline), 0);
    tear_down(&fixture);
    assert_int_equal(check_numbers(fixture.file, 1000), BATCHES * BATCH_ROWS / 1000);
    fclose(fixture.file);
}

static void test_rows_that_are_held_come_out_as_they_stand(void **state) {
    struct fixture fixture;
    struct table *table = make_table(0);
    struct row_ref rows[BATCH_ROWS];
    (void)state;
    for (size_t i = 0; i < BATCH_ROWS; i++)
        rows[i] = (struct row_ref){.netns = &sample_netns, .row = table_row(table, i)};
    set_up(&fixture, NULL, tmpfile());
    for (size_t i = 0; i < BATCH_ROWS; i++)
        assert_int_equal(
            pipeline_put(fixture.pipeline, &(struct batch){.rows = rows + i, .count = 1}), 0);
    assert_int_equal(pipeline_finish(fixture.pipeline), 0);
    tear_down(&fixture);
    table_unref(table);
    assert_int_equal(check_numbers(fixture.file, 1), BATCH_ROWS);
    fclose(fixture.file);
}

static size_t count_held(struct table *const *tables, size_t count) {
    size_t held = 0;
    for (size_t i = 0; i < count; i++)
        held += atomic_load(&tables[i]->references) > 1;
    return held;
}

static void test_few_batches_are_under_way(void **state) {
    static struct table *tables[BATCHES];
    struct fixture fixture;
    (void)state;
    set_up(&fixture, NULL, tmpfile());
    for (size_t i = 0; i < BATCHES; i++) {
        tables[i] = make_table(i);
        assert_int_equal(put(&fixture, table_ref(tables[i])), 0);
        assert_in_range(count_held(tables, i + 1), 0, UNDER_WAY);
    }
    assert_int_equal(pipeline_finish(fixture.pipeline), 0);
    assert_int_equal(count_held(tables, BATCHES), 0);
    tear_down(&fixture);
    for (size_t i = 0; i < BATCHES; i++)
        table_unref(tables[i]);
    fclose(fixture.file);
}

static void test_an_output_that_fails_ends_the_dump(void **state) {
    struct fixture fixture;
    struct table *table = make_table(0);
    int r = 0;
    (void)state;
    set_up(&fixture, NULL, fopen("/dev/full", "we"));
    for (size_t i = 0; i < BATCHES * 10 && r == 0; i++)
        r = put(&fixture, table_ref(table));
    assert_int_equal(r, -ENOSPC);
    assert_int_equal(put(&fixture, table_ref(table)), -ENOSPC);
    assert_int_equal(pipeline_finish(fixture.pipeline), -ENOSPC);
    assert_int_equal(atomic_load(&table->references), 1);
    tear_down(&fixture);
    table_unref(table);
    fclose(fixture.file);
}

static void test_what_is_not_written_is_freed(void **state) {
    struct fixture fixture;
    struct table *table = make_table(0);
    (void)state;
    set_up(&fixture, NULL, tmpfile());
    for (size_t i = 0; i < 10; i++)
        assert_int_equal(put(&fixture, table_ref(table)), 0);
    tear_down(&fixture);
    assert_int_equal(atomic_load(&table->references), 1);
    table_unref(table);
    fclose(fixture.file);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows_come_out_in_order),
        cmocka_unit_test(test_rows_are_filtered_on_every_thread),
        cmocka_unit_test(test_rows_that_are_held_come_out_as_they_stand),
        cmocka_unit_test(test_few_batches_are_under_way),
        cmocka_unit_test(test_an_output_that_fails_ends_the_dump),
        cmocka_unit_test(test_what_is_not_written_is_freed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
