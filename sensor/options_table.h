/* SPDX-License-Identifier: GPL-2.0-or-later */
/* options_table: every option once. Those of later versions are in it too: whoever gives one is
 * told so instead of "no such option". */
#ifndef SENSOR_OPTIONS_TABLE_H
#define SENSOR_OPTIONS_TABLE_H

#include <getopt.h>
#include <stddef.h>

enum option_id {
    OPTION_LATER, /* not in this version */
    OPTION_READ,
    OPTION_INTERFACE,
    OPTION_LIST_INTERFACES,
    OPTION_DURATION,
    OPTION_CONFIG,
    OPTION_SWG,
    OPTION_RESOLVER,
    OPTION_EVENTS,
    OPTION_TIME,
    OPTION_NO_RESOLVE,
    OPTION_RESOLVE,
    OPTION_SHOW_IDS,
    OPTION_EXIT_CODE,
    OPTION_EXPLAIN,
    OPTION_DART,
    OPTION_UTC_OFFSET,
    OPTION_CHECK,
    OPTION_DUMP,
    OPTION_PRINT_FILTER,
    OPTION_QUIET,
    OPTION_VERBOSE,
    OPTION_VERSION,
    OPTION_HELP
};

struct option_row {
    enum option_id id;
    char letter;          /* 0: none */
    const char *name;     /* behind "--"; NULL: none */
    const char *argument; /* "FILE"; NULL: takes none */
    const char *help;     /* lines parted by "\n"; NULL: not shown */
};

extern const struct option_row option_rows[];
extern const size_t option_row_count;

#define OPTION_ROWS_MAX 40
#define OPTION_NAME     32

#define OPTION_LATER_SENTENCE "%s is not in this version: leave it out; see roamwatch --help."

/* The tables as getopt_long() wants them. */
void option_tables(char letters[2 * OPTION_ROWS_MAX + 2], struct option names[OPTION_ROWS_MAX + 1]);
/* What getopt_long() returned, as a row; NULL. */
const struct option_row *option_by_code(int code);
/* "-r", or "--exit-code" where it has no letter. Returns out. */
char *option_name(const struct option_row *row, char out[OPTION_NAME]);

#endif
