/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Logs and bundles of any bytes. Read in two pieces or whole they come to the same; what is kept is
 * bounded, ended and in order; a bundle that can't be read says why. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sensor/dart/load.h"
#include "sensor/dart/reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds)
        abort();
}

static struct dart_logs *new_logs(void)
{
    struct dart_logs *logs = calloc(1, sizeof *logs);
    require(logs != NULL);
    logs->dns = logs->web = (struct dart_span){NSTIME_NONE, NSTIME_NONE};
    return logs;
}

static struct dart_logs *read_pieces(const uint8_t *data, size_t size, size_t first)
{
    struct dart_logs *logs = new_logs();
    struct dart_reader *reader = dart_reader_begin(logs, dart_logs_file(logs, "log"));
    require(reader != NULL);
    dart_reader_feed(reader, data, first);
    dart_reader_feed(reader, data + first, size - first);
    dart_reader_end(reader);
    dart_logs_sort(logs);
    return logs;
}

static void check(const struct dart_logs *logs)
{
    require(logs->count <= DART_EVENTS && logs->files <= DART_FILES);
    for (size_t i = 0; i < logs->count; i++) {
        require(memchr(logs->event[i].text, '\0', DART_TEXT) != NULL);
        require(logs->event[i].kind > DART_OTHER && logs->event[i].kind < DART_KINDS);
        require(i == 0 || logs->event[i - 1].local <= logs->event[i].local);
    }
}

static void drop(struct dart_logs *logs)
{
    dart_logs_free(logs);
    free(logs);
}

static void read_bundle(const uint8_t *data, size_t size)
{
    char error[CONFIG_ERROR] = "";
    size_t found = 0;
    struct dart_logs *logs = new_logs();
    FILE *file = tmpfile();
    require(file != NULL && fwrite(data, 1, size, file) == size && fflush(file) == 0);
    require(lseek(fileno(file), 0, SEEK_SET) == 0);
    const int status = dart_zip(logs, fileno(file), "bundle", &found, error);
    require((status == 0) == (error[0] == '\0'));
    dart_logs_sort(logs);
    check(logs);
    fclose(file);
    drop(logs);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > 4 && memcmp(data, "PK", 2) == 0)
        read_bundle(data, size);
    struct dart_logs *one = read_pieces(data, size, 0);
    struct dart_logs *two = read_pieces(data, size, size / 2);
    check(one);
    require(one->count == two->count && one->policy == two->policy);
    require(memcmp(&one->file[0], &two->file[0], sizeof one->file[0]) == 0);
    drop(one);
    drop(two);
    return 0;
}
