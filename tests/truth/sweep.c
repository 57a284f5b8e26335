/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sweep: replays captures with every frame cut to each snap length in turn, all in one process.
 * What the frames no longer show must not be judged: no verdict may become worse than that of the
 * whole frames, nor a failure pass for health.
 *
 *   sweep FILE…     exit status 1 where a length told otherwise */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sensor/capture/savefile.h"
#include "sensor/engine.h"

/* The longest frame of the samples is an Ethernet frame of 1,514 bytes. */
#define LENGTH_MAX 1520

#define FRAMES_MAX   16384
#define VERDICTS_MAX 256

struct frames {
    size_t count;
    struct frame frame[FRAMES_MAX]; /* bytes are owned */
};

struct verdict {
    struct addr client;
    enum protection protection;
    enum status status;
};

struct keeper {
    struct sink sink; /* first */
    size_t count;
    struct verdict verdict[VERDICTS_MAX];
};

static void keep(struct sink *sink, const struct judgement *judgement)
{
    struct keeper *keeper = (struct keeper *)sink;
    if (keeper->count == VERDICTS_MAX)
        abort();
    keeper->verdict[keeper->count++] = (struct verdict){.client = judgement->client,
                                                        .protection = judgement->protection,
                                                        .status = judgement->status};
}

static const struct sink_ops keeper_ops = {.verdict = keep};

static bool load(const char *path, struct frames *out)
{
    static const volatile int go_on;
    char error[SOURCE_ERROR];
    int status;
    struct source *source = savefile_open(path, 0, NULL, &go_on, error, &status);
    struct frame frame;
    if (!source) {
        fprintf(stderr, "%s\n", error);
        return false;
    }
    while (source_next(source, &frame) == SOURCE_FRAME) {
        uint8_t *bytes = malloc(frame.captured ? frame.captured : 1);
        if (!bytes || out->count == FRAMES_MAX)
            abort();
        memcpy(bytes, frame.bytes, frame.captured);
        frame.bytes = bytes;
        out->frame[out->count++] = frame;
    }
    source_close(source);
    return true;
}

static void replay(const struct frames *frames, const struct config *config, uint32_t snap,
                   struct keeper *keeper)
{
    static const uint64_t key[2] = {11, 13};
    char error[CONFIG_ERROR];
    struct watchlist *watchlist = watchlist_new(config, key, error);
    struct engine *engine = engine_new(config, watchlist, key);
    if (!engine)
        abort();
    keeper->sink.ops = &keeper_ops;
    keeper->count = 0;
    engine_add_sink(engine, &keeper->sink);
    for (size_t i = 0; i < frames->count; i++) {
        struct frame frame = frames->frame[i];
        uint8_t *exact = NULL;
        if (frame.captured > snap) {
            frame.captured = snap;
            exact = malloc(snap ? snap : 1); /* so that a sanitizer sees every byte beyond */
            if (!exact)
                abort();
            memcpy(exact, frame.bytes, snap);
            frame.bytes = exact;
        }
        engine_frame(engine, &frame);
        free(exact);
    }
    struct capture_file file = {.name = "", .first = NSTIME_NONE, .last = NSTIME_NONE};
    engine_finish(engine, &file, 1);
    engine_free(engine);
    watchlist_free(watchlist);
}

static int badness(enum status status)
{
    return status == STATUS_UNDETERMINED || status == STATUS_PROTECTED ? 0
           : status == STATUS_DEGRADED                                 ? 1
                                                                       : 2;
}

static enum status status_of(const struct keeper *keeper, const struct verdict *like)
{
    for (size_t i = 0; i < keeper->count; i++)
        if (addr_equal(&keeper->verdict[i].client, &like->client) &&
            keeper->verdict[i].protection == like->protection)
            return keeper->verdict[i].status;
    return STATUS_UNDETERMINED;
}

static unsigned compare(const char *path, uint32_t snap, const struct keeper *whole,
                        const struct keeper *cut)
{
    unsigned wrong = 0;
    for (size_t i = 0; i < cut->count; i++) {
        enum status was = status_of(whole, &cut->verdict[i]), is = cut->verdict[i].status;
        if (badness(is) <= badness(was) && !(is == STATUS_PROTECTED && was != STATUS_PROTECTED))
            continue;
        char client[ADDR_TEXT];
        printf("not ok %s cut to %" PRIu32 ": %s protection %d is %d, %d of whole frames\n", path,
               snap, addr_format(&cut->verdict[i].client, client), cut->verdict[i].protection, is,
               was);
        wrong++;
    }
    return wrong;
}

static unsigned sweep(const char *path, const struct config *config)
{
    struct frames *frames = calloc(1, sizeof *frames);
    struct keeper *whole = calloc(1, sizeof *whole), *cut = calloc(1, sizeof *cut);
    unsigned wrong = 0;
    if (!frames || !whole || !cut || !load(path, frames))
        abort();
    replay(frames, config, UINT32_MAX, whole);
    for (uint32_t snap = 0; snap < LENGTH_MAX; snap++) {
        replay(frames, config, snap, cut);
        wrong += compare(path, snap, whole, cut);
    }
    for (size_t i = 0; i < frames->count; i++)
        free((void *)frames->frame[i].bytes);
    free(frames);
    free(whole);
    free(cut);
    return wrong;
}

int main(int argc, char **argv)
{
    struct config config;
    unsigned wrong = 0;
    if (!config_defaults(&config))
        return 1;
    /* A new engine for each of thousands of replays: tables as small as the captures are. */
    config.limits.exchanges = config.limits.attempts = config.limits.control = 8192;
    config.limits.clients = config.limits.lookups = 1024;
    for (int i = 1; i < argc; i++)
        wrong += sweep(argv[i], &config);
    config_free(&config);
    printf("%d captures, %u problems\n", argc - 1, wrong);
    return wrong || argc < 2;
}
