/* SPDX-License-Identifier: GPL-2.0-or-later */
/* darting: see darting.h. */
#include "sensor/darting.h"

#include <stdlib.h>
#include <sysexits.h>

#include "sensor/dart/load.h"
#include "sensor/ending.h"
#include "sensor/privileges.h"

int darting_check(const struct options *options, char error[CONFIG_ERROR])
{
    for (size_t i = 0; i < options->darts.count; i++) {
        const int status = dart_check(options->darts.item[i], error);
        if (status)
            return status;
    }
    return 0;
}

int darting_open(struct dart_logs *logs, const struct options *options, struct sinks *sinks,
                 bool *usable)
{
    char error[CONFIG_ERROR];
    int first = 0;
    *logs =
        (struct dart_logs){.dns = {NSTIME_NONE, NSTIME_NONE}, .web = {NSTIME_NONE, NSTIME_NONE}};
    *usable = true;
    for (size_t i = 0; i < options->darts.count; i++) {
        const int status = dart_load(logs, options->darts.item[i], error);
        if (!status)
            continue;
        complain(status, error);
        first = first ? first : status;
        *usable &= status == EX_DATAERR;
    }
    dart_logs_sort(logs);
    if (*usable && options->darts.count > 0) {
        const int status = sinks_open_dart(sinks, options, logs);
        *usable = status == 0;
        first = first ? first : status;
    }
    return first;
}

int darting_alone(const struct options *options)
{
    static const struct summary nothing = {.end = NSTIME_NONE};
    struct sinks sinks = {0};
    struct dart_logs logs = {0};
    char error[CONFIG_ERROR];
    bool usable = false;
    int status = darting_check(options, error);
    if (!status)
        status = privileges_keep_reading(error);
    if (status)
        return complain(status, error);
    status = darting_open(&logs, options, &sinks, &usable);
    if (usable)
        sinks.dart->ops->finish(sinks.dart, &nothing);
    const int closed = sinks_close(&sinks);
    dart_logs_free(&logs);
    status = status ? status : closed;
    return status ? status : options->exit_code ? EXIT_CANT_TELL : 0;
}
