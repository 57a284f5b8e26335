/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The JSON writer: what it escapes, what it replaces, and that a wrong nesting never leaves it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sensor/tell/json.h"

static int set_up(void **state)
{
    struct json *j = malloc(sizeof *j);
    json_init(j);
    *state = j;
    return 0;
}

static int tear_down(void **state)
{
    json_free(*state);
    free(*state);
    return 0;
}

static void expect_line(struct json *j, const char *want)
{
    size_t length = 0;
    const char *line = json_line(j, &length);
    assert_non_null(line);
    assert_int_equal(length, strlen(want));
    assert_memory_equal(line, want, length);
    json_clear(j);
}

static void expect_failure(struct json *j)
{
    size_t length = 0;
    assert_null(json_line(j, &length));
    json_clear(j);
    json_unsigned(j, NULL, 1); /* the next line is not spoilt */
    expect_line(j, "1\n");
}

static void strings_are_escaped(void **state)
{
    static const struct {
        const char *text, *json;
    } cases[] = {
        {"", ""},
        {"debug.opendns.com", "debug.opendns.com"},
        {"a\"b\\c/d", "a\\\"b\\\\c/d"},
        {"\n\r\t", "\\n\\r\\t"},
        {"\b\f\x01\x1b[2J\x1f", "\\u0008\\u000c\\u0001\\u001b[2J\\u001f"},
        {"\x7f", "\\u007f"},
        {"\xc2\x80\xc2\x9b\xc2\x9f\xc2\xa0", "\\u0080\\u009b\\u009f\xc2\xa0"}, /* C1, then NBSP */
        {"Ger\xc3\xa4t \xe2\x82\xac \xf0\x9f\x98\x80",
         "Ger\xc3\xa4t \xe2\x82\xac \xf0\x9f\x98\x80"},
        {"\xf4\x8f\xbf\xbf", "\xf4\x8f\xbf\xbf"}, /* U+10FFFF, the last one */
    };
    struct json *j = *state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char want[128];
        json_string(j, NULL, cases[i].text);
        snprintf(want, sizeof want, "\"%s\"\n", cases[i].json);
        expect_line(j, want);
    }
}

#define U "\xEF\xBF\xBD" /* U+FFFD */

static void invalid_bytes_are_replaced(void **state)
{
    static const struct {
        const char *text, *json;
    } cases[] = {
        {"\xff\xfe", U U},
        {"a\x80z", "a" U "z"}, /* a lone continuation byte */
        {"\xc3", U},           /* cut short */
        {"\xe2\x82", U U},
        {"\xf0\x9f\x98", U U U},
        {"\xc3(", U "("},  /* no continuation follows */
        {"\xc0\xaf", U U}, /* overlong "/" */
        {"\xe0\x80\xaf", U U U},
        {"\xf0\x80\x80\xaf", U U U U},
        {"\xc1\xbf", U U},
        {"\xed\xa0\x80", U U U}, /* a surrogate */
        {"\xed\xbf\xbf", U U U},
        {"\xf4\x90\x80\x80", U U U U}, /* beyond U+10FFFF */
        {"\xf8\x88\x80\x80\x80", U U U U U},
        {"\xc3\"", U "\\\""}, /* must not swallow the quote */
    };
    struct json *j = *state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char want[128];
        json_string(j, NULL, cases[i].text);
        snprintf(want, sizeof want, "\"%s\"\n", cases[i].json);
        expect_line(j, want);
    }
}

/* Nothing that an attacker can put into a string gets out of it: every byte, twice over. */
static void every_pair_of_bytes_stays_in_its_string(void **state)
{
    struct json *j = *state;
    for (unsigned pair = 0; pair < 65536; pair++) {
        const char text[3] = {(char)(pair >> 8), (char)(pair & 255), '\0'};
        size_t length = 0;
        json_string(j, NULL, text);
        const char *line = json_line(j, &length);
        assert_non_null(line);
        for (size_t i = 0; i + 1 < length; i++) {
            const unsigned char byte = (unsigned char)line[i];
            const int inside = i > 0 && i + 2 < length;
            if (byte < 0x20 || byte == 0x7f)
                fail_msg("%04x: raw control character", pair);
            if (inside && byte == '\\')
                i++; /* whatever it escapes */
            else if (inside && byte == '"')
                fail_msg("%04x: the string ends early", pair);
        }
        json_clear(j);
    }
}

static void numbers_at_their_ends(void **state)
{
    struct json *j = *state;
    json_array(j, NULL);
    json_unsigned(j, NULL, 0);
    json_unsigned(j, NULL, 10);
    json_unsigned(j, NULL, UINT64_MAX);
    json_signed(j, NULL, 0);
    json_signed(j, NULL, -1);
    json_signed(j, NULL, INT64_MAX);
    json_signed(j, NULL, INT64_MIN);
    json_bool(j, NULL, true);
    json_bool(j, NULL, false);
    json_string(j, NULL, NULL);
    json_close(j);
    expect_line(j, "[0,10,18446744073709551615,0,-1,9223372036854775807,-9223372036854775808,"
                   "true,false,null]\n");
}

static void nesting(void **state)
{
    struct json *j = *state;
    json_object(j, NULL);
    json_array(j, "a\"");
    json_object(j, NULL);
    json_close(j);
    json_object(j, NULL);
    json_unsigned(j, "b", 1);
    json_unsigned(j, "c", 2);
    json_close(j);
    json_array(j, NULL);
    json_close(j);
    json_close(j);
    json_bool(j, "d", true);
    json_close(j);
    expect_line(j, "{\"a\\\"\":[{},{\"b\":1,\"c\":2},[]],\"d\":true}\n");
}

static void wrong_nesting_fails(void **state)
{
    struct json *j = *state;

    expect_failure(j); /* no value at all */

    json_object(j, NULL);
    expect_failure(j); /* left open */

    json_object(j, NULL);
    json_close(j);
    json_close(j);
    expect_failure(j); /* closed twice */

    json_unsigned(j, NULL, 1);
    json_unsigned(j, NULL, 2);
    expect_failure(j); /* two values on a line */

    json_unsigned(j, "key", 1);
    expect_failure(j); /* a key outside an object */

    json_object(j, NULL);
    json_unsigned(j, NULL, 1);
    json_close(j);
    expect_failure(j); /* a member without a key */

    json_array(j, NULL);
    json_unsigned(j, "key", 1);
    json_close(j);
    expect_failure(j); /* an element with one */
}

static void depth_is_bounded(void **state)
{
    struct json *j = *state;
    for (unsigned i = 0; i < JSON_DEPTH; i++)
        json_array(j, NULL);
    for (unsigned i = 0; i < JSON_DEPTH; i++)
        json_close(j);
    expect_line(j, "[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]\n");
    for (unsigned i = 0; i <= JSON_DEPTH; i++)
        json_array(j, NULL);
    for (unsigned i = 0; i <= JSON_DEPTH; i++)
        json_close(j);
    expect_failure(j);
}

static void the_buffer_grows(void **state)
{
    struct json *j = *state;
    enum { LENGTH = 100000 };
    char *text = malloc(LENGTH + 1);
    size_t length = 0;
    memset(text, '"', LENGTH);
    text[LENGTH] = '\0';
    json_string(j, NULL, text);
    const char *line = json_line(j, &length);
    assert_non_null(line);
    assert_int_equal(length, 2 * LENGTH + 3);
    for (size_t i = 1; i < 2 * LENGTH; i += 2)
        assert_memory_equal(line + i, "\\\"", 2);
    free(text);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(strings_are_escaped),
        TEST(invalid_bytes_are_replaced),
        TEST(every_pair_of_bytes_stays_in_its_string),
        TEST(numbers_at_their_ends),
        TEST(nesting),
        TEST(wrong_nesting_fails),
        TEST(depth_is_bounded),
        TEST(the_buffer_grows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
