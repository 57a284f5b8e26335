/* SPDX-License-Identifier: GPL-2.0-or-later */
/* savefile: a file may claim any time for a frame; what reaches the engine can be reckoned with. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "sensor/capture/savefile.h"

#define YEAR_2106 (INT64_C(0xffffffff) * NS_PER_SEC)

struct bytes {
    size_t length;
    uint8_t at[256];
};

static void put(struct bytes *b, const void *bytes, size_t length)
{
    assert_true(b->length + length <= sizeof b->at);
    memcpy(b->at + b->length, bytes, length);
    b->length += length;
}

static void put16(struct bytes *b, uint16_t value)
{
    put(b, &value, sizeof value);
}

static void put32(struct bytes *b, uint32_t value)
{
    put(b, &value, sizeof value);
}

/* A pcap of one frame of four bytes, in this machine's byte order. */
static struct bytes pcap(uint32_t magic, uint32_t seconds, uint32_t fraction)
{
    struct bytes b = {0};
    put32(&b, magic);
    put16(&b, 2);
    put16(&b, 4);
    for (int i = 0; i < 2; i++)
        put32(&b, 0);
    put32(&b, 65535);
    put32(&b, 1);
    put32(&b, seconds);
    put32(&b, fraction);
    put32(&b, 4);
    put32(&b, 4);
    put32(&b, 0);
    return b;
}

/* A pcapng of one frame, whose times count 10^-resolution seconds from `offset` seconds on. */
static struct bytes pcapng(uint8_t resolution, int64_t offset, uint64_t time)
{
    struct bytes b = {0};
    static const uint32_t section[] = {0x0A0D0D0A, 28, 0x1A2B3C4D, 1, UINT32_MAX, UINT32_MAX, 28};
    put(&b, section, sizeof section);
    put32(&b, 1);
    put32(&b, 44);
    put32(&b, 1); /* Ethernet */
    put32(&b, 65535);
    put16(&b, 9); /* if_tsresol */
    put16(&b, 1);
    put32(&b, resolution);
    put16(&b, 14); /* if_tsoffset */
    put16(&b, 8);
    put(&b, &offset, sizeof offset);
    put32(&b, 0);
    put32(&b, 44);
    put32(&b, 6);
    put32(&b, 36);
    put32(&b, 0);
    put32(&b, (uint32_t)(time >> 32));
    put32(&b, (uint32_t)time);
    put32(&b, 4);
    put32(&b, 4);
    put32(&b, 0);
    put32(&b, 36);
    return b;
}

/* The time of the only frame. */
static nstime time_in(struct bytes file)
{
    char path[] = "/tmp/test_savefile.XXXXXX", error[SOURCE_ERROR] = "";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, file.at, file.length), (ssize_t)file.length);
    close(fd);

    int status = -1;
    volatile int stop = 0;
    struct frame frame = {.time = NSTIME_NONE};
    struct source *source = savefile_open(path, 0, NULL, &stop, error, &status);
    unlink(path);
    assert_non_null(source);
    assert_int_equal(source_next(source, &frame), SOURCE_FRAME);
    nstime time = frame.time;
    assert_int_equal(source_next(source, &frame), SOURCE_END);
    source_close(source);
    return time;
}

static void times_of_either_resolution(void **state)
{
    (void)state;
    assert_int_equal(time_in(pcap(0xa1b2c3d4, 7, 999999)), 7 * NS_PER_SEC + 999999000);
    assert_int_equal(time_in(pcap(0xa1b23c4d, 7, 999999999)), 7 * NS_PER_SEC + 999999999);
    assert_int_equal(time_in(pcapng(9, 0, 7000000001)), 7 * NS_PER_SEC + 1);
    assert_int_equal(time_in(pcapng(6, 5, 2000001)), 7 * NS_PER_SEC + 1000);
}

/* 32 bits of seconds end in 2106, not in 2038. */
static void after_2038(void **state)
{
    (void)state;
    assert_int_equal(time_in(pcap(0xa1b2c3d4, 0x80000000, 0)), INT64_C(0x80000000) * NS_PER_SEC);
    assert_int_equal(time_in(pcap(0xa1b2c3d4, UINT32_MAX, 0)), YEAR_2106);
}

/* A fraction of a second or more is carried over. */
static void seconds_in_the_fraction(void **state)
{
    (void)state;
    assert_int_equal(time_in(pcap(0xa1b2c3d4, 7, 1000000)), 8 * NS_PER_SEC);
    assert_int_equal(time_in(pcap(0xa1b23c4d, 0, 0x80000000)), INT64_C(0x80000000));
}

static void absurd_times_come_to_the_nearer_end(void **state)
{
    (void)state;
    assert_int_equal(time_in(pcapng(0, 0, UINT64_MAX / 2)), FRAME_TIME_MAX);
    assert_int_equal(time_in(pcapng(6, INT64_MAX / 2, 0)), FRAME_TIME_MAX);
    assert_int_equal(time_in(pcapng(6, INT64_MIN / 2, 0)), 0);
}

/* A look that opened the pipe would wait for a writer for ever. */
static void a_named_pipe_is_not_opened_for_a_look(void **state)
{
    (void)state;
    char folder[] = "/tmp/test_savefile.XXXXXX", path[64], error[SOURCE_ERROR] = "";
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/pipe", folder);
    assert_int_equal(mkfifo(path, 0600), 0);
    alarm(5);
    assert_int_equal(savefile_check(path, error), 0);
    alarm(0);
    unlink(path);
    assert_int_equal(savefile_check(path, error), EX_NOINPUT);
    assert_int_equal(savefile_check(folder, error), EX_NOINPUT);
    assert_non_null(strstr(error, "folder"));
    rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(times_of_either_resolution),
        cmocka_unit_test(after_2038),
        cmocka_unit_test(seconds_in_the_fraction),
        cmocka_unit_test(absurd_times_come_to_the_nearer_end),
        cmocka_unit_test(a_named_pipe_is_not_opened_for_a_look),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
