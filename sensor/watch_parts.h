/* SPDX-License-Identifier: GPL-2.0-or-later */
/* watch_parts: what the files of the watch share: its state, and who does which part. */
#ifndef SENSOR_WATCH_PARTS_H
#define SENSOR_WATCH_PARTS_H

#include <net/if.h>

#include "sensor/capture/filter.h"
#include "sensor/capture/interfaces.h"
#include "sensor/capture/merge.h"
#include "sensor/clock.h"
#include "sensor/watch.h"

/* One -i. */
struct port {
    const char *given;          /* as on the command line */
    char device[IF_NAMESIZE];   /* what it stands for */
    char egress[IF_NAMESIZE];   /* auto: what it stands for from now on, if that lasts; "" */
    nstime egress_due;          /* when it has lasted, by loop_now() */
    struct source *source;      /* NULL: away */
    int fd;                     /* of the source */
    bool reading;               /* the loop tells when there is something to read */
    struct filter filter;       /* on the socket */
    enum interface_state state; /* of the device, when last looked at */
    unsigned index;             /* likewise */
    nstime away;                /* since when it is away or has no link, by CLOCK_BOOTTIME */
    unsigned tries;             /* openings in vain, or short-lived, in a row */
    nstime next_try;            /* by loop_now(); while away */
    nstime opened;              /* likewise; while not */
    uint64_t kernel, interface; /* drops of earlier openings */
    uint64_t kernel_now, interface_now; /* and of this one */
};

struct watch {
    const struct options *options;
    const struct config *config;
    const struct watchlist *watchlist;
    struct engine *engine;
    struct watch_hooks hooks;
    struct loop *loop;
    struct loop_timer timer; /* for whatever is due next */
    int links;               /* interfaces_watch() */
    struct merge merge;
    size_t ports;
    struct port port[MERGE_SOURCES];
    const char *name[MERGE_SOURCES];         /* of the devices */
    struct capture_file file[MERGE_SOURCES]; /* as the sinks see them */
    uint64_t frames;                         /* of all ports: the number of the last */
    uint64_t generation;                     /* of the watchlist that the filters are made from */
    struct wall wall;
    struct wall_reading at; /* of this turn */
    nstime floor;           /* the last gap: no frame counts as earlier */
    nstime newest;          /* of the frames read */
    bool behind;    /* what was captured before the gap may still be in the kernel's buffers */
    nstime started; /* by the wall clock */
    nstime next_tick, next_stats, ends; /* by loop_now(); NSTIME_NEVER */
    bool more;                          /* frames were left for the next turn */
    bool links_changed;
    bool stop_asked, present_asked, reload_asked;
};

/* watch.c */
__attribute__((format(printf, 3, 4))) void watch_say(struct watch *watch, enum say kind,
                                                     const char *format, ...);
/* What was captured until now is not to be compared with what follows. */
void watch_gap(struct watch *watch);

/* watch_ports.c */
/* The start: 0, or an exit status with a sentence in error. */
int ports_open(struct watch *watch, char error[CONFIG_ERROR]);
void ports_close(struct watch *watch);
/* The source is broken: it is closed, and opened again later. */
void ports_lose(struct watch *watch, struct port *port, const char *why);
/* Holds each interface against how it stands now; tries again what is away, where it is time. */
void ports_look(struct watch *watch);
/* The next moment for that; NSTIME_NEVER. By loop_now(). */
nstime ports_next(const struct watch *watch);
/* Reads the drop counters. */
void ports_count(struct watch *watch);
/* The watchlist has changed: makes filters anew and swaps them in. */
void ports_filter(struct watch *watch);
/* Whether the loop tells of frames: not while one waits for another port's. */
void ports_listen(struct watch *watch);

#endif
