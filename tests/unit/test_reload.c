/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading the configuration again: a good one is applied where it may be, the rest is kept and
 * named; a bad one changes nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "sensor/reload.h"

struct run {
    char path[32];
    struct options options;
    struct config config;
    struct watchlist *watchlist;
    char kept[RELOAD_KEPT], error[CONFIG_ERROR];
};

static void write_config(struct run *run, const char *text)
{
    FILE *file = fopen(run->path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static int setup(void **state)
{
    static const uint64_t key[2] = {1, 2};
    struct run *run = calloc(1, sizeof *run);
    strcpy(run->path, "/tmp/roamwatch-XXXXXX");
    int fd = mkstemp(run->path);
    assert_true(fd >= 0);
    close(fd);
    run->options.config_path = run->path;
    assert_true(config_defaults(&run->config));
    run->watchlist = watchlist_new(&run->config, key, run->error);
    assert_non_null(run->watchlist);
    *state = run;
    return 0;
}

static int teardown(void **state)
{
    struct run *run = *state;
    unlink(run->path);
    watchlist_free(run->watchlist);
    config_free(&run->config);
    free(run);
    return 0;
}

static struct addr address(const char *text)
{
    struct addr addr;
    assert_true(addr_parse(text, &addr));
    return addr;
}

static int read_again(struct run *run)
{
    return reload(&run->options, &run->config, run->watchlist, run->kept, run->error);
}

static void what_may_change_does(void **state)
{
    struct run *run = *state;
    const struct addr swg = address("18.135.112.200"), old = address("208.67.222.222"),
                      new = address("203.0.113.53");
    const uint64_t before = watchlist_generation(run->watchlist);
    assert_true(watchlist_learn(run->watchlist, 0, "a.sigproxy.qq.opendns.com", &swg, 60,
                                (struct frame_ref){.number = 1}));
    write_config(run, "version: 1\nresolvers: [203.0.113.53]\n"
                      "health:\n  failed_samples: 7\nalerts:\n  remind: 20m\n");
    assert_int_equal(read_again(run), 0);
    assert_string_equal(run->kept, "");
    assert_int_equal(run->config.health.failed_samples, 7);
    assert_true(run->config.alerts.remind == 1200 * NS_PER_SEC);
    assert_true(watchlist_resolver(run->watchlist, &new, 53));
    assert_false(watchlist_resolver(run->watchlist, &old, 53));
    assert_true(watchlist_swg(run->watchlist, &swg, NS_PER_SEC)); /* learnt, and stays so */
    assert_true(watchlist_generation(run->watchlist) > before);   /* a new capture filter is due */
}

static void what_holds_for_a_run_is_kept_and_named(void **state)
{
    struct run *run = *state;
    write_config(run, "version: 1\nsegments: [10.1.0.0/16]\ndns:\n  deadline: 4s\n"
                      "limits:\n  clients: 100\nhealth:\n  failed_samples: 4\n");
    assert_int_equal(read_again(run), 0);
    assert_string_equal(run->kept, "segments, dns.deadline, limits.clients");
    assert_true(run->config.dns.deadline == 5 * NS_PER_SEC);
    assert_int_equal(run->config.limits.clients, 131072);
    assert_int_equal(run->config.segments.count, 0);
    assert_int_equal(run->config.health.failed_samples, 4);
}

static void a_bad_one_changes_nothing(void **state)
{
    struct run *run = *state;
    const struct addr old = address("208.67.222.222");
    const uint64_t before = watchlist_generation(run->watchlist);
    write_config(run, "version: 1\nresolvers: [203.0.113.53]\nhealth:\n  failed_samples: none\n");
    assert_int_equal(read_again(run), EX_CONFIG);
    assert_non_null(strstr(run->error, ":4:"));
    assert_true(watchlist_resolver(run->watchlist, &old, 53));
    assert_true(watchlist_generation(run->watchlist) == before);
    assert_int_equal(run->config.health.failed_samples, 3);
    unlink(run->path);
    assert_int_equal(read_again(run), EX_NOINPUT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_may_change_does, setup, teardown),
        cmocka_unit_test_setup_teardown(what_holds_for_a_run_is_kept_and_named, setup, teardown),
        cmocka_unit_test_setup_teardown(a_bad_one_changes_nothing, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
