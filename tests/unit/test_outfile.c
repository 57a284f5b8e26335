/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Outputs by way of their folder: opened, opened again after they were moved, replaced whole. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sensor/outfile.h"

/* A folder of the test's own, which is the working directory meanwhile. */
struct place {
    char folder[32];
    int before;
};

static int set_up(void **state)
{
    struct place *place = calloc(1, sizeof *place);
    strcpy(place->folder, "/tmp/roamwatch-XXXXXX");
    place->before = open(".", O_RDONLY | O_DIRECTORY);
    *state = place;
    return mkdtemp(place->folder) && chdir(place->folder) == 0 ? 0 : -1;
}

static int tear_down(void **state)
{
    static const char *const names[] = {"out",       "out.1", "out.new", "old",
                                        "moved/out", "moved", "here"};
    struct place *place = *state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        remove(names[i]);
    int status = fchdir(place->before) + rmdir(place->folder);
    close(place->before);
    free(place);
    return status;
}

static void put(const struct outfile *out, const char *text)
{
    assert_int_equal(write(out->fd, text, strlen(text)), (ssize_t)strlen(text));
}

static void holds(const char *path, const char *text)
{
    char buffer[256];
    struct outfile file;
    assert_true(outfile_open(&file, path, OUTFILE_FOLDER));
    const ssize_t length = outfile_read(&file, buffer, sizeof buffer);
    outfile_close(&file);
    assert_int_equal(length, strlen(text));
    assert_memory_equal(buffer, text, strlen(text));
}

static void empties_or_appends(void **state)
{
    struct outfile out;
    struct stat st;
    (void)state;
    assert_true(outfile_open(&out, "out", OUTFILE_EMPTY));
    assert_string_equal(out.name, "out");
    put(&out, "one\n");
    assert_int_equal(fstat(out.fd, &st), 0);
    assert_int_equal(st.st_mode & 07, 0); /* not for everybody */
    outfile_close(&out);
    assert_true(outfile_open(&out, "./out", OUTFILE_APPEND));
    put(&out, "two\n");
    outfile_close(&out);
    outfile_close(&out); /* twice is no error */
    holds("out", "one\ntwo\n");
    assert_true(outfile_open(&out, "out", OUTFILE_EMPTY));
    outfile_close(&out);
    holds("out", "");
}

static void says_why_not(void **state)
{
    struct outfile out;
    char name[400];
    (void)state;
    memset(name, 'n', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    assert_false(outfile_open(&out, "no/such/folder", OUTFILE_EMPTY));
    assert_int_equal(errno, ENOENT);
    assert_int_equal(out.fd, -1);
    assert_false(outfile_open(&out, "/tmp/", OUTFILE_EMPTY));
    assert_int_equal(errno, EISDIR);
    assert_false(outfile_open(&out, "/tmp", OUTFILE_EMPTY));
    assert_int_equal(errno, EISDIR);
    assert_false(outfile_open(&out, name, OUTFILE_EMPTY));
    assert_int_equal(errno, ENAMETOOLONG);
    assert_false(outfile_open(&out, "", OUTFILE_EMPTY));
}

/* As logrotate does it: the file is moved away, then a signal asks to open it again. */
static void opens_again_on_the_same_number(void **state)
{
    struct outfile out;
    (void)state;
    assert_true(outfile_open(&out, "out", OUTFILE_EMPTY));
    const int fd = out.fd;
    put(&out, "before\n");
    assert_true(outfile_rename(&out, ".1"));
    put(&out, "still\n");
    assert_true(outfile_reopen(&out));
    assert_int_equal(out.fd, fd);
    assert_int_equal(fcntl(fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
    put(&out, "after\n");
    assert_true(outfile_reopen(&out)); /* nothing was moved: goes on at its end */
    put(&out, "again\n");
    outfile_close(&out);
    holds("out.1", "before\nstill\n");
    holds("out", "after\nagain\n");
}

/* The path is used once; from then on it is the folder, wherever that goes. */
static void the_folder_is_held(void **state)
{
    struct outfile out;
    (void)state;
    assert_int_equal(mkdir("here", 0700), 0);
    assert_true(outfile_open(&out, "here/out", OUTFILE_EMPTY));
    assert_int_equal(unlinkat(out.folder, "out", 0), 0);
    assert_int_equal(rename("here", "moved"), 0);
    assert_true(outfile_reopen(&out));
    put(&out, "found\n");
    holds("moved/out", "found\n");
    assert_int_equal(unlinkat(out.folder, "out", 0), 0);
    assert_int_equal(rmdir("moved"), 0);
    assert_false(outfile_reopen(&out)); /* the folder is no more; what was open stays */
    put(&out, "into the void\n");
    outfile_close(&out);
}

static void replaces_whole(void **state)
{
    struct outfile out;
    char buffer[8];
    (void)state;
    assert_true(outfile_open(&out, "out", OUTFILE_FOLDER));
    assert_int_equal(outfile_read(&out, buffer, sizeof buffer), -1);
    assert_int_equal(errno, ENOENT);
    assert_true(outfile_replace(&out, "first", 5));
    holds("out", "first");
    /* A reader that had it open keeps reading the old one: it is never changed in place. */
    const int old = open("out", O_RDONLY);
    assert_true(outfile_replace(&out, "second, longer", 14));
    assert_int_equal(read(old, buffer, sizeof buffer), 5);
    close(old);
    holds("out", "second, longer");
    assert_int_equal(outfile_read(&out, buffer, sizeof buffer), sizeof buffer); /* bounded */
    assert_int_equal(access("out.new", F_OK), -1);
    /* The draft of a run that was killed, even as a link to elsewhere, is in nobody's way. */
    assert_int_equal(symlink("old", "out.new"), 0);
    assert_true(outfile_replace(&out, "third", 5));
    holds("out", "third");
    assert_int_equal(access("old", F_OK), -1);
    outfile_close(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(empties_or_appends, set_up, tear_down),
        cmocka_unit_test_setup_teardown(says_why_not, set_up, tear_down),
        cmocka_unit_test_setup_teardown(opens_again_on_the_same_number, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_folder_is_held, set_up, tear_down),
        cmocka_unit_test_setup_teardown(replaces_whole, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
