/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DNSCrypt certificates: signed by the right key, by another one, changed, cut, several. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#ifdef HAVE_SODIUM
#include <sodium.h>
#endif

#include "decoders/certificate.h"
#include "tests/unit/wire.h"

#define NAME  "2.dnscrypt-cert.opendns.com"
#define START 1574811744
#define END   1606347744

static void test_keys(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "B735",
        "nonsense",
        "B735:1140:206F:225D:3E2B:D822:D7FD:691E:A1C3:3CC8:D666:8D0C:BE04:BFAB:CA43:FB7",
        "B735:1140:206F:225D:3E2B:D822:D7FD:691E:A1C3:3CC8:D666:8D0C:BE04:BFAB:CA43:FB790",
        "G735:1140:206F:225D:3E2B:D822:D7FD:691E:A1C3:3CC8:D666:8D0C:BE04:BFAB:CA43:FB79"};
    uint8_t key[CERTIFICATE_KEY];
    assert_true(certificate_parse_key(
        "B735:1140:206F:225D:3E2B:D822:D7FD:691E:A1C3:3CC8:D666:8D0C:BE04:BFAB:CA43:FB79", key));
    assert_int_equal(key[0], 0xb7);
    assert_int_equal(key[31], 0x79);
    assert_true(certificate_parse_key(
        "b7351140206f225d3e2bd822d7fd691ea1c33cc8d6668d0cbe04bfabca43fb79", key));
    assert_int_equal(key[31], 0x79);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(certificate_parse_key(bad[i], key));
}

#ifdef HAVE_SODIUM

struct pair {
    uint8_t public[crypto_sign_PUBLICKEYBYTES], secret[crypto_sign_SECRETKEYBYTES];
};

static struct pair make_pair(uint8_t first)
{
    uint8_t seed[crypto_sign_SEEDBYTES] = {first};
    struct pair pair;
    assert_int_equal(crypto_sign_seed_keypair(pair.public, pair.secret, seed), 0);
    return pair;
}

/* 124 bytes and `more` of extensions, signed. */
static struct wire certificate(const struct pair *pair, size_t more)
{
    struct wire w = {0};
    wire_bytes(&w, "DNSC\0\1\0\0", 8);
    wire_zero(&w, 64);
    for (unsigned i = 0; i < 32; i++)
        wire_u8(&w, i);
    wire_bytes(&w, "qc78aWoo", 8);
    wire_be32(&w, START);
    wire_be32(&w, START);
    wire_be32(&w, END);
    wire_zero(&w, more);
    crypto_sign_detached(w.bytes + 8, NULL, w.bytes + 72, w.length - 72, pair->secret);
    return w;
}

static void begin_answer(struct wire *w, unsigned count)
{
    wire_dns(w, 7, 0x8180, 1, count, 0, 0);
    wire_question(w, NAME, DNS_TXT);
}

static void add_text(struct wire *w, const struct wire *text)
{
    size_t at = wire_record(w, NAME, DNS_TXT, 86400);
    wire_u8(w, (unsigned)text->length);
    wire_bytes(w, text->bytes, text->length);
    wire_record_end(w, at);
}

static struct certificate read_answer(const struct wire *w, size_t captured, const uint8_t *key)
{
    struct dns_message message;
    assert_true(dns_decode(cursor_make(w->bytes, captured), w->length, &message));
    return certificate_read(&message, key);
}

static void test_a_signature_proves(void **state)
{
    (void)state;
    struct pair right = make_pair(1), other = make_pair(2);
    for (size_t more = 0; more <= 16; more += 16) {
        struct wire w = {0}, text = certificate(&right, more);
        begin_answer(&w, 1);
        add_text(&w, &text);
        struct certificate read = read_answer(&w, w.length, right.public);
        assert_int_equal(read.state, CERTIFICATE_SIGNED);
        assert_int_equal(read.start, START * NS_PER_SEC);
        assert_int_equal(read.end, END * NS_PER_SEC);
        assert_int_equal(read_answer(&w, w.length, other.public).state, CERTIFICATE_FORGED);
        assert_int_equal(read_answer(&w, w.length, NULL).state, CERTIFICATE_UNKNOWN);
    }
}

static void test_every_changed_byte(void **state)
{
    (void)state;
    struct pair right = make_pair(1);
    struct wire text = certificate(&right, 0);
    for (size_t at = 0; at < text.length; at++) {
        struct wire w = {0}, changed = text;
        changed.bytes[at] ^= 1;
        begin_answer(&w, 1);
        add_text(&w, &changed);
        struct certificate read = read_answer(&w, w.length, right.public);
        if (at < 4)
            assert_int_equal(read.state, CERTIFICATE_NONE);
        else if (at >= 8)
            assert_int_equal(read.state, CERTIFICATE_FORGED);
        else
            assert_int_equal(read.state, CERTIFICATE_SIGNED); /* the versions are not signed */
    }
}

static void test_the_best_of_several(void **state)
{
    (void)state;
    struct pair right = make_pair(1), other = make_pair(2);
    struct wire w = {0}, forged = certificate(&other, 0), good = certificate(&right, 0), text = {0};
    wire_bytes(&text, "server r5.lon", 13);
    begin_answer(&w, 3);
    add_text(&w, &text);
    add_text(&w, &forged);
    add_text(&w, &good);
    assert_int_equal(read_answer(&w, w.length, right.public).state, CERTIFICATE_SIGNED);
    /* Behind a flood of others none is looked for. */
    struct wire flood = {0};
    begin_answer(&flood, 6);
    for (int i = 0; i < 5; i++)
        add_text(&flood, &forged);
    add_text(&flood, &good);
    assert_int_equal(read_answer(&flood, flood.length, right.public).state, CERTIFICATE_FORGED);
}

static void test_every_cut(void **state)
{
    (void)state;
    struct pair right = make_pair(1);
    struct wire w = {0}, good = certificate(&right, 0);
    begin_answer(&w, 1);
    add_text(&w, &good);
    for (size_t n = 12; n < w.length; n++) {
        uint8_t *copy = wire_exact(&w, n);
        struct dns_message message;
        assert_true(dns_decode(cursor_make(copy, n), w.length, &message));
        assert_int_equal(certificate_read(&message, right.public).state, CERTIFICATE_NONE);
        free(copy);
    }
}

#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_keys),
#ifdef HAVE_SODIUM
        cmocka_unit_test(test_a_signature_proves),
        cmocka_unit_test(test_every_changed_byte),
        cmocka_unit_test(test_the_best_of_several),
        cmocka_unit_test(test_every_cut),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
