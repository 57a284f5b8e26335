/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pcapfile: every variant of the header, and the link types as libpcap names them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <string.h>

#include "capture.h"
#include "sensor/capture/linktypes.h"

#define WHOLE(c) capture_read(&(c), (c).length, SIZE_MAX)

struct variant {
    uint32_t magic;
    unsigned minor;
    uint32_t header, record; /* bytes that follow the headers */
    uint32_t to_ns;
    bool swapped;
};

static const struct variant variants[] = {
    {0xa1b2c3d4, 4, 0, 0, 1000, false}, {0xa1b23c4d, 4, 0, 0, 1, false},
    {0xa1b2cd34, 4, 0, 8, 1000, false}, {0x1c0001ac, 4, 4, 0, 1, false},
    {0x1c0001ab, 4, 4, 0, 1, false},    {0xa1b2c3d4, 3, 0, 0, 1000, false},
    {0xa1b2c3d4, 3, 0, 0, 1000, true},  {0xa1b2c3d4, 2, 0, 0, 1000, true},
    {0xa1b2c3d4, 0, 0, 0, 1000, true},
};

static struct capture build(const struct variant *v, bool big)
{
    struct capture c = {.big = big};
    static const uint8_t none[8];
    capture_u32(&c, v->magic);
    capture_u16(&c, 2);
    capture_u16(&c, v->minor);
    capture_u64(&c, 0);
    capture_u32(&c, 0);                /* no snap length */
    capture_u32(&c, 0x24000000 | 101); /* FCS of 4 bytes, RAW */
    capture_put(&c, none, v->header);
    for (unsigned i = 0; i < 3; i++) {
        capture_u32(&c, 1000 + i);
        capture_u32(&c, 7);
        capture_u32(&c, v->swapped ? 90 : 5);
        capture_u32(&c, v->swapped ? 5 : 90);
        capture_put(&c, none, v->record);
        capture_put(&c, "bytes", 5);
    }
    return c;
}

static void check_frames(const struct variant *v, const struct capture_read *r)
{
    for (unsigned i = 0; i < r->frames; i++) {
        assert_int_equal(r->frame[i].ref.number, i + 1);
        assert_int_equal(r->frame[i].time, (1000 + i) * NS_PER_SEC + 7 * v->to_ns);
        assert_int_equal(r->frame[i].captured, 5);
        assert_int_equal(r->frame[i].length, 90);
        assert_int_equal(r->frame[i].linktype, 12);
        assert_int_equal(r->first[i], 'b');
    }
}

/* And cut at every byte: each frame that is whole is given, and the damage told. */
static void variants_in_either_order(void **state)
{
    (void)state;
    for (size_t n = 0; n < 2 * sizeof variants / sizeof variants[0]; n++) {
        const struct variant *v = &variants[n / 2];
        struct capture c = build(v, n % 2);
        uint32_t header = 24 + v->header, record = 16 + v->record + 5;
        for (size_t length = 4; length <= c.length; length++) {
            struct capture_read r = capture_read(&c, length, 11);
            size_t whole = length < header ? 0 : (length - header) / record;
            bool between = length >= header && (length - header) % record == 0;
            assert_int_equal(r.frames, whole);
            assert_int_equal(r.ended, between ? SOURCE_END : SOURCE_DAMAGED);
            assert_true(between == (r.error[0] == '\0'));
            check_frames(v, &r);
        }
    }
}

static void versions(void **state)
{
    (void)state;
    static const struct {
        unsigned major, minor;
        bool known;
    } cases[] = {{2, 4, true}, {2, 5, false}, {1, 4, false}, {3, 0, false}, {543, 0, true}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct capture c = {.big = true};
        capture_pcap(&c, 0xa1b2c3d4, 1);
        size_t end = c.length;
        c.length = 4;
        capture_u16(&c, cases[i].major);
        capture_u16(&c, cases[i].minor);
        c.length = end;
        struct capture_read r = WHOLE(c);
        assert_int_equal(r.ended, cases[i].known ? SOURCE_END : SOURCE_DAMAGED);
        assert_true(cases[i].known == (strstr(r.error, "version") == NULL));
    }
}

/* The table against libpcap itself. */
static void linktypes_as_libpcap_has_them(void **state)
{
    (void)state;
    for (uint32_t linktype = 0; linktype < 1024; linktype++) {
        struct capture c = {.big = false};
        char error[PCAP_ERRBUF_SIZE];
        capture_pcap(&c, 0xa1b2c3d4, linktype);
        FILE *file = fmemopen(c.at, c.length, "rb");
        assert_non_null(file);
        pcap_t *pcap = pcap_fopen_offline(file, error);
        assert_non_null(pcap);
        assert_int_equal(linktypes_dlt(linktype), pcap_datalink(pcap));
        pcap_close(pcap);
    }
}

/* What is passed over need never be in memory, and a stream that ends within it shows. */
static void passing_over(void **state)
{
    (void)state;
    struct capture c = {.big = false};
    struct bytes b;
    capture_record(&c, 1, 0, 60000, 'x');
    capture_record(&c, 2, 0, 4, 'y');
    assert_true(bytes_open(&b, capture_origin(&c, c.length, 1000)));
    bytes_skip(&b, 16 + 60000 + 16);
    assert_int_equal(bytes_offset(&b), c.length - 4);
    assert_true(bytes_need(&b, 4));
    assert_int_equal(b.at[0], 'y');
    assert_int_equal(bytes_offset(&b), c.length - 4);
    assert_false(bytes_need(&b, 5));
    assert_int_equal(b.status, SOURCE_END);
    bytes_skip(&b, 5);
    assert_false(bytes_need(&b, 1));
    assert_false(bytes_ended(&b, "a frame"));
    assert_int_equal(b.status, SOURCE_DAMAGED);
    bytes_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(variants_in_either_order),
        cmocka_unit_test(versions),
        cmocka_unit_test(linktypes_as_libpcap_has_them),
        cmocka_unit_test(passing_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
