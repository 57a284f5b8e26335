/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the logs are found: in a file, a folder, a bundle; and what is said where they are not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#ifdef HAVE_LIBARCHIVE
#include <archive.h>
#include <archive_entry.h>
#endif

#include "sensor/dart/load.h"

#define LINE                                                                                       \
    "2024-08-27 03:07:43 [8880] [DEBUG] < 12> Dns Protection IPv4 State Machine: rejected all "    \
    "candidate resolvers for port 53\r\n"

struct place {
    char folder[32];
    struct dart_logs *logs;
    char error[CONFIG_ERROR];
};

static const char *in(const struct place *p, const char *name)
{
    static char path[128];
    snprintf(path, sizeof path, "%s/%s", p->folder, name);
    return path;
}

static void write_file(const char *path, const void *bytes, size_t length)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, length, file), length);
    assert_int_equal(fclose(file), 0);
}

static void write_text(const char *path, const char *text)
{
    write_file(path, text, strlen(text));
}

static int setup(void **state)
{
    struct place *p = calloc(1, sizeof *p);
    assert_non_null(p);
    strcpy(p->folder, "/tmp/dart-XXXXXX");
    assert_non_null(mkdtemp(p->folder));
    p->logs = calloc(1, sizeof *p->logs);
    assert_non_null(p->logs);
    *state = p;
    return 0;
}

static int teardown(void **state)
{
    struct place *p = *state;
    char command[64];
    snprintf(command, sizeof command, "rm -rf %s", p->folder);
    assert_int_equal(system(command), 0);
    dart_logs_free(p->logs);
    free(p->logs);
    free(p);
    return 0;
}

static int load(struct place *p, const char *path)
{
    dart_logs_free(p->logs);
    *p->logs =
        (struct dart_logs){.dns = {NSTIME_NONE, NSTIME_NONE}, .web = {NSTIME_NONE, NSTIME_NONE}};
    p->error[0] = '\0';
    return dart_load(p->logs, path, p->error);
}

static void names(void **state)
{
    (void)state;
    assert_true(dart_wanted("cscumbrellaplugin.txt"));
    assert_true(dart_wanted("Cisco\\Umbrella\\CSCUmbrellaPlugin_1.TXT"));
    assert_true(dart_wanted("a/b/Umbrella.txt"));
    assert_true(dart_wanted("a/OrgInfo.json"));
    assert_false(dart_wanted("a/NotUmbrella.txt"));
    assert_false(dart_wanted("Umbrella.txt.exe"));
    assert_false(dart_wanted("Umbrella.txt/readme"));
    assert_false(dart_wanted("cscumbrellaplugin"));
    assert_false(dart_wanted(""));
}

static void one_file(void **state)
{
    struct place *p = *state;
    write_text(in(p, "renamed.log"), LINE LINE);
    assert_int_equal(load(p, in(p, "renamed.log")), 0);
    assert_int_equal(p->logs->count, 2);
    write_text(in(p, "picture"), "no such log\n");
    assert_int_equal(load(p, in(p, "picture")), EX_DATAERR);
    assert_non_null(strstr(p->error, "holds no line"));
    write_text(in(p, "empty"), "");
    assert_int_equal(load(p, in(p, "empty")), EX_DATAERR);
    assert_int_equal(load(p, in(p, "nothing")), EX_NOINPUT);
    assert_non_null(strstr(p->error, "/nothing"));
    assert_int_equal(load(p, "/dev/null"), EX_NOINPUT);
}

static void folders(void **state)
{
    struct place *p = *state;
    assert_int_equal(load(p, p->folder), EX_NOINPUT);
    assert_non_null(strstr(p->error, "none of the module's logs"));
    assert_int_equal(mkdir(in(p, "b"), 0700), 0);
    assert_int_equal(mkdir(in(p, "a"), 0700), 0);
    write_text(in(p, "b/cscumbrellaplugin.txt"), LINE);
    write_text(in(p, "a/cscumbrellaplugin.txt"), LINE LINE);
    write_text(in(p, "a/other.txt"), LINE);
    write_text(in(p, "SWGConfig.json"), "{\"failOpen\":0}");
    /* A bundle that leads elsewhere is not followed. */
    assert_int_equal(symlink(p->folder, in(p, "a/again")), 0);
    assert_int_equal(symlink("/etc/hostname", in(p, "a/Umbrella.txt")), 0);
    assert_int_equal(mkfifo(in(p, "OrgInfo.json"), 0600), 0);
    assert_int_equal(load(p, p->folder), 0);
    assert_int_equal(p->logs->files, 3);
    assert_int_equal(p->logs->count, 3);
    assert_int_equal(p->logs->more_files, 0);
    assert_int_equal(p->logs->policy, DART_FAIL_CLOSED);
    assert_non_null(strstr(p->logs->file[0].name, "SWGConfig.json"));
    assert_int_equal(p->logs->file[1].known, 2);
    /* As deep as a stranger likes. */
    char path[128 + 2 * DART_DEPTH];
    snprintf(path, sizeof path, "%s/d", p->folder);
    for (int i = 0; i < DART_DEPTH; i++) {
        assert_int_equal(mkdir(path, 0700), 0);
        strcat(path, "/d");
    }
    assert_int_equal(mkdir(path, 0700), 0);
    assert_int_equal(load(p, p->folder), 0);
    assert_int_equal(p->logs->more_files, 1);
}

#ifdef HAVE_LIBARCHIVE
static void add(struct archive *zip, const char *name, const char *bytes, size_t length)
{
    struct archive_entry *entry = archive_entry_new();
    archive_entry_set_pathname(entry, name);
    archive_entry_set_size(entry, (la_int64_t)length);
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0600);
    assert_int_equal(archive_write_header(zip, entry), ARCHIVE_OK);
    assert_int_equal(archive_write_data(zip, bytes, length), (la_ssize_t)length);
    archive_entry_free(entry);
}

static size_t make_zip(uint8_t *out, size_t size, const char *log, size_t length)
{
    size_t used = 0;
    struct archive *zip = archive_write_new();
    assert_int_equal(archive_write_set_format_zip(zip), ARCHIVE_OK);
    assert_int_equal(archive_write_set_bytes_in_last_block(zip, 1), ARCHIVE_OK);
    assert_int_equal(archive_write_open_memory(zip, out, size, &used), ARCHIVE_OK);
    add(zip, "Umbrella/OrgInfo.json", "{\"organizationId\":\"1\"}", 22);
    add(zip, "../../escape.txt", "x", 1);
    add(zip, "Umbrella/cscumbrellaplugin.txt", log, length);
    assert_int_equal(archive_write_close(zip), ARCHIVE_OK);
    archive_write_free(zip);
    return used;
}

static void bundles(void **state)
{
    struct place *p = *state;
    static uint8_t zip[65536];
    char log[40 * sizeof LINE] = "";
    for (int i = 0; i < 40; i++) {
        strcat(log, LINE);
        log[strlen(log) - 2] = '\n'; /* blank lines in between */
    }
    const size_t length = make_zip(zip, sizeof zip, log, strlen(log));
    write_file(in(p, "bundle"), zip, length); /* its content says what it is */
    assert_int_equal(load(p, in(p, "bundle")), 0);
    assert_int_equal(p->logs->files, 2);
    assert_int_equal(p->logs->count, 40);
    assert_true(p->logs->organisation);
    /* Cut anywhere: never a crash, and never told whole. */
    unsigned partly = 0;
    for (size_t cut = 4; cut < length; cut += 7) {
        write_file(in(p, "bundle"), zip, cut);
        const int status = load(p, in(p, "bundle"));
        assert_true(status == EX_DATAERR || status == EX_NOINPUT || p->logs->count == 40);
        assert_true(status == 0 || p->error[0]);
        partly += status == EX_DATAERR && p->logs->organisation;
    }
    assert_true(partly > 0);
    /* One byte wrong, anywhere. */
    for (size_t at = 4; at < length; at += 3) {
        zip[at] ^= 0x55;
        write_file(in(p, "bundle"), zip, length);
        load(p, in(p, "bundle"));
        zip[at] ^= 0x55;
    }
}

/* A hundred thousand bytes that become more than any log is. */
static void bombs(void **state)
{
    struct place *p = *state;
    static uint8_t zip[1 << 20];
    const size_t much = 300 << 20;
    char *zeroes = calloc(1, much);
    assert_non_null(zeroes);
    const size_t length = make_zip(zip, sizeof zip, zeroes, much);
    free(zeroes);
    write_file(in(p, "bundle"), zip, length);
    assert_int_equal(load(p, in(p, "bundle")), 0);
    assert_string_equal(p->logs->file[1].trouble, "it unpacks to more than 256 MiB");
}
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names),
        cmocka_unit_test_setup_teardown(one_file, setup, teardown),
        cmocka_unit_test_setup_teardown(folders, setup, teardown),
#ifdef HAVE_LIBARCHIVE
        cmocka_unit_test_setup_teardown(bundles, setup, teardown),
        cmocka_unit_test_setup_teardown(bombs, setup, teardown),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
