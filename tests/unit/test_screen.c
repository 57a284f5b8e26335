/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The way to the terminal: what is let through, what is escaped, where words wrap. And the small
 * words that people read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "sensor/tell/screen.h"
#include "sensor/tell/words.h"

struct fixture {
    struct screen screen;
    char *text;
    size_t length, seen;
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    f->screen =
        (struct screen){.out = open_memstream(&f->text, &f->length), .width = 20, .utf8 = true};
    *state = f;
    return f->screen.out ? 0 : -1;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    fclose(f->screen.out);
    free(f->text);
    free(f);
    return 0;
}

/* What was printed since the last call. */
static const char *printed(struct fixture *f)
{
    fflush(f->screen.out);
    const char *text = f->text + f->seen;
    f->seen = f->length;
    return text;
}

/* A file name may hold anything; the terminal must obey none of it. */
static void hostile_text(void **state)
{
    static const struct {
        const char *text, *utf8, *ascii;
    } cases[] = {
        {"a\033[2Jb", "a\\x1b[2Jb", "a\\x1b[2Jb"},
        {"a\nb\r\tc\x7f", "a\\x0ab\\x0d\\x09c\\x7f", "a\\x0ab\\x0d\\x09c\\x7f"},
        {"Ger\xc3\xa4t \xe6\xb5\x8b", "Ger\xc3\xa4t \xe6\xb5\x8b",
         "Ger\\xc3\\xa4t \\xe6\\xb5\\x8b"},
        {"a \xc2\xb7 b\xe2\x80\xa6", "a \xc2\xb7 b\xe2\x80\xa6", "a * b..."},
        {"\xc2\x9b"
         "31m",
         "\\xc2\\x9b31m", "\\xc2\\x9b31m"},                                 /* C1: CSI */
        {"\xe2\x80\xaepacp", "\\xe2\\x80\\xaepacp", "\\xe2\\x80\\xaepacp"}, /* reorders */
        {"\xe2\x80\x8b", "\\xe2\\x80\\x8b", "\\xe2\\x80\\x8b"},             /* hides */
        {"\xff\xc3", "\\xff\\xc3", "\\xff\\xc3"},
        {"\xc0\xaf", "\\xc0\\xaf", "\\xc0\\xaf"}, /* overlong */
    };
    struct fixture *f = *state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        for (int utf8 = 0; utf8 < 2; utf8++) {
            const char *want = utf8 ? cases[i].utf8 : cases[i].ascii;
            f->screen.utf8 = utf8;
            f->screen.column = 0;
            screen_text(&f->screen, cases[i].text);
            assert_string_equal(printed(f), want);
            assert_int_equal(f->screen.column, screen_columns(&f->screen, cases[i].text));
            screen_words(&f->screen, 0, cases[i].text);
            assert_null(strpbrk(printed(f), "\033\r\t\x7f"));
        }
    }
}

static void words_wrap_under_their_indent(void **state)
{
    struct fixture *f = *state;
    screen_text(&f->screen, "label");
    screen_to(&f->screen, 8);
    screen_words(&f->screen, 8, "  one two   three four \xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4 five");
    screen_words(&f->screen, 8, " six");
    screen_words(&f->screen, 8, "teen");
    screen_newline(&f->screen);
    assert_string_equal(printed(f), "label    one two\n"
                                    "        three four\n"
                                    "        \xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4 five\n"
                                    "        sixteen\n");
}

static void a_word_longer_than_the_line_stays_whole(void **state)
{
    struct fixture *f = *state;
    screen_words(&f->screen, 4, "alpha swg-proxy-https-sse.sigproxy.qq.opendns.com b");
    assert_string_equal(printed(f),
                        "alpha\n    swg-proxy-https-sse.sigproxy.qq.opendns.com\n    b");
}

static void a_full_line_is_used_to_its_last_column(void **state)
{
    struct fixture *f = *state;
    screen_words(&f->screen, 0, "12345678 12345678901 x");
    assert_string_equal(printed(f), "12345678 12345678901\nx");
    f->screen.column = 0;
    screen_words(&f->screen, 0, "123456789 12345678901 x");
    assert_string_equal(printed(f), "123456789\n12345678901 x");
}

static void columns_and_colours(void **state)
{
    struct fixture *f = *state;
    screen_right(&f->screen, 5, "12");
    screen_to(&f->screen, 3); /* the line is farther already */
    screen_coloured(&f->screen, COLOUR_RED, "x");
    assert_string_equal(printed(f), "   12  x");
    f->screen.colour = true;
    f->screen.column = 0;
    screen_coloured(&f->screen, COLOUR_RED, "x\033");
    screen_coloured(&f->screen, COLOUR_NONE, "y");
    assert_string_equal(printed(f), "\033[31mx\\x1b\033[0my");
    assert_int_equal(f->screen.column, 6);
}

static void numbers_have_separators(void **state)
{
    (void)state;
    static const struct {
        uint64_t n;
        const char *text;
    } cases[] = {{0, "0"},
                 {999, "999"},
                 {1000, "1,000"},
                 {8104, "8,104"},
                 {123456, "123,456"},
                 {1234567, "1,234,567"},
                 {UINT64_MAX, "18,446,744,073,709,551,615"}};
    char text[WORDS_TEXT];
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_string_equal(words_count(cases[i].n, text), cases[i].text);
    assert_string_equal(words_amount(1, "packet", "packets", text), "1 packet");
    assert_string_equal(words_amount(0, "packet", "packets", text), "0 packets");
}

static void spans_are_told_as_people_do(void **state)
{
    (void)state;
    static const struct {
        nstime span;
        const char *text;
    } cases[] = {{0, "0.0 s"},
                 {-NS_PER_SEC, "0.0 s"},
                 {549 * NS_PER_MS, "0.5 s"},
                 {10 * NS_PER_SEC, "10 s"},
                 {60 * NS_PER_SEC - 1, "59 s"},
                 {457 * NS_PER_SEC, "7 min 37 s"},
                 {10920 * NS_PER_SEC, "3 h 2 min"}};
    char text[WORDS_TEXT];
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_string_equal(words_span(cases[i].span, text), cases[i].text);
}

static void times_follow_the_zone(void **state)
{
    (void)state;
    const nstime t = INT64_C(1724728000) * NS_PER_SEC - 1; /* 2024-08-27 03:06:39.999… UTC */
    const struct zone utc = {.kind = ZONE_UTC};
    const struct zone west = {.kind = ZONE_OFFSET, .minutes = -(3 * 60 + 30)};
    const struct zone east = {.kind = ZONE_OFFSET, .minutes = 14 * 60};
    char text[WORDS_TEXT];
    assert_string_equal(words_date(t, utc, text), "2024-08-27");
    assert_string_equal(words_clock(t, utc, text), "03:06:39");
    assert_string_equal(words_zone(utc, text), "UTC");
    assert_string_equal(words_date(t, west, text), "2024-08-26");
    assert_string_equal(words_clock(t, west, text), "23:36:39");
    assert_string_equal(words_zone(west, text), "-03:30");
    assert_string_equal(words_clock(t, east, text), "17:06:39");
    assert_string_equal(words_zone(east, text), "+14:00");
}

static void local_times_know_summer(void **state)
{
    (void)state;
    const nstime winter = INT64_C(1704067200) * NS_PER_SEC; /* 2024-01-01 00:00 UTC */
    const nstime summer = INT64_C(1719792000) * NS_PER_SEC; /* 2024-07-01 00:00 UTC */
    const struct zone local = {.kind = ZONE_LOCAL};
    char text[WORDS_TEXT];
    assert_int_equal(setenv("TZ", "XXX-1YYY,M3.5.0,M10.5.0", 1), 0);
    tzset();
    assert_string_equal(words_clock(winter, local, text), "01:00:00");
    assert_string_equal(words_clock(summer, local, text), "02:00:00");
    assert_string_equal(words_zone(local, text), "local time");
}

/* The ends of time must not overflow when a zone is added. */
static void hostile_times(void **state)
{
    (void)state;
    const struct zone east = {.kind = ZONE_OFFSET, .minutes = 14 * 60};
    const struct zone local = {.kind = ZONE_LOCAL};
    const nstime times[] = {INT64_MIN, INT64_MIN + 1, -1, 0, INT64_MAX - 1, INT64_MAX};
    char text[WORDS_TEXT];
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
        assert_int_equal(strlen(words_clock(times[i], east, text)), 8);
        assert_int_equal(strlen(words_date(times[i], local, text)), 10);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(hostile_text),
        TEST(words_wrap_under_their_indent),
        TEST(a_word_longer_than_the_line_stays_whole),
        TEST(a_full_line_is_used_to_its_last_column),
        TEST(columns_and_colours),
        cmocka_unit_test(numbers_have_separators),
        cmocka_unit_test(spans_are_told_as_people_do),
        cmocka_unit_test(times_follow_the_zone),
        cmocka_unit_test(local_times_know_summer),
        cmocka_unit_test(hostile_times),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
