/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pcapng: sections, interfaces, every kind of packet block, clocks, drops, numbers and damage. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <string.h>
#include <sysexits.h>

#include "capture.h"
#include "sensor/capture/pcapng_clock.h"

#define WHOLE(c) capture_read(&(c), (c).length, SIZE_MAX)

static void expect_sound(const struct capture_read *r, unsigned frames)
{
    assert_string_equal(r->error, "");
    assert_int_equal(r->ended, SOURCE_END);
    assert_int_equal(r->frames, frames);
}

static void expect_damage(const struct capture_read *r, unsigned frames, const char *what)
{
    assert_int_equal(r->ended, SOURCE_DAMAGED);
    assert_int_equal(r->exit, EX_DATAERR);
    assert_int_equal(r->frames, frames);
    assert_non_null(strstr(r->error, what));
}

/* Two sections, the second of the other byte order, with interfaces of their own. */
static struct capture two_sections(void)
{
    struct capture c = {.length = 0};
    capture_section(&c, false);
    capture_interface(&c, 1, 0);
    capture_interface(&c, 276, 96);
    capture_interface(&c, 101, 65535);
    capture_packet(&c, 2, 5000000, 21, 'a');
    capture_packet(&c, 0, 6000000, 60, 'b');
    capture_packet(&c, 1, 7000001, 33, 'c');
    capture_section(&c, true);
    capture_interface(&c, 113, 0);
    capture_packet(&c, 0, 8000000, 44, 'd');
    return c;
}

static void sections_and_interfaces(void **state)
{
    (void)state;
    static const uint32_t linktype[] = {12, 1, 276, 113}, length[] = {21, 60, 33, 44};
    struct capture c = two_sections();
    for (size_t largest = 1; largest < 80; largest += 13) {
        struct capture_read r = capture_read(&c, c.length, largest);
        expect_sound(&r, 4);
        for (unsigned i = 0; i < 4; i++) {
            assert_int_equal(r.frame[i].ref.number, i + 1);
            assert_int_equal(r.frame[i].ref.file, 2);
            assert_int_equal(r.frame[i].linktype, linktype[i]);
            assert_int_equal(r.frame[i].captured, length[i]);
            assert_int_equal(r.frame[i].length, length[i]);
            assert_int_equal(r.first[i], 'a' + i);
        }
        assert_int_equal(r.frame[2].time, 7 * NS_PER_SEC + NS_PER_US);
    }
}

/* Each frame that is whole is given; an end between blocks is an end, any other is told. */
static void cut_at_every_byte(void **state)
{
    (void)state;
    struct capture c = two_sections();
    unsigned before = 0;
    size_t in_order = 0;
    for (size_t length = 12; length < c.length; length++) {
        struct capture_read r = capture_read(&c, length, SIZE_MAX);
        assert_true(r.frames == before || r.frames == before + 1);
        before = r.frames;
        if (r.ended == SOURCE_END)
            in_order++;
        else
            expect_damage(&r, before, "it ends within");
    }
    assert_int_equal(before, 3);
    assert_int_equal(in_order, 9); /* blocks but the last */
}

static void simple_and_obsolete_packets(void **state)
{
    (void)state;
    struct capture c = {.length = 0};
    capture_section(&c, true);
    capture_interface(&c, 1, 6);
    capture_packet(&c, 0, 3000000, 60, 'x');
    capture_block(&c, 3);
    capture_u32(&c, 100);
    capture_put(&c, "simple", 6);
    capture_close(&c);
    capture_block(&c, 2);
    capture_u16(&c, 0);
    capture_u16(&c, 12); /* drops */
    capture_u64(&c, 4000000);
    capture_u32(&c, 8);
    capture_u32(&c, 70);
    capture_put(&c, "obsolete", 8);
    capture_close(&c);
    struct capture_read r = WHOLE(c);
    expect_sound(&r, 3);
    assert_int_equal(r.first[1], 's');
    assert_int_equal(r.frame[1].captured, 6);
    assert_int_equal(r.frame[1].length, 100);
    assert_int_equal(r.frame[1].time, 3 * NS_PER_SEC); /* of the frame before */
    assert_int_equal(r.first[2], 'o');
    assert_int_equal(r.frame[2].captured, 8);
    assert_int_equal(r.frame[2].length, 70);
    assert_int_equal(r.frame[2].time, 4 * NS_PER_SEC);
    assert_int_equal(r.kernel_drops, 12);
}

/* Names and secrets bear no number, custom blocks and journal entries do, as in Wireshark. */
static void other_blocks(void **state)
{
    (void)state;
    static const uint32_t types[] = {4, 0xA, 0x1234, 0xBAD, 9, 0x40000BAD};
    struct capture c = {.length = 0};
    capture_section(&c, false);
    capture_interface(&c, 1, 0);
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        capture_block(&c, types[i]);
        capture_u64(&c, 0);
        capture_close(&c);
        capture_packet(&c, 0, 1, 20, 'x');
    }
    struct capture_read r = WHOLE(c);
    expect_sound(&r, 6);
    static const unsigned numbers[] = {1, 2, 3, 5, 7, 9};
    for (unsigned i = 0; i < 6; i++)
        assert_int_equal(r.frame[i].ref.number, numbers[i]);
}

static void put_statistics(struct capture *c, uint32_t interface, uint64_t by_interface,
                           uint64_t by_system)
{
    capture_block(c, 5);
    capture_u32(c, interface);
    capture_u64(c, 0);
    capture_option64(c, 4, 1000); /* isb_ifrecv */
    capture_option64(c, 5, by_interface);
    capture_option64(c, 7, by_system);
    capture_close(c);
}

/* Cumulative by interface; what both packets and statistics tell counts once. */
static void drops(void **state)
{
    (void)state;
    struct capture c = {.length = 0};
    capture_section(&c, false);
    capture_interface(&c, 1, 0);
    capture_interface(&c, 1, 0);
    capture_block(&c, 6);
    capture_u32(&c, 1);
    capture_u64(&c, 0);
    capture_u32(&c, 5);
    capture_u32(&c, 5);
    capture_put(&c, "bytes", 5);
    capture_option(&c, 1, "a comment", 9);
    capture_option64(&c, 4, 30); /* epb_dropcount */
    capture_close(&c);
    put_statistics(&c, 0, 3, 10);
    put_statistics(&c, 0, 4, 11);
    put_statistics(&c, 1, 5, 20);
    put_statistics(&c, 9, 99, 99); /* nobody's */
    struct capture_read r = WHOLE(c);
    expect_sound(&r, 1);
    assert_int_equal(r.kernel_drops, 11 + 30);
    assert_int_equal(r.interface_drops, 4 + 5);
}

static nstime moment(uint8_t resolution, int64_t offset, uint64_t ticks)
{
    return pcapng_clock_time(&(struct pcapng_clock){resolution, offset}, ticks);
}

static void clocks(void **state)
{
    (void)state;
    assert_int_equal(moment(6, 0, 1000001), NS_PER_SEC + 1000);
    assert_int_equal(moment(0, 0, 5), 5 * NS_PER_SEC);
    assert_int_equal(moment(3, -4, 5001), NS_PER_SEC + NS_PER_MS);
    assert_int_equal(moment(9, 0, 1700000000123456789), 1700000000123456789);
    assert_int_equal(moment(12, 2, 1999), 2 * NS_PER_SEC + 1);
    assert_int_equal(moment(19, 0, UINT64_MAX), NS_PER_SEC + 844674407);
    assert_int_equal(moment(20, 0, UINT64_MAX), 184467440);
    assert_int_equal(moment(28, 0, UINT64_MAX), 1);
    assert_int_equal(moment(29, 0, UINT64_MAX), 0);
    assert_int_equal(moment(127, 0, UINT64_MAX), 0);
    assert_int_equal(moment(0x80, 0, 7), 7 * NS_PER_SEC);
    assert_int_equal(moment(0x80 | 1, 0, 7), 3 * NS_PER_SEC + NS_PER_SEC / 2);
    assert_int_equal(moment(0x80 | 32, 1, UINT64_C(3) << 31), 2 * NS_PER_SEC + NS_PER_SEC / 2);
    assert_int_equal(moment(0x80 | 63, 0, UINT64_C(3) << 62), NS_PER_SEC + NS_PER_SEC / 2);
    assert_int_equal(moment(0x80 | 64, 0, UINT64_C(1) << 63), NS_PER_SEC / 2);
    assert_int_equal(moment(0x80 | 127, 0, UINT64_MAX), 0);
    assert_int_equal(moment(0, INT64_MAX, UINT64_MAX), FRAME_TIME_MAX);
    assert_int_equal(moment(0, INT64_MIN, UINT64_MAX), 0);
}

static void put_block(struct capture *c, uint32_t type, uint32_t length, uint32_t again)
{
    capture_section(c, false);
    capture_interface(c, 1, 0);
    capture_packet(c, 0, 0, 4, 'x');
    capture_u32(c, type);
    capture_u32(c, length);
    for (uint32_t i = 8; i + 4 < length && i < 64; i += 4)
        capture_u32(c, 0x7000);
    capture_u32(c, again);
}

static void expect_block_damaged(uint32_t type, uint32_t length, uint32_t again, const char *what)
{
    struct capture c = {.length = 0};
    put_block(&c, type, length, again);
    struct capture_read r = WHOLE(c);
    expect_damage(&r, 1, what);
    assert_non_null(strstr(r.error, "at byte 84, after frame 1"));
}

static void damaged_blocks(void **state)
{
    (void)state;
    expect_block_damaged(4, 8, 8, "claims to be 8 bytes long");
    expect_block_damaged(4, 18, 18, "claims to be 18 bytes long");
    expect_block_damaged(4, 32, 36, "32 bytes long at its begin and 36 at its end");
    expect_block_damaged(4, 1 << 20, 0, "it ends within a block");
    expect_block_damaged(6, 64, 64, "names interface 28672");
    expect_block_damaged(6, 28, 28, "has only 28 bytes");
    expect_block_damaged(3, 64, 64, "a block of 64 bytes claims to hold a frame of 28672");
    expect_block_damaged(0x0A0D0D0A, 28, 28, "does not tell its byte order");
}

static void too_long_a_frame(void **state)
{
    (void)state;
    struct capture c = {.length = 0};
    capture_pcap(&c, 0xa1b2c3d4, 1);
    capture_u64(&c, 0);
    capture_u32(&c, 262145);
    capture_u32(&c, 262145);
    struct capture_read r = WHOLE(c);
    expect_damage(&r, 0, "a frame claims to be 262145 bytes long");
    assert_non_null(strstr(r.error, "at byte 24, before its first frame"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sections_and_interfaces),
        cmocka_unit_test(cut_at_every_byte),
        cmocka_unit_test(simple_and_obsolete_packets),
        cmocka_unit_test(other_blocks),
        cmocka_unit_test(drops),
        cmocka_unit_test(clocks),
        cmocka_unit_test(damaged_blocks),
        cmocka_unit_test(too_long_a_frame),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
