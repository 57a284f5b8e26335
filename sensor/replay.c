/* SPDX-License-Identifier: GPL-2.0-or-later */
/* replay: see replay.h. */
#include "sensor/replay.h"

#include <stdlib.h>
#include <sysexits.h>

#include "sensor/capture/savefile.h"
#include "sensor/privileges.h"
#include "sensor/quote.h"

_Static_assert(SOURCE_ERROR <= CONFIG_ERROR, "a source's sentence must fit");

int replay_check(const struct options *options, char error[CONFIG_ERROR])
{
    if (options->filter) {
        int status = savefile_check_filter(options->filter, error);
        if (status)
            return status;
    }
    for (size_t i = 0; i < options->files.count; i++) {
        int status = savefile_check(options->files.item[i], error);
        if (status)
            return status;
    }
    return 0;
}

bool replay_init(struct replay *replay, const struct options *options, struct engine *engine,
                 struct progress *progress, const volatile int *stop)
{
    *replay =
        (struct replay){.options = options, .engine = engine, .progress = progress, .stop = stop};
    replay->file = calloc(options->files.count, sizeof *replay->file);
    replay->damage = calloc(options->files.count, sizeof *replay->damage);
    return replay->file && replay->damage;
}

void replay_free(struct replay *replay)
{
    free(replay->file);
    free(replay->damage);
}

static void tell_trouble(struct replay *replay, size_t index)
{
    struct capture_file *file = &replay->file[index];
    file->damage = replay->damage[index];
    progress_wipe(replay->progress);
    fputs("roamwatch: ", stderr);
    quote_sentence(stderr, file->damage);
    fputc('\n', stderr);
}

/* Those of the files before and of this one so far. */
static void tell_drops(struct replay *replay, const struct source *source)
{
    const uint64_t kernel = replay->kernel_drops + source->kernel_drops;
    const uint64_t interface = replay->interface_drops + source->interface_drops;
    if (kernel + interface > replay->drops_told)
        engine_dropped(replay->engine, kernel, interface);
    replay->drops_told = kernel + interface;
}

static enum source_status feed(struct replay *replay, struct source *source,
                               struct capture_file *file, uint64_t bytes_before)
{
    struct frame frame;
    enum source_status status;
    while ((status = source_next(source, &frame)) == SOURCE_FRAME) {
        if (file->first == NSTIME_NONE || frame.time < file->first)
            file->first = frame.time;
        if (frame.time > file->last)
            file->last = frame.time;
        file->packets++;
        engine_frame(replay->engine, &frame);
        tell_drops(replay, source);
        progress_update(replay->progress, bytes_before + source->bytes, source->frames);
    }
    tell_drops(replay, source);
    engine_passed_over(replay->engine, source->frames - file->packets);
    file->packets = source->frames;
    return status;
}

/* For -v: what a file holds besides frames. */
static void tell_rest(const struct replay *replay, const struct source *source)
{
    if (!replay->options->verbose || source->comments + source->passed_over == 0)
        return;
    progress_wipe(replay->progress);
    fputs("roamwatch: ", stderr);
    quote_sentence(stderr, source->name);
    fprintf(stderr,
            ": passed over, for they hold no packet: %llu of comments, %llu of other blocks.\n",
            (unsigned long long)source->comments, (unsigned long long)source->passed_over);
}

/* The last file is open, so not even the right to read others' files is needed any more. */
static void drop_rights(struct replay *replay, int *result)
{
    char error[CONFIG_ERROR];
    const int status = privileges_keep_nothing(error);
    if (!status)
        return;
    progress_wipe(replay->progress);
    fprintf(stderr, "roamwatch: %s\n", error);
    *result = *result ? *result : status;
}

int replay_run(struct replay *replay)
{
    int result = 0;
    uint64_t bytes = 0;
    for (size_t i = 0; i < replay->options->files.count && !*replay->stop; i++) {
        int status;
        struct capture_file *file = &replay->file[replay->files++];
        *file = (struct capture_file){
            .name = replay->options->files.item[i], .first = NSTIME_NONE, .last = NSTIME_NONE};
        struct source *source = savefile_open(file->name, (unsigned)i, replay->options->filter,
                                              replay->stop, replay->damage[i], &status);
        if (!source) {
            if (*replay->stop)
                break;
            tell_trouble(replay, i);
            result = result ? result : status;
            continue;
        }
        if (i + 1 == replay->options->files.count)
            drop_rights(replay, &result);
        engine_next_file(replay->engine);
        enum source_status ended = feed(replay, source, file, bytes);
        tell_rest(replay, source);
        if (ended == SOURCE_DAMAGED || ended == SOURCE_FAILED) {
            memcpy(replay->damage[i], source->error, SOURCE_ERROR);
            tell_trouble(replay, i);
            result = result ? result : source->exit;
        }
        replay->kernel_drops += source->kernel_drops;
        replay->interface_drops += source->interface_drops;
        bytes += source->size ? source->size : source->bytes;
        source_close(source);
    }
    return result;
}
