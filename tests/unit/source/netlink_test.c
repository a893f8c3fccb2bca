// SPDX-License-Identifier: GPL-2.0-or-later
// The rules of netlink, with a kernel played by the test: what it answers is laid ready in a socket
// pair before the question is asked, as the numbers of questions are known (1, 2, ...).
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include <linux/rtnetlink.h>

#include "source/netlink.h"

#define ROW 100 // a type of message that carries a row: one number

struct played {
    struct netlink netlink;
    int kernel;
};

static void play(struct played *played, size_t buffer_size) {
    int ends[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends), 0);
    const struct timeval wait = {.tv_usec = 100000};
    assert_int_equal(setsockopt(ends[0], SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait)), 0);
    played->kernel = ends[1];
    played->netlink = (struct netlink){.fd = ends[0], .port = 7, .buffer_size = buffer_size};
    played->netlink.buffer = malloc(buffer_size);
    assert_non_null(played->netlink.buffer);
}

static void stop(struct played *played) {
    netlink_close(&played->netlink);
    close(played->kernel);
}

// Bytes of messages, as one datagram has them.
struct datagram {
    _Alignas(struct nlmsghdr) char bytes[4096];
    size_t length;
};

static void *add(struct datagram *datagram, uint16_t type, uint16_t flags, uint32_t sequence,
                 const void *payload, size_t size) {
    struct nlmsghdr *header = (void *)(datagram->bytes + datagram->length);
    *header = (struct nlmsghdr){.nlmsg_len = (uint32_t)(NLMSG_HDRLEN + size),
                                .nlmsg_type = type,
                                .nlmsg_flags = flags,
                                .nlmsg_seq = sequence};
    memcpy((char *)header + NLMSG_HDRLEN, payload, size);
    datagram->length += NLMSG_ALIGN(header->nlmsg_len);
    return header;
}

static void add_row(struct datagram *datagram, uint16_t flags, uint32_t sequence, uint32_t number) {
    add(datagram, ROW, NLM_F_MULTI | flags, sequence, &number, sizeof(number));
}

static void add_done(struct datagram *datagram, uint16_t flags, uint32_t sequence, int32_t code) {
    add(datagram, NLMSG_DONE, NLM_F_MULTI | flags, sequence, &code, sizeof(code));
}

static void answer(const struct played *played, const struct datagram *datagram) {
    assert_int_equal(send(played->kernel, datagram->bytes, datagram->length, 0),
                     (ssize_t)datagram->length);
}

// What a reader got.
struct got {
    uint32_t numbers[16];
    size_t count;
    int restarts;
    int code; // that the sink returns
};

static int take(const struct nlmsghdr *message, void *user_data) {
    struct got *got = user_data;
    assert_int_equal(message->nlmsg_type, ROW);
    memcpy(&got->numbers[got->count++], nlmsg_data(message), sizeof(uint32_t));
    return got->code;
}

static void restart(void *user_data) {
    struct got *got = user_data;
    got->count = 0;
    got->restarts++;
}

static int dump(struct played *played, struct got *got, struct error *err) {
    const struct rtgenmsg header = {0};
    const struct netlink_reader reader = {take, restart, got};
    return netlink_dump(&played->netlink, netlink_request(ROW, &header, sizeof(header)), &reader,
                        err);
}

static void test_rows_of_several_datagrams_come_in_order(void **state) {
    struct played played;
    struct datagram first = {0}, second = {0};
    struct got got = {0};
    (void)state;
    play(&played, 4096);
    add_row(&first, 0, 1, 10);
    add_row(&first, 0, 1, 11);
    add_row(&second, 0, 1, 12);
    add_done(&second, 0, 1, 0);
    answer(&played, &first);
    answer(&played, &second);
    assert_int_equal(dump(&played, &got, NULL), 0);
    assert_int_equal(got.count, 3);
    assert_int_equal(got.numbers[2], 12);
    assert_int_equal(got.restarts, 0);
    stop(&played);
}

static void test_interrupted_dump_is_read_again(void **state) {
    struct played played;
    struct datagram first = {0}, second = {0};
    struct got got = {0};
    (void)state;
    play(&played, 4096);
    add_row(&first, NLM_F_DUMP_INTR, 1, 10);
    add_done(&first, 0, 1, 0);
    add_row(&second, 0, 2, 20);
    add_done(&second, 0, 2, 0);
    answer(&played, &first);
    answer(&played, &second);
    assert_int_equal(dump(&played, &got, NULL), 0);
    assert_int_equal(got.restarts, 1);
    assert_int_equal(got.count, 1);
    assert_int_equal(got.numbers[0], 20);
    stop(&played);
}

// Also where only the end carries the mark, as with a dump that lost its last rows.
static void test_dump_that_is_interrupted_each_time_is_given_up(void **state) {
    struct played played;
    struct got got = {0};
    struct error err = {0};
    (void)state;
    play(&played, 4096);
    for (uint32_t sequence = 1; sequence <= 20; sequence++) {
        struct datagram datagram = {0};
        add_row(&datagram, 0, sequence, sequence);
        add_done(&datagram, NLM_F_DUMP_INTR, sequence, 0);
        answer(&played, &datagram);
    }
    assert_int_equal(dump(&played, &got, &err), -EINTR);
    assert_non_null(strstr(err.text, "changed while it was read"));
    assert_int_equal(got.count, 1); // the last time's
    assert_in_range(got.restarts, 2, 10);
    stop(&played);
}

// What was passed on cannot be taken back.
static void test_reader_without_restart_is_not_begun_again(void **state) {
    const struct rtgenmsg header = {0};
    struct played played;
    struct datagram datagram = {0};
    struct got got = {0};
    struct error err = {0};
    const struct netlink_reader reader = {take, NULL, &got};
    (void)state;
    play(&played, 4096);
    add_row(&datagram, NLM_F_DUMP_INTR, 1, 10);
    add_row(&datagram, 0, 1, 11);
    add_done(&datagram, 0, 1, 0);
    answer(&played, &datagram);
    assert_int_equal(
        netlink_dump(&played.netlink, netlink_request(ROW, &header, sizeof(header)), &reader, &err),
        -EINTR);
    assert_non_null(strstr(err.text, "may be missing or stand twice"));
    assert_int_equal(got.count, 2);
    assert_int_equal(played.netlink.sequence, 1);
    stop(&played);
}

static void test_answers_to_other_questions_are_passed_over(void **state) {
    struct played played;
    struct datagram datagram = {0};
    struct got got = {0};
    (void)state;
    play(&played, 4096);
    add_row(&datagram, 0, 99, 66);
    add_done(&datagram, 0, 99, 0);
    add_row(&datagram, 0, 1, 10);
    add_done(&datagram, 0, 1, 0);
    answer(&played, &datagram);
    assert_int_equal(dump(&played, &got, NULL), 0);
    assert_int_equal(got.count, 1);
    assert_int_equal(got.numbers[0], 10);
    stop(&played);
}

// An NLMSG_ERROR with the kernel's words behind the (capped) header of the request.
static void add_error(struct datagram *datagram, uint32_t sequence, int code, const char *words) {
    struct {
        struct nlmsgerr error;
        struct nlattr attr;
        char words[64];
    } payload = {.error = {.error = code},
                 .attr = {.nla_len = (uint16_t)(NLA_HDRLEN + strlen(words) + 1),
                          .nla_type = NLMSGERR_ATTR_MSG}};
    payload.error.msg.nlmsg_len = 32; // of the request; its payload is not repeated
    strcpy(payload.words, words);
    add(datagram, NLMSG_ERROR, NLM_F_CAPPED | NLM_F_ACK_TLVS, sequence, &payload,
        offsetof(__typeof__(payload), words) + strlen(words) + 1);
}

static void test_words_of_the_kernel_go_into_the_error(void **state) {
    struct played played;
    struct datagram datagram = {0};
    struct got got = {0};
    struct error err = {0};
    (void)state;
    play(&played, 4096);
    add_error(&datagram, 1, -EINVAL, "Invalid values in header for dump request");
    answer(&played, &datagram);
    assert_int_equal(dump(&played, &got, &err), -EINVAL);
    assert_string_equal(err.text, "Invalid values in header for dump request: Invalid argument");
    stop(&played);
}

// They end where the attribute ends: a message without a NUL has no words.
static void test_words_without_an_end_are_not_read(void **state) {
    struct datagram datagram = {0};
    struct netlink_answer answer;
    struct got got = {0};
    struct error err = {0};
    (void)state;
    add_error(&datagram, 1, -EINVAL, "words");
    memcpy(datagram.bytes + datagram.length - strlen("words") - 1, "without", 6);
    assert_int_equal(netlink_parse(datagram.bytes, datagram.length, 1, take, &got, &answer, &err),
                     0);
    assert_int_equal(answer.code, -EINVAL);
    assert_string_equal(err.text, strerror(EINVAL));
}

static void test_error_without_words_has_those_of_its_number(void **state) {
    struct played played;
    struct datagram datagram = {0};
    struct got got = {0};
    struct error err = {0};
    const struct nlmsgerr error = {.error = -EPERM};
    (void)state;
    play(&played, 4096);
    add(&datagram, NLMSG_ERROR, 0, 1, &error, sizeof(error));
    answer(&played, &datagram);
    assert_int_equal(dump(&played, &got, &err), -EPERM);
    assert_string_equal(err.text, "Operation not permitted");
    stop(&played);
}

static void test_dump_that_ends_with_an_error_says_so(void **state) {
    struct played played;
    struct datagram datagram = {0};
    struct got got = {0};
    (void)state;
    play(&played, 4096);
    add_row(&datagram, 0, 1, 10);
    add_done(&datagram, 0, 1, -EMSGSIZE);
    answer(&played, &datagram);
    assert_int_equal(dump(&played, &got, NULL), -EMSGSIZE);
    stop(&played);
}

// A datagram that was longer than the buffer is lost: the dump is read again, with room for it.
static void test_message_longer_than_the_buffer_is_read_again(void **state) {
    struct played played;
    struct datagram first = {0}, second = {0};
    struct got got = {0};
    char large[1024] = {0};
    (void)state;
    play(&played, 512);
    for (uint32_t sequence = 1; sequence <= 2; sequence++) {
        struct datagram *datagram = sequence == 1 ? &first : &second;
        large[0] = (char)(40 + sequence);
        add(datagram, ROW, NLM_F_MULTI, sequence, large, sizeof(large));
        answer(&played, datagram);
        datagram->length = 0;
        add_done(datagram, 0, sequence, 0);
        answer(&played, datagram);
    }
    assert_int_equal(dump(&played, &got, NULL), 0);
    assert_int_equal(got.count, 1);
    assert_int_equal(got.numbers[0], 42);
    assert_in_range(played.netlink.buffer_size, 1024, 65536);
    stop(&played);
}

static void test_message_cut_short_is_refused(void **state) {
    struct played played;
    struct datagram datagram = {0};
    struct got got = {0};
    struct error err = {0};
    (void)state;
    play(&played, 4096);
    add_row(&datagram, 0, 1, 10);
    add_row(&datagram, 0, 1, 11);
    datagram.length -= 4;
    answer(&played, &datagram);
    assert_int_equal(dump(&played, &got, &err), -EBADMSG);
    assert_non_null(strstr(err.text, "cut short"));
    stop(&played);
}

static void test_error_message_cut_short_is_refused(void **state) {
    struct datagram datagram = {0};
    struct netlink_answer ret_answer;
    struct got got = {0};
    int32_t code = -EPERM;
    (void)state;
    add(&datagram, NLMSG_ERROR, 0, 1, &code, sizeof(code));
    assert_int_equal(
        netlink_parse(datagram.bytes, datagram.length, 1, take, &got, &ret_answer, NULL), -EBADMSG);
}

static void test_error_without_a_sense_is_malformed(void **state) {
    const int32_t codes[] = {INT32_MIN, -5000, 7};
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct datagram datagram = {0};
        struct netlink_answer answer;
        struct got got = {0};
        struct error err = {0};
        add_done(&datagram, 0, 1, codes[i]);
        assert_int_equal(
            netlink_parse(datagram.bytes, datagram.length, 1, take, &got, &answer, &err), 0);
        assert_int_equal(answer.code, -EBADMSG);
        assert_int_equal(err.code, -EBADMSG);
    }
}

static void test_lost_answer_does_not_hang(void **state) {
    struct played played;
    struct got got = {0};
    struct error err = {0};
    (void)state;
    play(&played, 4096);
    assert_int_equal(dump(&played, &got, &err), -ETIMEDOUT);
    stop(&played);
}

static void test_sink_can_end_the_reading(void **state) {
    struct played played;
    struct datagram datagram = {0};
    struct got got = {.code = -ENOMEM};
    (void)state;
    play(&played, 4096);
    add_row(&datagram, 0, 1, 10);
    add_row(&datagram, 0, 1, 11);
    add_done(&datagram, 0, 1, 0);
    answer(&played, &datagram);
    assert_int_equal(dump(&played, &got, NULL), -ENOMEM);
    assert_int_equal(got.count, 1);
    stop(&played);
}

static void test_sink_that_has_enough_ends_the_reading(void **state) {
    struct played played;
    struct datagram datagram = {0};
    struct got got = {.code = 1};
    struct error err = {0};
    (void)state;
    play(&played, 4096);
    add_row(&datagram, 0, 1, 10);
    add_row(&datagram, 0, 1, 11);
    answer(&played, &datagram);
    assert_int_equal(dump(&played, &got, &err), 1);
    assert_int_equal(got.count, 1);
    assert_int_equal(err.code, 0);
    stop(&played);
}

static void test_single_answer_needs_no_end(void **state) {
    const struct rtgenmsg header = {0};
    struct played played;
    struct datagram datagram = {0};
    struct got got = {0};
    uint32_t number = 5;
    (void)state;
    play(&played, 4096);
    add(&datagram, ROW, 0, 1, &number, sizeof(number));
    answer(&played, &datagram);
    assert_int_equal(netlink_get(&played.netlink, netlink_request(ROW, &header, sizeof(header)),
                                 take, &got, NULL),
                     0);
    assert_int_equal(got.count, 1);
    stop(&played);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows_of_several_datagrams_come_in_order),
        cmocka_unit_test(test_interrupted_dump_is_read_again),
        cmocka_unit_test(test_dump_that_is_interrupted_each_time_is_given_up),
        cmocka_unit_test(test_reader_without_restart_is_not_begun_again),
        cmocka_unit_test(test_answers_to_other_questions_are_passed_over),
        cmocka_unit_test(test_words_of_the_kernel_go_into_the_error),
        cmocka_unit_test(test_words_without_an_end_are_not_read),
        cmocka_unit_test(test_error_without_words_has_those_of_its_number),
        cmocka_unit_test(test_dump_that_ends_with_an_error_says_so),
        cmocka_unit_test(test_message_longer_than_the_buffer_is_read_again),
        cmocka_unit_test(test_message_cut_short_is_refused),
        cmocka_unit_test(test_error_message_cut_short_is_refused),
        cmocka_unit_test(test_error_without_a_sense_is_malformed),
        cmocka_unit_test(test_lost_answer_does_not_hang),
        cmocka_unit_test(test_sink_can_end_the_reading),
        cmocka_unit_test(test_sink_that_has_enough_ends_the_reading),
        cmocka_unit_test(test_single_answer_needs_no_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
