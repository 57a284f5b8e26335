/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sink: where the engine tells what it found. One small table of functions a sink; a member that is
 * NULL means the sink does not care. A sink keeps its first error and stays quiet after it; the
 * engine asks for it at the end. */
#ifndef SENSOR_TELL_SINK_H
#define SENSOR_TELL_SINK_H

#include "decoders/outcome.h"
#include "sensor/detect/notice.h"
#include "sensor/undecoded.h"

/* One -r file as it was read, or one -i interface as it was watched. */
struct capture_file {
    const char *name;   /* as given; "-" is standard input */
    nstime first, last; /* packet times; NSTIME_NONE where it has none */
    uint64_t packets;
    const char *damage; /* full sentence where it could not be read to its end; NULL */
};

/* The contract's cumulative counters; members are named as in the event. */
struct stats {
    struct {
        uint64_t packets, watched, kernel_drops, interface_drops, truncated, malformed, unsupported;
    } capture;
    struct {
        uint64_t queries, answered, late, error, foreign, rejected, reset, unanswered, undetermined,
            copies, responses, unsolicited;
    } dns;
    struct {
        uint64_t syns, attempts, opened, reset, rejected, aborted, unanswered, killed, stalled,
            undetermined;
    } tcp;
    struct {
        uint64_t queries, answered, failed;
    } lookups;
    struct {
        uint64_t exchanges, attempts, clients, evicted; /* in use at this moment; evicted so far */
    } tables;
};

/* What a sink gets when all is over, after the last verdict. */
struct summary {
    size_t file_count;
    const struct capture_file *file;
    nstime end; /* packet time of the end; NSTIME_NONE where there was no packet */
    const struct stats *stats;
    const struct undecoded *undecoded; /* what could not be decoded; NULL: nothing */
    uint64_t hidden;                   /* alerts that alerts.ignore and alerts.only have hidden */
    uint64_t bad_checksums;            /* of watched packets; or, strict, of all */
    unsigned lacking; /* packets missing from the capture itself, in thousandths; 0: none known */
};

struct sights;

/* Live, once a second: how things stand. */
struct moment {
    nstime now;
    nstime started; /* of the watch */
    const struct stats *stats;
    const struct sights *sights;
    size_t clients[STATUS_COUNT]; /* by the worse of their two protections */
    size_t learnt;                /* SWG addresses known from DNS */
    uint64_t firing;              /* alerts that stand */
    uint64_t hidden;              /* and those that nobody wants to hear of */
};

/* How a sentence about the sensor itself is meant. */
enum say { SAY_NEWS, SAY_WARNING, SAY_ERROR };

struct config;
struct sink;

struct sink_ops {
    void (*exchange)(struct sink *sink, const struct exchange *exchange); /* PHASE_FINAL only */
    void (*attempt)(struct sink *sink, const struct attempt *attempt);    /* PHASE_FINAL only */
    void (*alert)(struct sink *sink, const struct notice *notice);
    /* One of all verdicts, in order; `finish` or `present` comes after the last. */
    void (*verdict)(struct sink *sink, const struct judgement *judgement);
    /* Live: a client's first verdict, or one whose status or cause is another than before. */
    void (*changed)(struct sink *sink, const struct judgement *judgement);
    /* The alert still stands. */
    void (*remind)(struct sink *sink, const struct notice *notice, nstime now);
    /* A full sentence about the sensor itself: an interface is down, a file is full. */
    void (*say)(struct sink *sink, nstime now, enum say kind, const char *sentence);
    void (*tick)(struct sink *sink, const struct moment *moment);
    /* Live, on SIGHUP: somebody may have moved the file away. */
    void (*reopen)(struct sink *sink);
    /* Something has gone wrong, or has mended, since the last call: a full sentence, once, for the
     * other sinks; NULL. Live, asked after whatever was told. */
    const char *(*trouble)(struct sink *sink);
    /* Live: the counters so far, every events.stats_interval. */
    void (*stats)(struct sink *sink, const struct summary *summary);
    /* Live, on SIGUSR1: the verdicts so far have been told. */
    void (*present)(struct sink *sink, const struct summary *summary);
    /* Live: the configuration was read again. */
    void (*configure)(struct sink *sink, const struct config *config);
    void (*finish)(struct sink *sink, const struct summary *summary);
    const char *(*error)(
        const struct sink *sink); /* NULL, or a full sentence: exit with EX_IOERR */
    void (*free)(struct sink *sink);
};

struct sink {
    const struct sink_ops *ops; /* first member of every sink's own struct */
};

#endif
