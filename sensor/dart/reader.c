/* SPDX-License-Identifier: GPL-2.0-or-later */
/* reader: see reader.h. */
#include "sensor/dart/reader.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "sensor/dart/json_scan.h"
#include "sensor/dart/lines.h"
#include "sensor/dart/phrases.h"

#define JSON_MOST (1 << 20)

/* The fields of a record of the event log, which come before its description. */
struct record {
    bool open; /* a date or a time was there */
    bool bad;  /* one of them can't be read */
    bool has_date, has_time;
    struct tm when;
};

struct dart_reader {
    struct dart_logs *logs;
    struct dart_file *file;
    struct lines lines;
    struct record record;
    bool begun; /* something that is not blank was there */
    char *json; /* where it began with "{": all of it, for a line of it may be long */
    size_t json_length;
    bool json_cut;
};

/* --- times ----------------------------------------------------------------------------------- */

/* So many digits; -1 where there are not. */
static int digits(const char *text, int count)
{
    int value = 0;
    for (int i = 0; i < count; i++) {
        if (!isdigit((unsigned char)text[i]))
            return -1;
        value = value * 10 + text[i] - '0';
    }
    return value;
}

/* "HH:MM:SS". */
static bool read_clock(const char *text, struct tm *out)
{
    out->tm_hour = digits(text, 2);
    if (out->tm_hour < 0 || out->tm_hour > 23 || text[2] != ':')
        return false;
    out->tm_min = digits(text + 3, 2);
    if (out->tm_min < 0 || out->tm_min > 59 || text[5] != ':')
        return false;
    out->tm_sec = digits(text + 6, 2);
    return out->tm_sec >= 0 && out->tm_sec <= 60;
}

/* A day that exists, of the years that a capture can be of. */
static bool real_day(int year, int month, int day, struct tm *out)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (year < 1970 || year > 2199 || month < 1 || month > 12 || day < 1)
        return false;
    const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    if (day > days[month - 1] + (month == 2 && leap))
        return false;
    out->tm_year = year - 1900;
    out->tm_mon = month - 1;
    out->tm_mday = day;
    return true;
}

static nstime moment(const struct tm *when)
{
    struct tm copy = *when;
    return (nstime)timegm(&copy) * NS_PER_SEC;
}

/* --- lines ----------------------------------------------------------------------------------- */

static void take_event(struct dart_reader *r, struct dart_span *span, const struct tm *when,
                       const char *text)
{
    struct dart_event event = {.local = moment(when)};
    dart_span_note(span, event.local);
    phrases_tell(text, &event, &r->logs->policy);
    if (event.kind == DART_OTHER) {
        r->file->other++;
        return;
    }
    r->file->known++;
    dart_logs_add(r->logs, &event);
}

/* "2024-08-27 03:07:43 [8880] [DEBUG] < 12> Dns Protection …": a date alone makes it such a line,
 * and then the rest must be as it should. */
static bool take_plugin_line(struct dart_reader *r, const char *line)
{
    struct tm when = {0};
    int year = digits(line, 4);
    if (year < 0 || line[4] != '-')
        return false;
    const int month = digits(line + 5, 2);
    const int day = month > 0 && line[7] == '-' ? digits(line + 8, 2) : -1;
    const bool good = day > 0 && real_day(year, month, day, &when) && line[10] == ' ' &&
                      read_clock(line + 11, &when) && line[19] == ' ';
    const char *text = good ? strchr(line + 19, '>') : NULL;
    if (!text) {
        r->file->damaged++;
        return true;
    }
    text++;
    take_event(r, &r->logs->dns, &when, text + strspn(text, " "));
    return true;
}

/* The value of "Name : value"; NULL where the line is no such. */
static const char *field(const char *line, const char *name)
{
    const size_t length = strlen(name);
    if (strncasecmp(line, name, length) != 0)
        return NULL;
    line += length;
    line += strspn(line, " \t");
    return *line == ':' ? line + 1 + strspn(line + 1, " \t") : NULL;
}

/* "WARN | Thread 27cc | text". */
static const char *description(const char *value)
{
    const char *thread = strstr(value, "| Thread ");
    const char *text = thread ? strchr(thread + 1, '|') : NULL;
    return text ? text + 1 + strspn(text + 1, " ") : value;
}

static void take_date(struct record *record, const char *value)
{
    *record = (struct record){.open = true};
    const int month = digits(value, 2);
    const int day = month >= 0 && value[2] == '/' ? digits(value + 3, 2) : -1;
    record->has_date =
        day > 0 && value[5] == '/' && real_day(digits(value + 6, 4), month, day, &record->when);
    record->bad = !record->has_date;
}

static bool take_record_line(struct dart_reader *r, const char *line)
{
    struct record *record = &r->record;
    const char *value;
    if ((value = field(line, "Date"))) {
        take_date(record, value);
        return true;
    }
    if ((value = field(line, "Time"))) {
        record->open = true;
        record->has_time = read_clock(value, &record->when);
        record->bad |= !record->has_time;
        return true;
    }
    if (field(line, "Type") || field(line, "Source"))
        return true;
    if (!(value = field(line, "Description")))
        return false;
    if (record->has_date && record->has_time && !record->bad)
        take_event(r, &r->logs->web, &record->when, description(value));
    else
        r->file->damaged++;
    *record = (struct record){0};
    return true;
}

/* False where the file begins with something else. Blank lines in between are kept out. */
static bool take_json_line(struct dart_reader *r, const char *line)
{
    if (!r->begun && *line == '{' && !(r->json = malloc(JSON_MOST)))
        r->logs->no_memory = true;
    r->begun = true;
    if (!r->json)
        return false;
    const size_t length = strlen(line);
    if (length + 1 > JSON_MOST - r->json_length) {
        r->json_cut = true;
        return true;
    }
    memcpy(r->json + r->json_length, line, length);
    r->json_length += length;
    r->json[r->json_length++] = '\n';
    return true;
}

static void take_line(void *context, const char *line, bool cut)
{
    struct dart_reader *r = context;
    const char *text = line + strspn(line, " \t");
    r->file->cut += cut;
    if (*text == '\0' || take_json_line(r, text))
        return;
    r->file->lines++;
    if (!take_plugin_line(r, text) && !take_record_line(r, text))
        r->file->loose++;
}

/* --- configuration --------------------------------------------------------------------------- */

static void take_setting(struct dart_logs *logs, const struct json_scan *scan)
{
    const bool yes = strcmp(scan->value, "1") == 0 || strcasecmp(scan->value, "true") == 0;
    const bool no = strcmp(scan->value, "0") == 0 || strcasecmp(scan->value, "false") == 0;
    if (strcasecmp(scan->name, "failOpen") == 0 && (yes || no))
        logs->policy = yes ? DART_FAIL_OPEN : DART_FAIL_CLOSED;
    if (strcasecmp(scan->name, "organizationId") == 0 && scan->value[0])
        logs->organisation = true;
}

static void finish_json(struct dart_reader *r)
{
    struct json_scan scan;
    json_scan_begin(&scan, r->json, r->json_length);
    while (json_scan_next(&scan)) {
        r->file->known++;
        take_setting(r->logs, &scan);
    }
    r->file->config = true;
    r->file->damaged += scan.damaged || r->json_cut;
}

struct dart_reader *dart_reader_begin(struct dart_logs *logs, struct dart_file *file)
{
    struct dart_reader *reader = calloc(1, sizeof *reader);
    if (!reader) {
        logs->no_memory = true;
        return NULL;
    }
    reader->logs = logs;
    reader->file = file;
    lines_begin(&reader->lines, take_line, reader);
    return reader;
}

void dart_reader_feed(struct dart_reader *reader, const uint8_t *bytes, size_t count)
{
    lines_feed(&reader->lines, bytes, count);
}

void dart_reader_end(struct dart_reader *reader)
{
    if (!reader)
        return;
    lines_end(&reader->lines);
    if (reader->record.bad) /* its description never came */
        reader->file->damaged++;
    if (reader->json)
        finish_json(reader);
    free(reader->json);
    free(reader);
}

bool dart_file_recognised(const struct dart_file *file)
{
    return file->known > 0 || file->other > 0 || file->damaged > 0;
}
