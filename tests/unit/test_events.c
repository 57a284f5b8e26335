/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The events sink around the lines: which exchanges are written, when, and what happens where
 * nothing can be written. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "seeds.h"
#include "sensor/tell/events.h"

struct file {
    char path[64];
    char text[65536];
};

static int set_up(void **state)
{
    struct file *f = calloc(1, sizeof *f);
    strcpy(f->path, "/tmp/roamwatch-test-XXXXXX");
    const int fd = mkstemp(f->path);
    if (fd < 0)
        return -1;
    close(fd);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct file *f = *state;
    unlink(f->path);
    free(f);
    return 0;
}

static const char *contents(struct file *f)
{
    FILE *in = fopen(f->path, "r");
    assert_non_null(in);
    f->text[fread(f->text, 1, sizeof f->text - 1, in)] = '\0';
    fclose(in);
    return f->text;
}

static struct sink *new_sink(const char *path, enum config_exchanges exchanges, bool line_buffered)
{
    char error[CONFIG_ERROR] = "";
    const struct events_options options = {
        .path = path, .exchanges = exchanges, .line_buffered = line_buffered};
    struct sink *sink = events_new(&options, error);
    assert_string_equal(error, "");
    assert_non_null(sink);
    return sink;
}

static unsigned count_of(const char *text, const char *piece)
{
    unsigned count = 0;
    for (; (text = strstr(text, piece)); text++)
        count++;
    return count;
}

/* One of every outcome through the sink: the words of those that were written. */
static void outcomes_written(struct file *f, enum config_exchanges mode, char out[512])
{
    struct sink *sink = new_sink(f->path, mode, false);
    for (int outcome = OUTCOME_ANSWERED; outcome < OUTCOME_COUNT; outcome++) {
        struct exchange x = seed_exchange();
        struct attempt a = seed_attempt();
        x.outcome = a.outcome = (enum outcome)outcome;
        if (outcome <= OUTCOME_UNDETERMINED)
            sink->ops->exchange(sink, &x);
        if (outcome >= OUTCOME_REJECTED)
            sink->ops->attempt(sink, &a);
    }
    sink->ops->free(sink);
    out[0] = '\0';
    const char *at = contents(f);
    while ((at = strstr(at, "\"outcome\":\""))) {
        at += strlen("\"outcome\":\"");
        const size_t used = strlen(out);
        snprintf(out + used, 512 - used, "%.*s ", (int)strcspn(at, "\""), at);
    }
}

static void which_exchanges_are_written(void **state)
{
    char words[512];
    outcomes_written(*state, CONFIG_EXCHANGES_ALL, words);
    assert_string_equal(words, "answered late error foreign rejected rejected reset reset "
                               "unanswered unanswered undetermined undetermined opened aborted "
                               "killed stalled ");
    outcomes_written(*state, CONFIG_EXCHANGES_FAILED, words);
    assert_string_equal(words, "late error foreign rejected rejected reset reset unanswered "
                               "unanswered killed stalled ");
    outcomes_written(*state, CONFIG_EXCHANGES_NONE, words);
    assert_string_equal(words, "");
}

static void everything_is_in_the_file_at_the_end(void **state)
{
    struct file *f = *state;
    struct sink *sink = new_sink(f->path, CONFIG_EXCHANGES_NONE, false);
    const struct stats stats = {0};
    const struct summary summary = {.end = NSTIME_NONE, .stats = &stats};
    const struct notice notice = seed_notice();
    struct judgement *v = seed_dns_unprotected();
    sink->ops->alert(sink, &notice);
    sink->ops->verdict(sink, v);
    free(v);
    assert_string_equal(contents(f), "");
    sink->ops->finish(sink, &summary);
    assert_null(sink->ops->error(sink));
    assert_int_equal(count_of(contents(f), "\n"), 3);
    sink->ops->free(sink);
}

static void a_reader_on_a_pipe_gets_each_line_at_once(void **state)
{
    struct file *f = *state;
    struct sink *sink = new_sink(f->path, CONFIG_EXCHANGES_FAILED, true);
    const struct exchange x = seed_exchange();
    for (unsigned i = 1; i < 4; i++) {
        sink->ops->exchange(sink, &x);
        assert_int_equal(count_of(contents(f), "}}\n"), i);
    }
    sink->ops->free(sink);
}

static void an_output_that_cannot_be_created(void **state)
{
    (void)state;
    char error[CONFIG_ERROR] = "";
    const struct events_options options = {.path = "/nowhere/at/all.jsonl"};
    assert_null(events_new(&options, error));
    assert_string_equal(error, "Cannot create the events file \"/nowhere/at/all.jsonl\": No such "
                               "file or directory. Check the folder and its permissions, or give "
                               "-o another name.");
}

static void a_full_disk_is_told_once(void **state)
{
    (void)state;
    if (access("/dev/full", W_OK) != 0) {
        print_message("skipped: no /dev/full here\n");
        skip();
    }
    struct sink *sink = new_sink("/dev/full", CONFIG_EXCHANGES_ALL, true);
    const struct exchange x = seed_exchange();
    assert_null(sink->ops->error(sink));
    sink->ops->exchange(sink, &x);
    const char *want = "Cannot write events to \"/dev/full\": No space left on device. Make room, "
                       "or give -o another place.";
    assert_string_equal(sink->ops->error(sink), want);
    sink->ops->exchange(sink, &x); /* stays quiet */
    assert_string_equal(sink->ops->error(sink), want);
    sink->ops->free(sink);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(which_exchanges_are_written),
        TEST(everything_is_in_the_file_at_the_end),
        TEST(a_reader_on_a_pipe_gets_each_line_at_once),
        TEST(an_output_that_cannot_be_created),
        TEST(a_full_disk_is_told_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
