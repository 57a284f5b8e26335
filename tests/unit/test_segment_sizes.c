/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which segment sizes pass, by what is acknowledged of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "decoders/segment_sizes.h"

#define SEQ UINT32_C(0xffffff00) /* so that numbers wrap */

static void the_small_one_passes_and_the_large_one_does_not(void **state)
{
    (void)state;
    struct segment_sizes sizes = {0};
    segment_sent(&sizes, SEQ, 300);
    segment_sent(&sizes, SEQ + 300, 1460);
    segment_acked(&sizes, SEQ);
    assert_int_equal(sizes.passed, 0);
    segment_acked(&sizes, SEQ + 300);
    assert_int_equal(sizes.passed, 300);
    assert_int_equal(sizes.longest.length, 1460);
    segment_acked(&sizes, SEQ + 1760);
    assert_int_equal(sizes.passed, 1460);
}

static void a_large_one_sent_again_in_pieces_passes_as_pieces(void **state)
{
    (void)state;
    struct segment_sizes sizes = {0};
    segment_sent(&sizes, SEQ, 1460);
    segment_sent(&sizes, SEQ, 536);
    segment_sent(&sizes, SEQ + 536, 536);
    segment_acked(&sizes, SEQ + 1072);
    assert_int_equal(sizes.longest.length, 1460);
    assert_int_equal(sizes.passed, 536);
}

static void one_captured_before_it_was_cut_counts_as_far_as_it_went(void **state)
{
    (void)state;
    struct segment_sizes sizes = {0};
    segment_sent(&sizes, SEQ, 4380);
    segment_acked(&sizes, SEQ + 1460);
    assert_int_equal(sizes.passed, 1460);
}

static void a_quote_lies_in_what_was_sent(void **state)
{
    (void)state;
    struct segment_sizes sizes = {0};
    assert_false(segment_quoted(&sizes, SEQ));
    segment_sent(&sizes, SEQ, 0);
    assert_false(segment_quoted(&sizes, SEQ));
    segment_sent(&sizes, SEQ, 1460);
    assert_true(segment_quoted(&sizes, SEQ));
    assert_true(segment_quoted(&sizes, SEQ + 1459));
    assert_false(segment_quoted(&sizes, SEQ + 1460));
    assert_false(segment_quoted(&sizes, SEQ - 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_small_one_passes_and_the_large_one_does_not),
        cmocka_unit_test(a_large_one_sent_again_in_pieces_passes_as_pieces),
        cmocka_unit_test(one_captured_before_it_was_cut_counts_as_far_as_it_went),
        cmocka_unit_test(a_quote_lies_in_what_was_sent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
