/* SPDX-License-Identifier: GPL-2.0-or-later */
/* options: see options.h. */
#include "sensor/options.h"

#ifdef HAVE_LIBCARES
#include <ares.h>
#endif
#include <errno.h>
#include <getopt.h>
#include <net/if.h>
#include <pcap/pcap.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <yaml.h>

#include "decoders/reassembler.h"
#include "sensor/capture/gunzip.h"
#include "sensor/capture/inflate.h"
#include "sensor/options_table.h"
#include "sensor/quote.h"
#include "sensor/version.h"
#include "sensor/watch_item.h"

__attribute__((format(printf, 2, 3))) static int fail(char error[OPTIONS_ERROR], const char *format,
                                                      ...)
{
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(error, OPTIONS_ERROR, format, arguments);
    va_end(arguments);
    return EX_USAGE;
}

static int fail_memory(char error[OPTIONS_ERROR])
{
    return fail(error, "There is not enough memory for this command line.");
}

/* -s and -R are found good here, so that a mistake is one of usage and not of configuration. */
static int take_item(struct config_list *list, const char *option, const char *text,
                     unsigned accept, char error[OPTIONS_ERROR])
{
    struct watch_item item;
    char problem[WATCH_ERROR_TEXT];

    if (!watch_item_parse(text, accept, &item, problem))
        return fail(error, "%s is wrong: %s%s", option, problem,
                    problem[strlen(problem) - 1] == '?' ? "" : ".");
    return config_list_clear_add(list, text, false) ? 0 : fail_memory(error);
}

static bool two_digits(const char *p, int most, int *out)
{
    if (p[0] < '0' || p[0] > '9' || p[1] < '0' || p[1] > '9')
        return false;
    *out = (p[0] - '0') * 10 + p[1] - '0';
    return *out <= most;
}

/* +HH:MM, -HH:MM; no zone on Earth is further than 14 hours from UTC. */
static bool read_offset(const char *text, int *minutes_east)
{
    int hours = 0;
    int minutes = 0;

    if (strlen(text) != 6 || (text[0] != '+' && text[0] != '-') ||
        !two_digits(text + 1, 14, &hours) || text[3] != ':' ||
        !two_digits(text + 4, 59, &minutes) || hours * 60 + minutes > 14 * 60)
        return false;
    *minutes_east = (text[0] == '-' ? -1 : 1) * (hours * 60 + minutes);
    return true;
}

static int take_utc_offset(struct options *o, const char *text, char error[OPTIONS_ERROR])
{
    char quoted[QUOTE_TEXT];

    if (!read_offset(text, &o->utc_offset))
        return fail(error,
                    "--utc-offset is %s, which is no zone: give an offset such as +02:00, at most "
                    "14 hours.",
                    quote(text, quoted));
    o->has_utc_offset = true;
    return 0;
}

static int take_dart(struct options *o, const char *path, char error[OPTIONS_ERROR])
{
    if (path[0] == '\0')
        return fail(error, "--dart is empty: give a DART bundle (ZIP), its folder or a log.");
    if (o->darts.count == OPTIONS_DARTS_MAX)
        return fail(error,
                    "More than %d --dart at once are too many: give the bundle or its folder.",
                    OPTIONS_DARTS_MAX);
    return config_list_clear_add(&o->darts, path, false) ? 0 : fail_memory(error);
}

/* utc, local, or an offset. */
static int take_zone(struct options *o, const char *text, char error[OPTIONS_ERROR])
{
    char quoted[QUOTE_TEXT];

    if (strcmp(text, "utc") == 0) {
        o->zone = OPTIONS_ZONE_UTC;
        return 0;
    }
    if (strcmp(text, "local") == 0) {
        o->zone = OPTIONS_ZONE_LOCAL;
        return 0;
    }
    if (!read_offset(text, &o->zone_minutes))
        return fail(error,
                    "--time is %s, which is no zone: give utc, local or an offset such as "
                    "+02:00, at most 14 hours.",
                    quote(text, quoted));
    o->zone = OPTIONS_ZONE_OFFSET;
    return 0;
}

static int take_file(struct options *o, const char *path, char error[OPTIONS_ERROR])
{
    if (path[0] == '\0')
        return fail(error, "-r is empty: give the capture to read, or - for standard input.");
    if (o->files.count == OPTIONS_FILES_MAX)
        return fail(error, "More than %d captures at once are too many: join them with mergecap.",
                    OPTIONS_FILES_MAX);
    for (size_t i = 0; strcmp(path, "-") == 0 && i < o->files.count; i++) {
        if (strcmp(o->files.item[i], "-") == 0)
            return fail(error, "-r - is given twice: standard input can be read only once.");
    }
    return config_list_clear_add(&o->files, path, false) ? 0 : fail_memory(error);
}

static int take_interface(struct options *o, const char *name, char error[OPTIONS_ERROR])
{
    char quoted[QUOTE_TEXT];

    if (name[0] == '\0')
        return fail(error, "-i is empty: give an interface; roamwatch -D lists them.");
    if (strlen(name) >= IF_NAMESIZE)
        return fail(error, "-i is %s, which is too long for an interface's name.",
                    quote(name, quoted));
    if (o->interfaces.count == OPTIONS_INTERFACES_MAX)
        return fail(error, "More than %d interfaces at once are too many: run another sensor.",
                    OPTIONS_INTERFACES_MAX);
    for (size_t i = 0; i < o->interfaces.count; i++) {
        if (strcmp(name, o->interfaces.item[i]) == 0)
            return fail(error, "-i %s is given twice: leave one out.", quote(name, quoted));
    }
    return config_list_clear_add(&o->interfaces, name, false) ? 0 : fail_memory(error);
}

/* A year is longer than any service runs without being asked. */
#define DURATION_MOST (366L * 24 * 60 * 60)

static int take_duration(struct options *o, const char *text, char error[OPTIONS_ERROR])
{
    char quoted[QUOTE_TEXT];
    char *end;

    errno = 0;
    long seconds = strtol(text, &end, 10);
    if (text[0] < '0' || text[0] > '9' || *end != '\0' || errno != 0 || seconds < 1 ||
        seconds > DURATION_MOST)
        return fail(error, "--duration is %s, which is no number of seconds from 1 to %ld.",
                    quote(text, quoted), DURATION_MOST);
    o->duration = seconds * NS_PER_SEC;
    return 0;
}

static int take_path(const char **out, const char *option, const char *path,
                     char error[OPTIONS_ERROR])
{
    if (path[0] == '\0')
        return fail(error, "%s is empty: give a file's name.", option);
    if (*out)
        return fail(error, "%s is given twice: a run has only one; leave the other out.", option);
    *out = path;
    return 0;
}

/* Help wins over anything, the version over all else; what is printed of the configuration excludes
 * each other. */
static int take_mode(struct options *o, enum options_mode mode, char error[OPTIONS_ERROR])
{
    static const char *const names[] = {[OPTIONS_CHECK] = "-T",
                                        [OPTIONS_DUMP] = "--dump-config",
                                        [OPTIONS_FILTER] = "--print-filter",
                                        [OPTIONS_INTERFACES] = "-D",
                                        [OPTIONS_HELP] = NULL};
    enum options_mode low = mode < o->mode ? mode : o->mode;
    enum options_mode high = mode < o->mode ? o->mode : mode;

    if (low != high && names[low] && names[high])
        return fail(error, "%s and %s exclude each other: give one of them.", names[low],
                    names[high]);
    if (mode > o->mode)
        o->mode = mode;
    return 0;
}

static int take_resolve(struct options *o, enum options_resolve resolve, char error[OPTIONS_ERROR])
{
    if (o->resolve != OPTIONS_RESOLVE_USUAL && o->resolve != resolve)
        return fail(error, "--resolve and --no-resolve exclude each other: give one of them.");
    o->resolve = resolve;
    return 0;
}

static int take(struct options *o, enum option_id id, const char *value, char error[OPTIONS_ERROR])
{
    switch (id) {
    case OPTION_READ:
        return take_file(o, value, error);
    case OPTION_INTERFACE:
        return take_interface(o, value, error);
    case OPTION_LIST_INTERFACES:
        return take_mode(o, OPTIONS_INTERFACES, error);
    case OPTION_DURATION:
        return take_duration(o, value, error);
    case OPTION_CONFIG:
        return take_path(&o->config_path, "-c", value, error);
    case OPTION_SWG:
        return take_item(&o->swgs, "-s", value, WATCH_ACCEPT_ADDRESS | WATCH_ACCEPT_NAME, error);
    case OPTION_RESOLVER:
        return take_item(&o->resolvers, "-R", value, WATCH_ACCEPT_ADDRESS, error);
    case OPTION_EVENTS:
        return take_path(&o->events_path, "-o", value, error);
    case OPTION_TIME:
        return take_zone(o, value, error);
    case OPTION_EXIT_CODE:
        o->exit_code = true;
        return 0;
    case OPTION_SHOW_IDS:
        o->show_ids = true;
        return 0;
    case OPTION_EXPLAIN:
        o->explain = true;
        return 0;
    case OPTION_DART:
        return take_dart(o, value, error);
    case OPTION_UTC_OFFSET:
        return take_utc_offset(o, value, error);
    case OPTION_NO_RESOLVE:
        return take_resolve(o, OPTIONS_RESOLVE_OFF, error);
    case OPTION_RESOLVE:
        return take_resolve(o, OPTIONS_RESOLVE_ON, error);
    case OPTION_QUIET:
        o->quiet = true;
        return 0;
    case OPTION_VERBOSE:
        o->verbose++;
        return 0;
    case OPTION_CHECK:
        return take_mode(o, OPTIONS_CHECK, error);
    case OPTION_DUMP:
        return take_mode(o, OPTIONS_DUMP, error);
    case OPTION_PRINT_FILTER:
        return take_mode(o, OPTIONS_FILTER, error);
    case OPTION_VERSION:
        return take_mode(o, OPTIONS_VERSION, error);
    case OPTION_HELP:
        return take_mode(o, OPTIONS_HELP, error);
    case OPTION_LATER:
        break;
    }
    return EX_USAGE;
}

/* What getopt found no option in: names the nearest one that exists. */
static int fail_unknown(const char *word, char error[OPTIONS_ERROR])
{
    char quoted[QUOTE_TEXT];
    char name[OPTION_NAME];
    char typed[OPTION_NAME];
    size_t length = strcspn(word, "=");
    const struct option_row *best = NULL;
    size_t least = SIZE_MAX;
    unsigned begin_so = 0;

    if (length < 3 || length >= sizeof typed)
        return fail(error, "There is no option %s; see roamwatch --help.", quote(word, quoted));
    memcpy(typed, word, length);
    typed[length] = '\0';
    for (size_t i = 0; i < option_row_count; i++) {
        const struct option_row *row = &option_rows[i];
        if (!row->name)
            continue;
        snprintf(name, sizeof name, "--%s", row->name);
        begin_so += strncmp(name, typed, length) == 0;
        size_t distance = word_distance(typed, name);
        if (distance < least && row->id != OPTION_LATER) {
            least = distance;
            best = row;
        }
    }
    quote(typed, quoted);
    if (begin_so > 1)
        return fail(error,
                    "%s is the beginning of several options; write the one you mean in "
                    "full, see roamwatch --help.",
                    quoted);
    if (best && word_near(typed, least))
        return fail(error, "There is no option %s; did you mean --%s?", quoted, best->name);
    return fail(error, "There is no option %s; see roamwatch --help.", quoted);
}

/* getopt returned '?' or ':'; `code` is its optopt: a row's code, a letter it does not know, or 0.
 */
static int fail_getopt(int result, int code, const char *word, char error[OPTIONS_ERROR])
{
    const struct option_row *row = option_by_code(code);
    char name[OPTION_NAME];
    char letter[3] = {'-', code > ' ' && code < 0x7f ? (char)code : '?', '\0'};

    if (row && row->id == OPTION_LATER)
        return fail(error, OPTION_LATER_SENTENCE, option_name(row, name));
    if (row && result == ':')
        return fail(error, "%s needs a value: %s %s.", option_name(row, name), name, row->argument);
    if (row)
        return fail(error, "%s takes no value; leave out what follows the =.",
                    option_name(row, name));
    if (code != 0)
        return fail_unknown(letter, error);
    return fail_unknown(word, error);
}

static int take_filter(struct options *o, int argc, char **argv, char error[OPTIONS_ERROR])
{
    size_t length = 1;

    for (int i = optind; i < argc; i++)
        length += strlen(argv[i]) + 1;
    if (optind == argc)
        return 0;
    o->filter = malloc(length);
    if (!o->filter)
        return fail_memory(error);
    char *at = o->filter;
    for (int i = optind; i < argc; i++) {
        at = stpcpy(at, argv[i]);
        *at++ = ' ';
    }
    at[-1] = '\0';
    return 0;
}

/* The same file by whatever path; two devices such as /dev/null are no loss. */
static bool same_file(const char *a, const char *b)
{
    struct stat one, other;

    return strcmp(a, "-") != 0 && strcmp(b, "-") != 0 && stat(a, &one) == 0 &&
           stat(b, &other) == 0 && S_ISREG(one.st_mode) && one.st_dev == other.st_dev &&
           one.st_ino == other.st_ino;
}

/* What each option alone can't know. */
static int check(const struct options *o, char error[OPTIONS_ERROR])
{
    if (o->mode == OPTIONS_HELP || o->mode == OPTIONS_VERSION)
        return 0;
    if (o->quiet && o->verbose)
        return fail(error, "-q and -v exclude each other: give one of them.");
    if (o->quiet && o->explain)
        return fail(error, "-q and --explain exclude each other: give one of them.");
    if (o->files.count && o->interfaces.count)
        return fail(error, "-r and -i exclude each other: read captures or watch interfaces.");
    if (o->darts.count && o->interfaces.count)
        return fail(error, "--dart is for -r: logs are laid beside a capture when it is over.");
    if (o->has_utc_offset && o->darts.count == 0)
        return fail(error, "--utc-offset is the zone of DART logs: give --dart with it.");
    if (o->darts.count && !o->files.count && o->events_path && o->mode == OPTIONS_REPLAY)
        return fail(error, "-o needs a capture: logs alone make no events; add -r FILE.");
    if (o->mode == OPTIONS_REPLAY && o->files.count == 0 && o->interfaces.count == 0 &&
        o->darts.count == 0)
        return fail(error, "Nothing to read: give -r FILE, -r - for standard input or -i IFACE; "
                           "see roamwatch --help.");
    if (o->duration && o->files.count)
        return fail(error, "--duration is for -i: a capture ends by itself.");
    for (size_t i = 0; o->events_path && i < o->files.count; i++) {
        if (same_file(o->events_path, o->files.item[i]))
            return fail(error, "-o and -r name the same file, which would be overwritten: give -o "
                               "another.");
    }
    for (size_t i = 0; o->events_path && i < o->darts.count; i++) {
        if (same_file(o->events_path, o->darts.item[i]))
            return fail(error, "-o and --dart name the same file, which would be overwritten: give "
                               "-o another.");
    }
    if (o->events_path && o->config_path && same_file(o->events_path, o->config_path))
        return fail(error, "-o and -c name the same file, which would be overwritten: give -o "
                           "another.");
    return 0;
}

int options_parse(int argc, char **argv, struct options *out, char error[OPTIONS_ERROR])
{
    struct option long_options[OPTION_ROWS_MAX + 1];
    char short_options[2 * OPTION_ROWS_MAX + 2];
    int status = 0;
    int code;

    *out = (struct options){0};
    option_tables(short_options, long_options);
    opterr = 0;
    optind = 0; /* glibc: start anew */
    while (status == 0 &&
           (code = getopt_long(argc, argv, short_options, long_options, NULL)) != -1) {
        const struct option_row *row = option_by_code(code);
        if (code == '?' || code == ':')
            status = fail_getopt(code, optopt, argv[optind - 1], error);
        else if (!row || row->id == OPTION_LATER)
            status = fail_getopt('?', code, argv[optind - 1], error);
        else
            status = take(out, row->id, optarg, error);
    }
    if (status == 0)
        status = take_filter(out, argc, argv, error);
    return status ? status : check(out, error);
}

void options_free(struct options *options)
{
    config_list_clear(&options->files);
    config_list_clear(&options->interfaces);
    config_list_clear(&options->darts);
    config_list_clear(&options->swgs);
    config_list_clear(&options->resolvers);
    free(options->filter);
    options->filter = NULL;
}

bool options_apply(const struct options *options, struct config *config)
{
    struct watch_item item;
    char ignored[WATCH_ERROR_TEXT];

    for (size_t i = 0; i < options->resolvers.count; i++) {
        if (!config_list_clear_add(&config->resolvers, options->resolvers.item[i], i == 0))
            return false;
    }
    for (size_t i = 0; i < options->swgs.count; i++) {
        const char *text = options->swgs.item[i];
        bool name = watch_item_parse(text, WATCH_ACCEPT_NAME, &item, ignored);
        if (!config_list_clear_add(name ? &config->swg.names : &config->swg.addresses, text, false))
            return false;
    }
    config->privacy.show_ids = options->show_ids;
    return true;
}

bool options_version(FILE *out)
{
    int major, minor, patch;

    yaml_get_version(&major, &minor, &patch);
    fprintf(out, "roamwatch %s\n%s\nlibyaml version %d.%d.%d\n", ROAMWATCH_VERSION,
            pcap_lib_version(), major, minor, patch);
#ifdef HAVE_LIBCARES
    fprintf(out, "c-ares version %s\n", ares_version(NULL));
#else
    fputs("without c-ares: looks no name up itself\n", out);
#endif
#ifdef HAVE_LIBCAP_NG
    fputs("libcap-ng version " LIBCAP_NG_VERSION "\n", out);
#else
    fputs("without libcap-ng: keeps its privileges\n", out);
#endif
    const char *archive = inflate_version(), *zlib = gunzip_version();
    fprintf(out, "%s\n",
            archive ? archive
                    : "without libarchive: unpacks no zstd, lz4 and xz capture, no DART bundle");
    if (zlib)
        fprintf(out, "zlib version %s\n", zlib);
    else
        fputs("without zlib: unpacks gzip captures with libarchive\n", out);
    const char *reassembler = reassembler_name();
    fprintf(out, "%s\n",
            reassembler ? reassembler
                        : "without libnids: puts no fragments and no DNS over TCP together");
#ifdef HAVE_SODIUM
    fputs("libsodium version " SODIUM_VERSION "\n", out);
#else
    fputs("without libsodium: verifies no DNSCrypt certificate\n", out);
#endif
    return fflush(out) == 0 && !ferror(out);
}
