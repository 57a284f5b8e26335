/* SPDX-License-Identifier: GPL-2.0-or-later */
/* options: the command line as a struct. One table names every option: it drives the parsing, the
 * help and the suggestion for a mistyped one. */
#ifndef SENSOR_OPTIONS_H
#define SENSOR_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "sensor/config.h"

/* What the run is for. */
enum options_mode {
    OPTIONS_REPLAY,     /* read the files of -r or --dart, or watch the interfaces of -i */
    OPTIONS_CHECK,      /* -T: check_print() */
    OPTIONS_DUMP,       /* --dump-config: config_dump() */
    OPTIONS_FILTER,     /* --print-filter: filter_print() */
    OPTIONS_INTERFACES, /* -D: interfaces_print() */
    OPTIONS_VERSION,
    OPTIONS_HELP
};

/* Whether the sensor looks the SWG's names up itself. */
enum options_resolve {
    OPTIONS_RESOLVE_USUAL, /* live it does, in a replay it does not */
    OPTIONS_RESOLVE_OFF,
    OPTIONS_RESOLVE_ON
};

/* The zone of times on the screen. */
enum options_zone { OPTIONS_ZONE_UTC, OPTIONS_ZONE_LOCAL, OPTIONS_ZONE_OFFSET };

/* frame_ref counts files in 16 bits. */
#define OPTIONS_FILES_MAX 65535

/* A tap has two ports; see merge.h. */
#define OPTIONS_INTERFACES_MAX 8

/* A bundle is one; a few logs that came apart. */
#define OPTIONS_DARTS_MAX 16

#define OPTIONS_ERROR CONFIG_ERROR

struct options {
    enum options_mode mode;
    struct config_list files;      /* -r, in order; "-" is standard input, at most once */
    struct config_list interfaces; /* -i, in order; not along with -r */
    nstime duration;               /* --duration; 0: until a signal */
    const char *config_path;       /* -c; NULL: the built-in defaults */
    struct config_list swgs;       /* -s: address, prefix, name or "any", each found good */
    struct config_list resolvers;  /* -R, likewise; empty: those of the configuration */
    const char *events_path;       /* -o; "-" is standard output; NULL: no events */
    enum options_resolve resolve;  /* --resolve, --no-resolve */
    bool exit_code;                /* --exit-code */
    bool show_ids;                 /* --show-ids */
    bool explain;                  /* --explain: on the screen, every rule tried */
    enum options_zone zone;        /* --time */
    struct config_list darts;      /* --dart, in order; not along with -i */
    bool has_utc_offset;           /* --utc-offset */
    int utc_offset;                /* the DART logs' zone, in minutes east of UTC */
    int zone_minutes;              /* east of UTC, with OPTIONS_ZONE_OFFSET */
    bool quiet;                    /* -q: no talk on standard error but errors */
    unsigned verbose;              /* -v: how often */
    char *filter;                  /* FILTER, its words joined by blanks; NULL: none; owned */
};

/* 0 or EX_USAGE with a full sentence in error that names the remedy. `out` points into argv and is
 * to be freed in either case. argv is reordered, as getopt does. */
int options_parse(int argc, char **argv, struct options *out, char error[OPTIONS_ERROR]);
void options_free(struct options *options);

/* -s and -R on top of the configuration. False where memory is out. */
bool options_apply(const struct options *options, struct config *config);

/* False on a write error. */
bool options_help(FILE *out);
/* Version, and the libraries that run. */
bool options_version(FILE *out);

#endif
