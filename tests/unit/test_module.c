/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Genuine, foreign or an error: a genuine answer must never be called foreign, however little of it
 * was captured and in whatever order its texts come. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "decoders/module.h"
#include "tests/unit/wire.h"

#define DEBUG_NAME "debug.opendns.com"
#define CERT_NAME  "2.dnscrypt-cert.opendns.com"
#define TC         0x0200

static enum module_answer judge_part(const struct wire *w, size_t captured, size_t length)
{
    static struct dns_message m;
    uint8_t *bytes = wire_exact(w, captured);
    assert_true(dns_decode(cursor_make(bytes, captured), length, &m));
    enum module_answer result = module_judge(&m);
    free(bytes);
    return result;
}

static enum module_answer judge(const struct wire *w)
{
    return judge_part(w, w->length, w->length);
}

/* An answer of the given rcode or flags with these texts, the last of them NULL. */
static struct wire answer(const char *name, unsigned type, unsigned flags, const char *const *texts)
{
    struct wire w = {0};
    unsigned count = 0;
    wire_dns(&w, 1, 0x8180 | flags, 1, 0, 0, 0);
    wire_question(&w, name, type);
    for (; texts != NULL && texts[count] != NULL; count++)
        wire_txt(&w, name, texts[count]);
    wire_set_be16(&w, 6, count);
    return w;
}

#define TEXTS(...) ((const char *const[]){__VA_ARGS__, NULL})

/* Invented values in the forms of domain fact 2.2. */
static const char *const genuine[] = {"server r5.lon",
                                      "device 0102030405060708",
                                      "flags 20 0 2f4",
                                      "originid 1000",
                                      "orgid 2000",
                                      "actype 0",
                                      "source 192.0.2.43:61225",
                                      NULL};

static struct wire certificate(unsigned version, unsigned flags)
{
    struct wire w = {0};
    wire_dns(&w, 1, 0x8180 | flags, 1, 1, 0, 0);
    wire_question(&w, CERT_NAME, DNS_TXT);
    size_t at = wire_record(&w, CERT_NAME, DNS_TXT, 3600);
    wire_u8(&w, 124);
    wire_bytes(&w, "DNSC", 4);
    wire_be16(&w, version);
    wire_zero(&w, 118);
    wire_record_end(&w, at);
    return w;
}

static void test_own_names(void **state)
{
    (void)state;
    assert_true(module_owns_name(DEBUG_NAME));
    assert_true(module_owns_name(CERT_NAME));
    static const char *const others[] = {"",
                                         ".",
                                         "opendns.com",
                                         "which.opendns.com",
                                         "debug.opendns.com.lan",
                                         "xdebug.opendns.com",
                                         "debug\\.opendns.com"};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        assert_false(module_owns_name(others[i]));
}

static void test_genuine_in_any_order(void **state)
{
    (void)state;
    struct wire w = answer(DEBUG_NAME, DNS_TXT, 0, genuine);
    assert_int_equal(judge(&w), MODULE_GENUINE);
    w = answer(DEBUG_NAME, DNS_TXT, 0, TEXTS("source 192.0.2.1:5", "id 0", "server 7.sin"));
    assert_int_equal(judge(&w), MODULE_GENUINE);
    w = answer(DEBUG_NAME, DNS_TXT, 0, TEXTS("a key of tomorrow", "flags 1", "server 7.sin"));
    assert_int_equal(judge(&w), MODULE_GENUINE);
}

static void test_foreign_texts(void **state)
{
    (void)state;
    const char *const *const cases[] = {
        TEXTS("I am not an OpenDNS resolver."), /* domain fact 2.3 */
        TEXTS(""),
        TEXTS("server r5.lon"),                 /* one key alone */
        TEXTS("server r5.lon", "server 7.sin"), /* the same key twice */
        TEXTS("source 192.0.2.1:5", "flags 1"), /* no server */
        TEXTS("SERVER r5.lon", "FLAGS 1"),
        TEXTS("server", "flags"),
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct wire w = answer(DEBUG_NAME, DNS_TXT, 0, cases[i]);
        assert_int_equal(judge(&w), MODULE_FOREIGN);
    }
}

static void test_no_data(void **state)
{
    (void)state;
    struct wire w = answer(DEBUG_NAME, DNS_TXT, 0, NULL);
    assert_int_equal(judge(&w), MODULE_FOREIGN);
    w = answer(CERT_NAME, DNS_TXT, 0, NULL);
    assert_int_equal(judge(&w), MODULE_FOREIGN);
}

static void test_answer_of_another_type(void **state)
{
    (void)state;
    struct wire w = {0};
    wire_dns(&w, 1, 0x8180, 1, 1, 0, 0);
    wire_question(&w, DEBUG_NAME, DNS_TXT);
    size_t at = wire_record(&w, DEBUG_NAME, DNS_A, 60);
    wire_be32(&w, 0x0a000001);
    wire_record_end(&w, at);
    assert_int_equal(judge(&w), MODULE_FOREIGN);
}

static void test_response_codes(void **state)
{
    (void)state;
    static const struct {
        unsigned rcode;
        enum module_answer result;
    } cases[] = {{DNS_NXDOMAIN, MODULE_FOREIGN}, {DNS_SERVFAIL, MODULE_ERROR},
                 {DNS_REFUSED, MODULE_ERROR},    {DNS_FORMERR, MODULE_ERROR},
                 {DNS_NOTIMP, MODULE_ERROR},     {9, MODULE_ERROR}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct wire w = answer(DEBUG_NAME, DNS_TXT, cases[i].rcode, genuine);
        assert_int_equal(judge(&w), cases[i].result);
        w = answer(CERT_NAME, DNS_A, cases[i].rcode, NULL);
        assert_int_equal(judge(&w), cases[i].result);
    }
}

/* What the service says to other types is not known: no data is no proof. */
static void test_other_question_types(void **state)
{
    (void)state;
    static const unsigned types[] = {DNS_A, DNS_AAAA, DNS_HTTPS, 255};
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        struct wire w = answer(DEBUG_NAME, types[i], 0, NULL);
        assert_int_equal(judge(&w), MODULE_GENUINE);
    }
}

static void test_truncated_by_the_server(void **state)
{
    (void)state;
    struct wire w = answer(DEBUG_NAME, DNS_TXT, TC, NULL);
    assert_int_equal(judge(&w), MODULE_GENUINE);
    w = answer(DEBUG_NAME, DNS_TXT, TC, TEXTS("flags 20 0 2f4"));
    assert_int_equal(judge(&w), MODULE_GENUINE);
    w = answer(DEBUG_NAME, DNS_TXT, TC, TEXTS("I am not an OpenDNS resolver."));
    assert_int_equal(judge(&w), MODULE_FOREIGN);
    w = answer(CERT_NAME, DNS_TXT, TC, NULL);
    assert_int_equal(judge(&w), MODULE_GENUINE);
}

static void test_certificates(void **state)
{
    (void)state;
    struct wire w = certificate(1, 0);
    assert_int_equal(judge(&w), MODULE_GENUINE);
    w = certificate(2, 0);
    assert_int_equal(judge(&w), MODULE_GENUINE);
    w = certificate(0x100, 0);
    assert_int_equal(judge(&w), MODULE_FOREIGN);
    w = answer(CERT_NAME, DNS_TXT, 0, genuine); /* right for the other name only */
    assert_int_equal(judge(&w), MODULE_FOREIGN);
    w = answer(CERT_NAME, DNS_TXT, 0, TEXTS("DNSC"));
    assert_int_equal(judge(&w), MODULE_FOREIGN);
}

/* No snap length makes a genuine answer foreign: it is genuine from the first mark on, and unseen
 * before. A server that set TC had no more to say. */
static void test_every_snap_length(void **state)
{
    (void)state;
    struct wire samples[] = {answer(DEBUG_NAME, DNS_TXT, 0, genuine), certificate(1, 0),
                             answer(DEBUG_NAME, DNS_TXT, TC, genuine)};
    for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++) {
        bool seen = i == 2;
        for (size_t n = i == 1 ? 12 + 29 + 4 : 12 + 19 + 4; n <= samples[i].length; n++) {
            enum module_answer got = judge_part(&samples[i], n, samples[i].length);
            seen = seen || got == MODULE_GENUINE;
            assert_int_equal(got, seen ? MODULE_GENUINE : MODULE_UNSEEN);
        }
        assert_true(seen);
    }
}

/* What the capture shows of a foreign answer is enough once a whole text, or the count, is there.
 */
static void test_foreign_at_every_snap_length(void **state)
{
    (void)state;
    struct wire w = answer(DEBUG_NAME, DNS_TXT, 0, TEXTS("no such service", "go away"));
    size_t question = 12 + 19 + 4, first = question + 19 + 10 + 1 + 15;
    for (size_t n = question; n <= w.length; n++)
        assert_int_equal(judge_part(&w, n, w.length), n < first ? MODULE_UNSEEN : MODULE_FOREIGN);
    w = answer(DEBUG_NAME, DNS_TXT, DNS_NXDOMAIN, NULL);
    assert_int_equal(judge_part(&w, 12, w.length), MODULE_FOREIGN);
    w = answer(DEBUG_NAME, DNS_TXT, 0, NULL);
    assert_int_equal(judge_part(&w, question, w.length + 11), MODULE_FOREIGN);
}

/* Damaged, not cut: what can be read decides. */
static void test_damaged(void **state)
{
    (void)state;
    struct wire w = answer(DEBUG_NAME, DNS_TXT, 0, genuine);
    assert_int_equal(judge_part(&w, w.length - 1, w.length - 1), MODULE_GENUINE);
    assert_int_equal(judge_part(&w, 40, 40), MODULE_FOREIGN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_own_names),
        cmocka_unit_test(test_genuine_in_any_order),
        cmocka_unit_test(test_foreign_texts),
        cmocka_unit_test(test_no_data),
        cmocka_unit_test(test_answer_of_another_type),
        cmocka_unit_test(test_response_codes),
        cmocka_unit_test(test_other_question_types),
        cmocka_unit_test(test_truncated_by_the_server),
        cmocka_unit_test(test_certificates),
        cmocka_unit_test(test_every_snap_length),
        cmocka_unit_test(test_foreign_at_every_snap_length),
        cmocka_unit_test(test_damaged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
