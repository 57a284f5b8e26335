/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files of lines over months: rotation, reopening, a disk that fills up (a limit on the size of
 * files stands for it) and has room again. Every line carries its number, so that one that is lost,
 * cut or written twice shows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "seeds.h"
#include "sensor/tell/events.h"
#include "sensor/tell/line_file.h"

struct run {
    char folder[64], path[96];
    struct line_file file;
    unsigned lines; /* written so far */
};

static int set_up(void **state)
{
    struct run *r = calloc(1, sizeof *r);
    strcpy(r->folder, "/tmp/roamwatch-test-XXXXXX");
    if (!mkdtemp(r->folder))
        return -1;
    snprintf(r->path, sizeof r->path, "%s/events", r->folder);
    signal(SIGXFSZ, SIG_IGN);
    *state = r;
    return 0;
}

static char *beside(const struct run *r, unsigned number, char out[128])
{
    if (number)
        snprintf(out, 128, "%s.%u", r->path, number);
    else
        snprintf(out, 128, "%s", r->path);
    return out;
}

static int tear_down(void **state)
{
    struct run *r = *state;
    char name[128];
    for (unsigned i = 0; i < 40; i++)
        unlink(beside(r, i, name));
    snprintf(name, sizeof name, "%s.moved", r->path);
    unlink(name);
    rmdir(r->folder);
    free(r);
    return 0;
}

#define LINE 20

static bool write_lines(struct run *r, unsigned count)
{
    bool good = true;
    for (unsigned i = 0; i < count; i++) {
        char line[LINE + 1];
        snprintf(line, sizeof line, "line %014u\n", ++r->lines);
        good = line_file_write(&r->file, line, LINE) && good;
    }
    return good;
}

/* Appends to seen the numbers of the lines of a file; every line must be whole. */
static size_t read_lines(const char *path, unsigned *seen, size_t count)
{
    FILE *in = fopen(path, "r");
    char line[256];
    if (!in)
        return count;
    while (fgets(line, sizeof line, in)) {
        unsigned number = 0;
        assert_int_equal(strlen(line), LINE);
        assert_int_equal(sscanf(line, "line %u\n", &number), 1);
        seen[count++] = number;
    }
    fclose(in);
    return count;
}

/* The files hold the lines first … last, each once and in order. */
static void check_files(const struct run *r, unsigned oldest, unsigned first, unsigned last)
{
    unsigned *seen = calloc(200000, sizeof *seen);
    size_t count = 0;
    char name[128];
    for (unsigned i = oldest + 1; i-- > 0;)
        count = read_lines(beside(r, i, name), seen, count);
    assert_int_equal(count, last - first + 1);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(seen[i], first + i);
    free(seen);
}

static off_t size_of(const struct run *r, unsigned number)
{
    char name[128];
    struct stat st;
    return stat(beside(r, number, name), &st) == 0 ? st.st_size : -1;
}

static void limit_files(rlim_t most)
{
    struct rlimit limit;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = most;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void rotates_between_lines(void **state)
{
    struct run *r = *state;
    assert_true(line_file_open(&r->file, r->path, true));
    line_file_rotate(&r->file, 1010, 30); /* 50 lines fit, not 50.5 */
    write_lines(r, 1230);
    line_file_close(&r->file);
    check_files(r, 30, 1, 1230);
    for (unsigned i = 1; i <= 24; i++)
        assert_int_equal(size_of(r, i), 1000);
    assert_int_equal(size_of(r, 0), 600);
    assert_int_equal(size_of(r, 25), -1);
}

static void the_oldest_goes(void **state)
{
    struct run *r = *state;
    assert_true(line_file_open(&r->file, r->path, true));
    line_file_rotate(&r->file, 1000, 3);
    write_lines(r, 1010);
    line_file_close(&r->file);
    check_files(r, 3, 851, 1010); /* 3 × 50 old ones, and ten */
    assert_int_equal(size_of(r, 4), -1);
}

static void goes_on_where_it_ended(void **state)
{
    struct run *r = *state;
    for (int i = 0; i < 10; i++) {
        assert_true(line_file_open(&r->file, r->path, true));
        line_file_rotate(&r->file, 1000, 30);
        write_lines(r, 30);
        line_file_close(&r->file);
    }
    check_files(r, 30, 1, 300);
    assert_int_equal(size_of(r, 5), 1000);
    assert_true(line_file_open(&r->file, r->path, false)); /* a replay begins anew */
    line_file_close(&r->file);
    assert_int_equal(size_of(r, 0), 0);
}

static void a_line_longer_than_a_file(void **state)
{
    struct run *r = *state;
    assert_true(line_file_open(&r->file, r->path, true));
    line_file_rotate(&r->file, 5, 30);
    write_lines(r, 4);
    line_file_close(&r->file);
    check_files(r, 30, 1, 4);
    assert_int_equal(size_of(r, 3), LINE);
}

static void opens_again_after_it_was_moved(void **state)
{
    struct run *r = *state;
    char moved[128];
    unsigned seen[64];
    snprintf(moved, sizeof moved, "%s.moved", r->path);
    assert_true(line_file_open(&r->file, r->path, true));
    write_lines(r, 10);
    assert_int_equal(rename(r->path, moved), 0);
    write_lines(r, 5);
    assert_true(line_file_reopen(&r->file));
    write_lines(r, 20);
    line_file_close(&r->file);
    assert_int_equal(read_lines(moved, seen, 0), 15); /* what was on its way went there */
    check_files(r, 0, 16, 35);
}

static void a_full_disk_that_has_room_again(void **state)
{
    struct run *r = *state;
    assert_true(line_file_open(&r->file, r->path, true));
    limit_files(1010); /* in the middle of a line */
    assert_true(write_lines(r, 70));
    assert_false(line_file_flush(&r->file));
    assert_int_equal(r->file.reason, EFBIG);
    assert_int_equal(size_of(r, 0), 1000); /* the half line was taken back */
    assert_true(write_lines(r, 30));
    assert_false(line_file_flush(&r->file));
    assert_int_equal(size_of(r, 0), 1000);
    limit_files(RLIM_INFINITY);
    assert_true(line_file_flush(&r->file));
    assert_int_equal(r->file.reason, 0);
    write_lines(r, 10);
    line_file_close(&r->file);
    assert_int_equal(r->file.lost, 0);
    check_files(r, 0, 1, 110);
}

static void what_finds_no_place_is_counted(void **state)
{
    struct run *r = *state;
    const unsigned fit = LINE_FILE_BUFFER / LINE;
    assert_true(line_file_open(&r->file, r->path, true));
    limit_files(0);
    assert_true(write_lines(r, fit));
    assert_false(write_lines(r, 100));
    assert_int_equal(r->file.lost, 100);
    limit_files(RLIM_INFINITY);
    line_file_close(&r->file);
    check_files(r, 0, 1, fit);
}

static void what_cannot_rotate_is_written_on(void **state)
{
    struct run *r = *state;
    char name[128];
    assert_true(line_file_open(&r->file, r->path, true));
    line_file_rotate(&r->file, 1000, 1);
    beside(r, 1, name);
    assert_int_equal(mkdir(name, 0700), 0); /* in its way */
    write_lines(r, 60);
    assert_int_not_equal(r->file.odd, 0);
    assert_int_equal(rmdir(name), 0);
    write_lines(r, 60); /* one file's size later it is tried again */
    assert_int_equal(r->file.odd, 0);
    line_file_close(&r->file);
    check_files(r, 1, 1, 120);
}

/* --- the sink on top ------------------------------------------------------------------------- */

static void events_say_once_that_the_disk_is_full(void **state)
{
    struct run *r = *state;
    char error[CONFIG_ERROR];
    const struct events_options options = {.path = r->path, .live = true, .line_buffered = true};
    struct sink *sink = events_new(&options, error);
    assert_non_null(sink);
    const struct notice notice = seed_notice();
    limit_files(10);
    for (int i = 0; i < 3; i++)
        sink->ops->alert(sink, &notice);
    assert_int_equal(size_of(r, 0), 0);
    assert_non_null(strstr(sink->ops->trouble(sink), "They wait in memory"));
    sink->ops->alert(sink, &notice);
    sink->ops->tick(sink, NULL);
    assert_null(sink->ops->trouble(sink));
    assert_null(sink->ops->error(sink)); /* no reason to stop */
    limit_files(RLIM_INFINITY);
    sink->ops->tick(sink, NULL);
    assert_non_null(strstr(sink->ops->trouble(sink), "written to \"/tmp/roamwatch-test-"));
    assert_null(sink->ops->trouble(sink));
    const off_t four = size_of(r, 0);
    sink->ops->alert(sink, &notice);
    assert_int_equal(size_of(r, 0), four / 4 * 5);
    sink->ops->free(sink);
}

static void events_open_again(void **state)
{
    struct run *r = *state;
    char error[CONFIG_ERROR], moved[128];
    const struct events_options options = {.path = r->path, .live = true, .line_buffered = true};
    struct sink *sink = events_new(&options, error);
    const struct notice notice = seed_notice();
    sink->ops->alert(sink, &notice);
    snprintf(moved, sizeof moved, "%s.moved", r->path);
    assert_int_equal(rename(r->path, moved), 0);
    sink->ops->reopen(sink);
    sink->ops->alert(sink, &notice);
    assert_true(size_of(r, 0) > 0);
    sink->ops->free(sink);
}

static void events_are_configured_anew(void **state)
{
    struct run *r = *state;
    char error[CONFIG_ERROR];
    struct config config;
    const struct events_options options = {
        .path = r->path, .exchanges = CONFIG_EXCHANGES_NONE, .live = true, .line_buffered = true};
    struct sink *sink = events_new(&options, error);
    const struct exchange exchange = seed_exchange();
    assert_true(config_defaults(&config));
    sink->ops->exchange(sink, &exchange);
    assert_int_equal(size_of(r, 0), 0);
    config.events.exchanges = CONFIG_EXCHANGES_ALL;
    sink->ops->configure(sink, &config);
    sink->ops->exchange(sink, &exchange);
    assert_true(size_of(r, 0) > 0);
    sink->ops->free(sink);
    config_free(&config);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(rotates_between_lines),
        TEST(the_oldest_goes),
        TEST(goes_on_where_it_ended),
        TEST(a_line_longer_than_a_file),
        TEST(opens_again_after_it_was_moved),
        TEST(a_full_disk_that_has_room_again),
        TEST(what_finds_no_place_is_counted),
        TEST(what_cannot_rotate_is_written_on),
        TEST(events_say_once_that_the_disk_is_full),
        TEST(events_open_again),
        TEST(events_are_configured_anew),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
