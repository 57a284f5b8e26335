/* SPDX-License-Identifier: GPL-2.0-or-later */
/* log_formats: a log record on the wire, for syslog and for the journal. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "log_record.h"

/* Appends to a buffer of LOG_LINE bytes; what does not fit is cut. */
struct writer {
    char *out;
    size_t length;
};

static void put_byte(struct writer *w, char byte)
{
    if (w->length < LOG_LINE)
        w->out[w->length++] = byte;
}

static void put(struct writer *w, const char *text)
{
    while (*text)
        put_byte(w, *text++);
}

/* --- syslog ---------------------------------------------------------------------------------- */

/* The number is the one that RFC 5612 sets aside for whoever has none of his own. */
#define SD_ID "roamwatch@32473"

/* RFC 5424, 6.3.3: these three are escaped, and nothing else. */
static void put_param(struct writer *w, const struct log_field *field)
{
    put_byte(w, ' ');
    put(w, field->name);
    put(w, "=\"");
    for (const char *p = field->value; *p; p++) {
        if (*p == '"' || *p == '\\' || *p == ']')
            put_byte(w, '\\');
        put_byte(w, *p);
    }
    put_byte(w, '"');
}

/* RFC 3339 with a colon-free offset is none; ours is UTC, so "Z" does (RFC 5424, 6.2.3). */
static void put_timestamp(struct writer *w, nstime time)
{
    char text[NSTIME_TEXT];
    nstime_iso(time, text);
    text[strcspn(text, "+")] = '\0';
    put(w, text);
    put_byte(w, 'Z');
}

size_t syslog_format(const struct log_record *record, const struct syslog_source *source,
                     char out[LOG_LINE])
{
    struct writer w = {.out = out};
    char text[64];
    snprintf(text, sizeof text, "<%u>1 ", source->facility * 8 + (unsigned)record->level);
    put(&w, text);
    put_timestamp(&w, record->time);
    put_byte(&w, ' ');
    put(&w, source->hostname);
    snprintf(text, sizeof text, " roamwatch %ld %s ", source->pid, record->kind);
    put(&w, text);
    if (record->fields) {
        put(&w, "[" SD_ID);
        for (size_t i = 0; i < record->fields; i++)
            put_param(&w, &record->field[i]);
        put(&w, "] ");
    } else {
        put(&w, "- ");
    }
    /* Line ends would make two entries of one in many a log file. */
    for (const char *p = record->message; *p; p++)
        put_byte(&w, (unsigned char)*p < ' ' || *p == 0x7f ? '?' : *p);
    return w.length;
}

/* --- the journal ----------------------------------------------------------------------------- */

static void put_entry(struct writer *w, const char *key, const char *value)
{
    const uint64_t length = strlen(value);
    put(w, key);
    if (strchr(value, '\n')) {
        put_byte(w, '\n');
        for (unsigned shift = 0; shift < 64; shift += 8) /* little-endian on every machine */
            put_byte(w, (char)(length >> shift & 0xff));
    } else {
        put_byte(w, '=');
    }
    put(w, value);
    put_byte(w, '\n');
}

/* "alert_id" → "ROAMWATCH_ALERT_ID". */
static void put_field(struct writer *w, const struct log_field *field)
{
    char key[LOG_VALUE];
    snprintf(key, sizeof key, "ROAMWATCH_%s", field->name);
    for (char *p = key; *p; p++)
        if (*p >= 'a' && *p <= 'z')
            *p = (char)(*p - 'a' + 'A');
    put_entry(w, key, field->value);
}

size_t journal_format(const struct log_record *record, char out[LOG_LINE])
{
    struct writer w = {.out = out};
    char priority[16];
    snprintf(priority, sizeof priority, "%u", (unsigned)record->level);
    put_entry(&w, "MESSAGE", record->message);
    put_entry(&w, "PRIORITY", priority);
    put_entry(&w, "SYSLOG_IDENTIFIER", "roamwatch");
    put_entry(&w, "ROAMWATCH_KIND", record->kind);
    for (size_t i = 0; i < record->fields; i++)
        put_field(&w, &record->field[i]);
    return w.length;
}
