// SPDX-License-Identifier: GPL-2.0-or-later
#include "dump/writer.h"

#include <string.h>

static const struct writer_form *const forms[] = {
    [DUMP_TEXT] = &text_form,
    [DUMP_JSON] = &json_form,
    [DUMP_NDJSON] = &ndjson_form,
};

void chunk_clear(struct chunk *chunk) {
    buffer_clear(&chunk->bytes);
    memset(&chunk->memo, 0, sizeof(chunk->memo));
    chunk->row_count = 0;
}

void chunk_done(struct chunk *chunk) {
    buffer_done(&chunk->bytes);
    buffer_done(&chunk->scratch);
}

struct writer writer_of(const struct dump_plan *plan, struct output *output) {
    return (struct writer){
        .form = forms[plan->request->format],
        .output = output,
        .plan = plan,
    };
}

void writer_begin(struct writer *writer, const struct node *node) {
    writer->form->begin(writer, node);
}

void writer_begin_kind(struct writer *writer, size_t index) {
    writer->kind = &writer->plan->kinds[index];
    writer->kind_index = index;
    writer->row_count = 0;
    writer->form->begin_kind(writer);
}

void writer_format(const struct writer *writer, const struct row_ref *ref, struct chunk *chunk) {
    writer->form->format(writer, ref, chunk);
    chunk->row_count++;
}

void writer_take(struct writer *writer, struct chunk *chunk) {
    if (chunk->bytes.failed || chunk->scratch.failed)
        writer->output->buffer.failed = true;
    if (chunk->row_count > 0)
        writer->form->take(writer, chunk);
    writer->row_count += chunk->row_count;
    output_check(writer->output);
}

void writer_end_kind(struct writer *writer) {
    writer->form->end_kind(writer);
}

void writer_end(struct writer *writer, const struct dump_statuses *statuses) {
    writer->form->end(writer, statuses);
}
