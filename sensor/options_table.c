/* SPDX-License-Identifier: GPL-2.0-or-later */
/* options_table: see options_table.h; and the help, which is the table printed. */
#include "sensor/options_table.h"

#include <string.h>

#include "sensor/options.h"

const struct option_row option_rows[] = {
    {OPTION_READ, 'r', NULL, "FILE",
     "Read this capture, pcap or pcapng; \"-\" is standard input, and may\n"
     "be a pipe that still grows. Repeat it for more, in order."},
    {OPTION_INTERFACE, 'i', NULL, "IFACE",
     "Watch this interface until interrupted; \"any\": all of them; \"auto\":\n"
     "the physical one by which this host's packets leave. Repeat it for a\n"
     "tap's two ports."},
    {OPTION_LIST_INTERFACES, 'D', NULL, NULL, "List the interfaces."},
    {OPTION_DURATION, 0, "duration", "SECONDS", "Stop watching by itself after this time."},
    {OPTION_CONFIG, 'c', "config", "FILE",
     "Read the configuration (YAML) from FILE instead of the built-in\ndefaults."},
    {OPTION_SWG, 's', "swg", "NAME|ADDR|CIDR|any",
     "Watch this SWG too (any TCP port), besides those of the\n"
     "configuration and those learnt from DNS. Repeatable."},
    {OPTION_RESOLVER, 'R', "resolver", "ADDR|CIDR|any",
     "Watch this resolver (ports 53 and 443) in place of the list of the\n"
     "configuration. Repeatable."},
    {OPTION_EVENTS, 'o', "events", "FILE",
     "Write events as JSON lines to FILE; \"-\" is standard output, which\n"
     "then holds nothing else."},
    {OPTION_TIME, 0, "time", "utc|local|±HH:MM",
     "Zone of the times on the screen; events stay UTC. Default utc."},
    {OPTION_RESOLVE, 0, "resolve", NULL,
     "Look the SWG's names up first, and watch what they lead to now: a\n"
     "replay sends nothing otherwise."},
    {OPTION_NO_RESOLVE, 0, "no-resolve", NULL, "Look nothing up; with -r nothing is, anyway."},
    {OPTION_SHOW_IDS, 0, "show-ids", NULL,
     "Print the identities in the module's DNS answers, which are masked\notherwise."},
    {OPTION_EXPLAIN, 0, "explain", NULL,
     "Print for each verdict shown in full every rule tried, what it saw,\n"
     "why it held or not, and the source it rests on."},
    {OPTION_DART, 0, "dart", "PATH",
     "Lay the module's own logs beside the capture: a DART bundle (ZIP), its\n"
     "folder, or one of its logs. Without -r, tell what they say alone.\n"
     "Repeatable."},
    {OPTION_UTC_OFFSET, 0, "utc-offset", "±HH:MM",
     "The zone of the DART logs, where the packets don't show it."},
    {OPTION_EXIT_CODE, 0, "exit-code", NULL,
     "Exit with 0 where nothing is wrong, 1 where a protection fails, 2\n"
     "where that can't be told."},
    {OPTION_CHECK, 'T', "check-config", NULL,
     "Check the configuration, and print what a run reads, keeps, sends."},
    {OPTION_DUMP, 0, "dump-config", NULL, "Print the configuration in full, defaults included."},
    {OPTION_PRINT_FILTER, 0, "print-filter", NULL,
     "Print the capture filter that watches all this, as tcpdump takes it."},
    {OPTION_QUIET, 'q', "quiet", NULL,
     "Print a line a client, and nothing but errors on standard error."},
    {OPTION_VERBOSE, 'v', "verbose", NULL,
     "Say what was counted, on standard error; twice: each alert, too."},
    {OPTION_VERSION, 'V', "version", NULL, "Print the version, and those of the libraries."},
    {OPTION_HELP, 'h', "help", NULL, "Print this."},
    {OPTION_LATER, 'w', "evidence", "FILE", NULL},
    {OPTION_LATER, 0, "redact", NULL, NULL},
    {OPTION_LATER, 0, "report", "FILE", NULL},
    {OPTION_LATER, 0, "join", NULL, NULL},
    {OPTION_LATER, 0, "http", "[ADDR:]PORT", NULL},
    {OPTION_LATER, 0, "sandbox", "on|off", NULL},
};
const size_t option_row_count = sizeof option_rows / sizeof *option_rows;
_Static_assert(sizeof option_rows / sizeof *option_rows <= OPTION_ROWS_MAX, "raise it");

/* Above any letter, and different for each row. */
#define CODE_BASE 256

static int code_of(size_t row)
{
    return option_rows[row].letter ? option_rows[row].letter : CODE_BASE + (int)row;
}

void option_tables(char letters[2 * OPTION_ROWS_MAX + 2], struct option names[OPTION_ROWS_MAX + 1])
{
    *letters++ = ':'; /* getopt then tells a missing value from an unknown option */
    for (size_t i = 0; i < option_row_count; i++) {
        const struct option_row *row = &option_rows[i];
        if (row->letter) {
            *letters++ = row->letter;
            if (row->argument)
                *letters++ = ':';
        }
        if (row->name)
            *names++ = (struct option){
                .name = row->name, .has_arg = row->argument != NULL, .val = code_of(i)};
    }
    *letters = '\0';
    *names = (struct option){0};
}

const struct option_row *option_by_code(int code)
{
    for (size_t i = 0; code > 0 && i < option_row_count; i++) {
        if (code_of(i) == code)
            return &option_rows[i];
    }
    return NULL;
}

char *option_name(const struct option_row *row, char out[OPTION_NAME])
{
    if (row->letter)
        snprintf(out, OPTION_NAME, "-%c", row->letter);
    else
        snprintf(out, OPTION_NAME, "--%s", row->name);
    return out;
}

static void help_row(FILE *out, const struct option_row *row)
{
    fputs("  ", out);
    if (row->letter)
        fprintf(out, "-%c", row->letter);
    if (row->name)
        fprintf(out, "%s--%s", row->letter ? ", " : "    ", row->name);
    fprintf(out, "%s%s\n", row->argument ? " " : "", row->argument ? row->argument : "");
    for (const char *line = row->help; *line;) {
        size_t length = strcspn(line, "\n");
        fprintf(out, "        %.*s\n", (int)length, line);
        line += length + (line[length] == '\n');
    }
}

bool options_help(FILE *out)
{
    fputs("Usage: roamwatch -r FILE [options] [FILTER]\n"
          "       roamwatch -i IFACE [options] [FILTER]\n"
          "       roamwatch -D\n\n"
          "Tells from a packet capture, per client, whether the DNS protection and the web\n"
          "protection of the Cisco Secure Client roaming module reach their cloud, why not,\n"
          "and which frames prove it.\n\n",
          out);
    for (size_t i = 0; i < option_row_count; i++) {
        if (option_rows[i].help)
            help_row(out, &option_rows[i]);
    }
    fputs("\nFILTER, what is left after the options, is a capture filter that narrows what is\n"
          "read, such as \"vlan 12\" or \"host 10.1.2.3\".\n\n"
          "Exit status: 0 done (see --exit-code); 64 wrong usage; 65 damaged capture, or no\n"
          "link type that can be read; 66 no such input; 69 interface unavailable; 73 output\n"
          "can't be created; 74 error while reading or writing; 77 not permitted; 78 wrong\n"
          "configuration.\n",
          out);
    return fflush(out) == 0 && !ferror(out);
}
