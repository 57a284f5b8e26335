/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of the parts that every tracker stands on: hash, chains, timers, table. Each structure is
 * also driven at random against a plain model of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "decoders/hash.h"
#include "decoders/table.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

static uint64_t random_next(uint64_t *seed)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *seed >> 33;
}

/* The reference key 00 01 .. 0f and inputs 00 01 .. of the paper and its reference code. */
static void test_hash_vectors(void **state)
{
    (void)state;
    const uint64_t key[2] = {UINT64_C(0x0706050403020100), UINT64_C(0x0f0e0d0c0b0a0908)};
    static const struct {
        size_t length;
        uint64_t hash;
    } vector[] = {
        {0, UINT64_C(0x726fdb47dd0e0e31)},
        {1, UINT64_C(0x74f839c593dc67fd)},
        {8, UINT64_C(0x93f5f5799a932462)},
        {15, UINT64_C(0xa129ca6149be45e5)},
    };
    uint8_t in[16];
    for (uint8_t i = 0; i < sizeof in; i++)
        in[i] = i;
    for (size_t i = 0; i < COUNT(vector); i++)
        assert_true(hash_bytes(key, in, vector[i].length) == vector[i].hash);
}

static void test_hash_is_keyed(void **state)
{
    (void)state;
    const uint64_t a[2] = {1, 2}, b[2] = {1, 3};
    assert_true(hash_bytes(a, "same", 4) != hash_bytes(b, "same", 4));
    assert_true(hash_bytes(a, "same", 4) == hash_bytes(a, "same", 4));
}

struct item {
    struct table_entry head;
    unsigned value;
};

/* Newest first within a hash, also after the buckets have doubled several times. */
static void test_chains_newest_first(void **state)
{
    (void)state;
    enum { HASHES = 50, EACH = 40 };
    static struct {
        struct chain_node node;
        unsigned value;
    } item[HASHES * EACH];
    struct chains c = {0};
    assert_null(chains_first(&c, 7));
    for (unsigned i = 0; i < COUNT(item); i++) {
        item[i].value = i;
        assert_true(chains_add(&c, &item[i].node, i % HASHES * 977));
    }
    assert_true(c.buckets >= 1024);
    for (unsigned h = 0; h < HASHES; h++) {
        unsigned expect = h + (EACH - 1) * HASHES, seen = 0;
        for (struct chain_node *n = chains_first(&c, h * 977); n; n = chains_next(n), seen++) {
            assert_int_equal(((const unsigned *)(const void *)(n + 1))[0], expect);
            expect -= HASHES;
        }
        assert_int_equal(seen, EACH);
    }
    for (unsigned i = 0; i < COUNT(item); i += 2)
        chains_remove(&c, &item[i].node);
    chains_remove(&c, &item[0].node); /* twice does no harm */
    assert_int_equal(c.used, COUNT(item) / 2);
    assert_null(chains_first(&c, 0));
    assert_non_null(chains_first(&c, 977));
    chains_free(&c);
}

/* Random sets, moves and cancels; what comes first is always what a linear search finds. */
static void test_timers_against_model(void **state)
{
    (void)state;
    static struct timer timer[200];
    struct timers t = {0};
    assert_null(timers_first(&t));
    assert_true(timers_reserve(&t, COUNT(timer)));
    for (size_t i = 0; i < COUNT(timer); i++)
        timer[i] = (struct timer){.order = i};
    uint64_t seed = 1;
    for (unsigned round = 0; round < 20000; round++) {
        struct timer *one = &timer[random_next(&seed) % COUNT(timer)];
        if (random_next(&seed) % 3 == 0)
            timers_cancel(&t, one);
        else
            timers_set(&t, one, (nstime)(random_next(&seed) % 100));
        const struct timer *best = NULL;
        for (size_t i = 0; i < COUNT(timer); i++)
            if (timer[i].slot && (!best || timer[i].due < best->due))
                best = &timer[i];
        assert_ptr_equal(timers_first(&t), best);
    }
    timers_free(&t);
}

static void test_table_bounds_and_ages(void **state)
{
    (void)state;
    struct table t;
    table_init(&t, sizeof(struct item), 3);
    assert_null(table_oldest(&t));
    assert_true(table_next_due(&t) == NSTIME_NEVER);
    struct item *item[3];
    for (unsigned i = 0; i < 3; i++) {
        item[i] = table_add(&t, 5);
        assert_non_null(item[i]);
        item[i]->value = i;
    }
    assert_true(table_full(&t));
    assert_null(table_add(&t, 6));
    assert_ptr_equal(table_oldest(&t), item[0]);
    assert_ptr_equal(table_first(&t, 5), item[2]);
    assert_ptr_equal(table_next(item[2]), item[1]);

    table_retire(&t, item[1]);
    assert_false(table_full(&t));
    struct item *further = table_add(&t, 5);
    assert_ptr_not_equal(further, item[1]); /* still readable */
    assert_int_equal(item[1]->value, 1);
    assert_ptr_equal(table_retired(&t), item[1]);
    table_recycle(&t, item[1]);
    assert_null(table_retired(&t));
    assert_ptr_equal(table_next(item[2]), item[0]);

    table_remove(&t, item[0]);
    assert_ptr_equal(table_oldest(&t), item[2]);
    struct item *again = table_add(&t, 9);
    assert_int_equal(again->value, 0); /* zeroed */
    table_free(&t);
    assert_null(table_first(&t, 5));
}

static void test_table_zero_is_one(void **state)
{
    (void)state;
    struct table t;
    table_init(&t, sizeof(struct item), 0);
    assert_non_null(table_add(&t, 1));
    assert_null(table_add(&t, 2));
    table_free(&t);
}

/* Due strictly before now, in order, ties by arrival. */
static void test_table_due(void **state)
{
    (void)state;
    struct table t;
    table_init(&t, sizeof(struct item), 100);
    struct item *a = table_add(&t, 1), *b = table_add(&t, 2), *c = table_add(&t, 3);
    table_wake(&t, c, 10);
    table_wake(&t, b, 10);
    table_wake(&t, a, 20);
    assert_true(table_next_due(&t) == 10);
    assert_null(table_due(&t, 10));
    assert_ptr_equal(table_due(&t, 11), b);
    table_wake(&t, b, 30);
    assert_ptr_equal(table_due(&t, 11), c);
    table_remove(&t, c);
    assert_null(table_due(&t, 11));
    assert_ptr_equal(table_due(&t, 99), a);
    table_free(&t);
}

/* Nothing large before it is needed. */
static void test_table_starts_small(void **state)
{
    (void)state;
    struct table t;
    table_init(&t, sizeof(struct item), 1000000);
    assert_null(t.chunks);
    assert_null(t.by_key.bucket);
    assert_non_null(table_add(&t, 1));
    assert_true(t.by_key.buckets <= 64);
    for (unsigned i = 1; i < 10000; i++)
        assert_non_null(table_add(&t, i));
    assert_int_equal(t.used, 10000);
    table_free(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hash_vectors),
        cmocka_unit_test(test_hash_is_keyed),
        cmocka_unit_test(test_chains_newest_first),
        cmocka_unit_test(test_timers_against_model),
        cmocka_unit_test(test_table_bounds_and_ages),
        cmocka_unit_test(test_table_zero_is_one),
        cmocka_unit_test(test_table_due),
        cmocka_unit_test(test_table_starts_small),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
