/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DNS messages: what is read, what is escaped, what is refused, and that no byte outside is
 * touched: each message is decoded from memory of just its size. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "decoders/dns.h"
#include "tests/unit/wire.h"

static uint8_t *memory;

/* Decodes the first `captured` bytes of w as a datagram of `length`; the message stays valid until
 * the next call. */
static bool decode(const struct wire *w, size_t captured, size_t length, struct dns_message *out)
{
    free(memory);
    memory = wire_exact(w, captured);
    return dns_decode(cursor_make(memory, captured), length, out);
}

static bool decode_all(const struct wire *w, struct dns_message *out)
{
    return decode(w, w->length, w->length, out);
}

static int free_memory(void **state)
{
    (void)state;
    free(memory);
    memory = NULL;
    return 0;
}

/* Reads all that a reader may look at; returns the number of answers that were good. */
static unsigned walk(const struct dns_message *m)
{
    static struct dns_record record;
    const uint8_t *at = m->first_answer, *text;
    uint16_t left = m->answers;
    uint8_t length;
    unsigned good = 0;

    while (dns_next_answer(m, &at, &left, &record)) {
        assert_int_equal(strlen(record.owner.text), record.owner.length);
        assert_int_equal(strlen(record.target.text), record.target.length);
        while (record.type == DNS_TXT && dns_txt_next(&record.rdata, &text, &length))
            assert_true(text + length <= m->whole.end);
        good++;
    }
    return good;
}

/* The answer to the SWG lookup as a resolver writes it: compressed, three records and an OPT. */
static void sample(struct wire *w)
{
    static const uint8_t cname[] = {3, 's', 'w', 'g', 0xc0, 0x10};
    static const uint8_t address[] = {18, 135, 112, 200};
    *w = (struct wire){0};
    wire_dns(w, 0xbeef, 0x8180, 1, 3, 0, 1);
    wire_question(w, "www.Example.com", DNS_A); /* "example" is at 0x10 */
    wire_be16(w, 0xc00c);
    wire_be16(w, DNS_CNAME);
    wire_be16(w, 1);
    wire_be32(w, 300);
    wire_be16(w, sizeof cname);
    size_t target = w->length;
    wire_bytes(w, cname, sizeof cname);
    wire_be16(w, 0xc000 | (unsigned)target);
    wire_be16(w, DNS_A);
    wire_be16(w, 1);
    wire_be32(w, 60);
    wire_be16(w, sizeof address);
    wire_bytes(w, address, sizeof address);
    wire_txt(w, "txt.example.com", "server r5.lon");
    size_t opt = wire_record(w, "", DNS_OPT, 0);
    wire_record_end(w, opt);
}

static void test_query(void **state)
{
    (void)state;
    struct wire w = {0};
    struct dns_message m;
    wire_dns(&w, 0xf7fb, 0x0100, 1, 0, 0, 0);
    wire_question(&w, "debug.opendns.com", DNS_TXT);
    assert_int_equal(w.length, 35); /* domain fact 2.1 */
    assert_true(decode_all(&w, &m));
    assert_int_equal(m.id, 0xf7fb);
    assert_false(m.response);
    assert_false(m.truncated);
    assert_int_equal(m.opcode, 0);
    assert_int_equal(m.questions, 1);
    assert_string_equal(m.name.text, "debug.opendns.com");
    assert_int_equal(m.name.length, 17);
    assert_int_equal(m.type, DNS_TXT);
    assert_int_equal(m.class, 1);
    assert_false(m.edns);
    assert_true(m.complete);
    assert_false(m.malformed);
    assert_int_equal(walk(&m), 0);
}

static void test_answer(void **state)
{
    (void)state;
    static struct dns_record r;
    struct wire w;
    struct dns_message m;
    sample(&w);
    assert_true(decode_all(&w, &m));
    assert_true(m.response && m.edns && m.complete && !m.malformed);
    assert_string_equal(m.name.text, "www.example.com"); /* lower-cased */

    const uint8_t *at = m.first_answer;
    uint16_t left = m.answers;
    assert_true(dns_next_answer(&m, &at, &left, &r));
    assert_string_equal(r.owner.text, "www.example.com");
    assert_int_equal(r.type, DNS_CNAME);
    assert_string_equal(r.target.text, "swg.example.com");
    assert_int_equal(r.ttl, 300);
    assert_int_equal(r.addr.family, ADDR_NONE);

    char text[ADDR_TEXT];
    assert_true(dns_next_answer(&m, &at, &left, &r));
    assert_string_equal(r.owner.text, "swg.example.com");
    assert_string_equal(addr_format(&r.addr, text), "18.135.112.200");
    assert_int_equal(r.target.length, 0);

    const uint8_t *string;
    uint8_t length;
    assert_true(dns_next_answer(&m, &at, &left, &r));
    assert_true(dns_txt_next(&r.rdata, &string, &length));
    assert_int_equal(length, 13);
    assert_memory_equal(string, "server r5.lon", 13);
    assert_false(dns_txt_next(&r.rdata, &string, &length));
    assert_false(dns_next_answer(&m, &at, &left, &r));
    assert_int_equal(left, 0);
}

static void test_ipv6_address(void **state)
{
    (void)state;
    static struct dns_record r;
    static const uint8_t address[16] = {0x26, 0x20, 1, 0x19, 0, 0x53, [15] = 0x53};
    struct wire w = {0};
    struct dns_message m;
    char text[ADDR_TEXT];
    wire_dns(&w, 1, 0x8180, 1, 1, 0, 0);
    wire_question(&w, "a", DNS_AAAA);
    size_t at = wire_record(&w, "a", DNS_AAAA, 5);
    wire_bytes(&w, address, sizeof address);
    wire_record_end(&w, at);
    assert_true(decode_all(&w, &m));
    const uint8_t *p = m.first_answer;
    uint16_t left = m.answers;
    assert_true(dns_next_answer(&m, &p, &left, &r));
    assert_string_equal(addr_format(&r.addr, text), "2620:119:53::53");
}

/* An address of the wrong length, or a name that does not end with its data. */
static void test_data_that_contradicts_its_type(void **state)
{
    (void)state;
    static const struct {
        unsigned type;
        size_t length;
    } wrong[] = {{DNS_A, 3}, {DNS_A, 5}, {DNS_A, 16}, {DNS_AAAA, 4}, {DNS_CNAME, 2}, {DNS_NS, 0}};
    static struct dns_record r;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct wire w = {0};
        struct dns_message m;
        wire_dns(&w, 1, 0x8180, 1, 1, 0, 0);
        wire_question(&w, "a", wrong[i].type);
        size_t at = wire_record(&w, "a", wrong[i].type, 5);
        wire_zero(&w, wrong[i].length);
        wire_record_end(&w, at);
        assert_true(decode_all(&w, &m));
        const uint8_t *p = m.first_answer;
        uint16_t left = m.answers;
        assert_false(dns_next_answer(&m, &p, &left, &r));
        assert_int_equal(left, 1);
    }
}

static void expect_name(const void *labels, size_t length, const char *text)
{
    struct wire w = {0};
    struct dns_message m;
    wire_dns(&w, 1, 0x0100, 1, 0, 0, 0);
    wire_bytes(&w, labels, length);
    wire_be32(&w, 0x00010001);
    assert_true(decode_all(&w, &m));
    if (text == NULL) {
        assert_true(m.malformed);
        assert_false(m.complete);
        assert_int_equal(m.name.length, 0);
        assert_string_equal(m.name.text, "");
        assert_null(m.first_answer);
        return;
    }
    assert_true(m.complete);
    assert_string_equal(m.name.text, text);
    assert_int_equal(m.name.length, strlen(text));
}

#define EXPECT_NAME(labels, text) expect_name(labels, sizeof(labels) - 1, text)

static void test_names_are_escaped(void **state)
{
    (void)state;
    EXPECT_NAME("\0", ".");
    EXPECT_NAME("\3aZz\0", "azz");
    EXPECT_NAME("\3a.b\1c\0", "a\\.b.c");
    EXPECT_NAME("\3a\\b\0", "a\\\\b");
    EXPECT_NAME("\5a\0b c\0", "a\\000b\\032c");
    EXPECT_NAME("\3\x1b[m\0", "\\027[m");
    EXPECT_NAME("\3\x7f\x80\xff\0", "\\127\\128\\255");
    EXPECT_NAME("\2!~\0", "!~");
    EXPECT_NAME("\1\0\0", "\\000");
    EXPECT_NAME("\1.\0", "\\.");
}

static void test_name_limits(void **state)
{
    (void)state;
    uint8_t labels[300];
    size_t n = 0;
    for (int i = 0; i < 3; i++) { /* 3 * 64 + 62 + 1 = 255 octets, the most there may be */
        labels[n++] = 63;
        memset(labels + n, 0xff, 63);
        n += 63;
    }
    labels[n++] = 61;
    memset(labels + n, 0xff, 61);
    n += 61;
    labels[n++] = 0;
    assert_int_equal(n, 255);

    struct wire w = {0};
    static struct dns_message m;
    wire_dns(&w, 1, 0x0100, 1, 0, 0, 0);
    wire_bytes(&w, labels, n);
    wire_be32(&w, 0x00010001);
    assert_true(decode_all(&w, &m));
    assert_true(m.complete);
    assert_int_equal(m.name.length, 4 * (3 * 63 + 61) + 3);

    labels[n - 63] = 62;
    labels[n - 1] = 'x';
    labels[n++] = 0;
    expect_name(labels, n, NULL);
}

static void test_bad_labels(void **state)
{
    (void)state;
    EXPECT_NAME("\x40", NULL);
    EXPECT_NAME("\x41\1a\0", NULL); /* the bit-string label of RFC 2673, dead */
    EXPECT_NAME("\x80", NULL);
    EXPECT_NAME("\x3f"
                "abc",
                NULL); /* runs out of the message */
}

static void test_pointers_go_back_only(void **state)
{
    (void)state;
    EXPECT_NAME("\xc0\x0c", NULL);         /* to itself */
    EXPECT_NAME("\1a\xc0\x0c", NULL);      /* to the name it is part of: a loop */
    EXPECT_NAME("\xc0\x0e\1a\0", NULL);    /* forward */
    EXPECT_NAME("\xc0\x00", NULL);         /* into the header */
    EXPECT_NAME("\xff\xff", NULL);         /* far out */
    EXPECT_NAME("\1a\xc0\x0e\1b\0", NULL); /* onto the pointer */
}

/* An answer whose owner is found by following this many pointers, each to the one before. */
static bool read_chain(unsigned pointers, struct dns_record *r)
{
    struct wire w = {0};
    struct dns_message m;
    unsigned previous = 12;
    wire_dns(&w, 1, 0x8180, 1, 2, 0, 0);
    wire_question(&w, "a", DNS_A);
    size_t chain = wire_record(&w, "", DNS_OPT, 0); /* holds all but the last */
    for (unsigned i = 1; i < pointers; i++) {
        unsigned here = (unsigned)w.length;
        wire_be16(&w, 0xc000 | previous);
        previous = here;
    }
    wire_record_end(&w, chain);
    size_t at = wire_record(&w, "", DNS_A, 0);
    w.length = at - 11; /* the pointer instead of the root */
    wire_be16(&w, 0xc000 | previous);
    wire_be16(&w, DNS_A);
    wire_be16(&w, 1);
    wire_be32(&w, 0);
    wire_be16(&w, 4);
    wire_be32(&w, 0x01010101);
    assert_true(decode_all(&w, &m));
    assert_true(m.complete);
    const uint8_t *p = m.first_answer;
    uint16_t left = m.answers;
    assert_true(dns_next_answer(&m, &p, &left, r));
    return dns_next_answer(&m, &p, &left, r);
}

/* Backward pointers end by themselves; but what they cost is paid for every record of a message. */
static void test_pointer_chain(void **state)
{
    (void)state;
    static struct dns_record r;
    assert_true(read_chain(1, &r));
    assert_true(read_chain(127, &r));
    assert_string_equal(r.owner.text, "a");
    assert_false(read_chain(128, &r));
    assert_false(read_chain(1000, &r));
}

static void test_edns_and_extended_rcode(void **state)
{
    (void)state;
    struct wire w = {0};
    struct dns_message m;
    wire_dns(&w, 1, 0x8180 | DNS_SERVFAIL, 1, 0, 1, 2);
    wire_question(&w, "a", DNS_A);
    wire_txt(&w, "soa", "in authority");
    wire_txt(&w, "x", "before the OPT");
    size_t at = wire_record(&w, "", DNS_OPT, 0x01008000); /* upper bits 1 */
    wire_zero(&w, 40);
    wire_record_end(&w, at);
    assert_true(decode_all(&w, &m));
    assert_true(m.edns && m.complete);
    assert_int_equal(m.rcode, 0x12);
}

static void test_opt_elsewhere_is_none(void **state)
{
    (void)state;
    struct wire w = {0};
    struct dns_message m;
    wire_dns(&w, 1, 0x8180, 1, 1, 0, 0);
    wire_question(&w, "a", DNS_A);
    wire_record(&w, "", DNS_OPT, 0xff000000);
    assert_true(decode_all(&w, &m));
    assert_false(m.edns);
    assert_int_equal(m.rcode, 0);
}

static void test_flags(void **state)
{
    (void)state;
    struct wire w = {0};
    struct dns_message m;
    wire_dns(&w, 1, 0x8000 | 5 << 11 | 0x0200 | DNS_REFUSED, 0, 0, 0, 0);
    assert_true(decode_all(&w, &m));
    assert_true(m.response && m.truncated && m.complete);
    assert_int_equal(m.opcode, 5);
    assert_int_equal(m.rcode, DNS_REFUSED);
    assert_string_equal(m.name.text, ""); /* no question */
    assert_int_equal(m.name.length, 0);
    assert_int_equal(m.type, 0);
    assert_non_null(m.first_answer);
}

static void test_two_questions(void **state)
{
    (void)state;
    struct wire w = {0};
    struct dns_message m;
    wire_dns(&w, 1, 0x8180, 2, 1, 0, 0);
    wire_question(&w, "first", DNS_A);
    wire_question(&w, "second", DNS_TXT);
    wire_txt(&w, "t", "x");
    assert_true(decode_all(&w, &m));
    assert_string_equal(m.name.text, "first");
    assert_int_equal(m.type, DNS_A);
    assert_true(m.complete);
    assert_int_equal(walk(&m), 1);
}

/* Cut by the snap length: no fault of the message, and what is there is read. */
static void test_every_snap_length(void **state)
{
    (void)state;
    struct wire w;
    static struct dns_message m;
    sample(&w);
    size_t question_end = 12 + 17 + 4;
    for (size_t n = 0; n <= w.length; n++) {
        bool header = decode(&w, n, w.length, &m);
        assert_int_equal(header, n >= 12);
        if (!header)
            continue;
        assert_int_equal(m.complete, n == w.length);
        assert_false(m.malformed);
        assert_int_equal(m.name.length, n >= question_end - 4 ? 15 : 0);
        assert_int_equal(m.first_answer != NULL, n >= question_end);
        unsigned good = walk(&m);
        assert_true(n == w.length ? good == 3 : good <= 3);
    }
}

/* The same bytes as whole datagrams: then the counts are a lie. */
static void test_every_short_datagram(void **state)
{
    (void)state;
    struct wire w;
    static struct dns_message m;
    sample(&w);
    for (size_t n = 12; n < w.length; n++) {
        assert_true(decode(&w, n, n, &m));
        assert_true(m.malformed);
        assert_false(m.complete);
        walk(&m);
    }
    w.bytes[2] |= 0x02; /* TC: the server cut it itself */
    for (size_t n = 12; n < w.length; n++) {
        assert_true(decode(&w, n, n, &m));
        assert_false(m.malformed);
        assert_false(m.complete);
    }
}

static void test_bytes_behind(void **state)
{
    (void)state;
    struct wire w;
    static struct dns_message m;
    sample(&w);
    wire_u8(&w, 0);
    assert_true(decode_all(&w, &m));
    assert_false(m.complete);
    assert_false(m.malformed);
    /* Bytes that the datagram does not have are no part of it, whatever the capture holds. */
    assert_true(decode(&w, w.length, w.length - 1, &m));
    assert_true(m.complete);
}

static void test_every_corrupt_byte(void **state)
{
    (void)state;
    struct wire w;
    static struct dns_message m;
    sample(&w);
    for (size_t i = 0; i < w.length; i++) {
        uint8_t good = w.bytes[i];
        for (unsigned value = 0; value < 256; value++) {
            w.bytes[i] = (uint8_t)value;
            assert_true(decode_all(&w, &m));
            assert_false(m.complete && m.malformed);
            for (size_t k = 0; k < m.name.length; k++)
                assert_in_range(m.name.text[k], 0x21, 0x7e);
            walk(&m);
        }
        w.bytes[i] = good;
    }
}

static void test_txt_strings(void **state)
{
    (void)state;
    static const uint8_t rdata[] = {1, 'a', 0, 2, 'b', 'c', 3, 'd', 'e'};
    struct cursor c = cursor_make(rdata, sizeof rdata);
    const uint8_t *text;
    uint8_t length;
    assert_true(dns_txt_next(&c, &text, &length));
    assert_int_equal(length, 1);
    assert_true(dns_txt_next(&c, &text, &length));
    assert_int_equal(length, 0);
    assert_true(dns_txt_next(&c, &text, &length));
    assert_memory_equal(text, "bc", 2);
    assert_false(dns_txt_next(&c, &text, &length)); /* three promised, two there */
    assert_false(dns_txt_next(&c, &text, &length));
}

static void test_words(void **state)
{
    (void)state;
    char out[16];
    assert_string_equal(dns_type_name(DNS_TXT, out), "TXT");
    assert_string_equal(dns_type_name(DNS_AAAA, out), "AAAA");
    assert_string_equal(dns_type_name(255, out), "ANY");
    assert_string_equal(dns_type_name(65280, out), "TYPE65280");
    assert_string_equal(dns_rcode_name(DNS_NOERROR, out), "NOERROR");
    assert_string_equal(dns_rcode_name(DNS_SERVFAIL, out), "SERVFAIL");
    assert_string_equal(dns_rcode_name(16, out), "RCODE16");
    assert_string_equal(dns_rcode_name(4095, out), "RCODE4095");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_query),
        cmocka_unit_test(test_answer),
        cmocka_unit_test(test_ipv6_address),
        cmocka_unit_test(test_data_that_contradicts_its_type),
        cmocka_unit_test(test_names_are_escaped),
        cmocka_unit_test(test_name_limits),
        cmocka_unit_test(test_bad_labels),
        cmocka_unit_test(test_pointers_go_back_only),
        cmocka_unit_test(test_pointer_chain),
        cmocka_unit_test(test_edns_and_extended_rcode),
        cmocka_unit_test(test_opt_elsewhere_is_none),
        cmocka_unit_test(test_flags),
        cmocka_unit_test(test_two_questions),
        cmocka_unit_test(test_every_snap_length),
        cmocka_unit_test(test_every_short_datagram),
        cmocka_unit_test(test_bytes_behind),
        cmocka_unit_test(test_every_corrupt_byte),
        cmocka_unit_test(test_txt_strings),
        cmocka_unit_test(test_words),
    };
    return cmocka_run_group_tests(tests, NULL, free_memory);
}
