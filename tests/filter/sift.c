/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sift: what a live watch would come to, from a capture: plays it through an engine that gets only
 * what the capture filter passes, made anew whenever the watchlist changes, and writes its events.
 * What the filter keeps out is played as a frame without a packet, for time goes on for a live
 * watch as well; so frames keep their numbers, and the events can be compared with those of a
 * replay.
 *
 *     sift -r FILE -o EVENTS [-c CONFIG] [-s SWG] [-R RESOLVER]
 *
 * prints the number of frames, of those that passed, and of the TCP segments that did not and
 * neither begin nor end a connection. */
#include <pcap/pcap.h>
#include <stdlib.h>
#include <string.h>

#include "decoders/packet.h"
#include "sensor/capture/filter.h"
#include "sensor/capture/savefile.h"
#include "sensor/engine.h"
#include "sensor/options.h"
#include "sensor/tell/events.h"

struct sift {
    struct config config;
    struct watchlist *watchlist;
    struct engine *engine;
    struct filter filter;
    bool filtered;
    uint64_t generation; /* of the watchlist that the filter was made from */
    uint64_t frames, passed, middle;
};

static void die(const char *sentence)
{
    fprintf(stderr, "sift: %s\n", sentence);
    exit(2);
}

static void renew(struct sift *s, uint32_t linktype)
{
    char error[FILTER_ERROR];
    struct watch_snapshot watch;

    if (s->filtered && s->generation == watchlist_generation(s->watchlist))
        return;
    if (!watchlist_snapshot(s->watchlist, &watch))
        die("Out of memory.");
    filter_free(&s->filter);
    if (!filter_build(&s->filter, &watch, s->config.capture.control, linktype, 0, error))
        die(error);
    s->filtered = true;
    s->generation = watch.generation;
    watch_snapshot_free(&watch);
}

static bool passes(const struct sift *s, const struct frame *frame)
{
    struct pcap_pkthdr header = {.caplen = frame->captured, .len = frame->length};
    return pcap_offline_filter(&s->filter.program, &header, frame->bytes) != 0;
}

static bool is_middle(const struct frame *frame)
{
    struct packet packet;
    return packet_decode(frame, 0, &packet) == PACKET_OK && packet.kind == PACKET_TCP &&
           !(packet.tcp.flags & (TCP_SYN | TCP_FIN | TCP_RST));
}

/* Keeps the time and the number, and holds nothing. */
static void blank(struct frame *frame)
{
    static const uint8_t arp[60] = {[12] = 0x08, [13] = 0x06};

    frame->linktype = DLT_EN10MB;
    frame->bytes = arp;
    frame->captured = frame->length = sizeof arp;
}

static void play(struct sift *s, struct source *source)
{
    struct frame frame;

    engine_next_file(s->engine);
    while (source_next(source, &frame) == SOURCE_FRAME) {
        s->frames++;
        renew(s, frame.linktype);
        if (passes(s, &frame)) {
            s->passed++;
        } else {
            s->middle += is_middle(&frame);
            blank(&frame);
        }
        engine_frame(s->engine, &frame);
    }
}

static void run(struct sift *s, const struct options *options)
{
    static const uint64_t key[2] = {1, 2};
    char error[CONFIG_ERROR];
    volatile int stop = 0;
    int status;
    const char *name = options->files.item[0];
    const struct events_options events = {.path = options->events_path,
                                          .exchanges = s->config.events.exchanges,
                                          .files = {.name = &name, .count = 1}};
    struct capture_file file = {.name = name};

    s->watchlist = watchlist_new(&s->config, key, error);
    s->engine = s->watchlist ? engine_new(&s->config, s->watchlist, key) : NULL;
    struct sink *sink = s->engine ? events_new(&events, error) : NULL;
    struct source *source = savefile_open(name, 0, NULL, &stop, error, &status);
    if (!sink || !source)
        die(error);
    engine_add_sink(s->engine, sink);
    play(s, source);
    engine_finish(s->engine, &file, 1);
    sink->ops->free(sink);
    source_close(source);
    engine_free(s->engine);
    watchlist_free(s->watchlist);
    filter_free(&s->filter);
}

int main(int argc, char **argv)
{
    char error[CONFIG_ERROR];
    struct options options;
    struct sift s = {0};

    if (options_parse(argc, argv, &options, error))
        die(error);
    if (options.files.count != 1 || !options.events_path)
        die("Use: sift -r FILE -o EVENTS [-c CONFIG] [-s SWG] [-R RESOLVER]");
    if (!config_defaults(&s.config))
        die("Out of memory.");
    if (options.config_path && config_load(&s.config, options.config_path, error))
        die(error);
    if (!options_apply(&options, &s.config))
        die("Out of memory.");
    run(&s, &options);
    printf("%llu %llu %llu\n", (unsigned long long)s.frames, (unsigned long long)s.passed,
           (unsigned long long)s.middle);
    config_free(&s.config);
    options_free(&options);
    return 0;
}
