/* SPDX-License-Identifier: GPL-2.0-or-later */
/* log_record: one entry for a system log: a sentence for people, and the same as named fields for
 * programs. The forms on the wire, syslog's and the journal's, are made from it. */
#ifndef SENSOR_TELL_LOG_RECORD_H
#define SENSOR_TELL_LOG_RECORD_H

#include "live_lines.h"

#define LOG_FIELDS 16
#define LOG_VALUE  112

/* The severities of RFC 5424, table 2. */
enum log_level {
    LOG_LEVEL_CRITICAL = 2,
    LOG_LEVEL_ERROR = 3,
    LOG_LEVEL_WARNING = 4,
    LOG_LEVEL_NOTICE = 5,
    LOG_LEVEL_INFO = 6
};

struct log_field {
    const char *name; /* lower case, "alert_id"; a constant */
    char value[LOG_VALUE];
};

struct log_record {
    nstime time;
    enum log_level level;
    const char *kind; /* "alert", "reminder", "sensor": what sort of entry; a constant */
    size_t fields;
    struct log_field field[LOG_FIELDS];
    char message[LIVE_SENTENCE];
};

void log_record_alert(struct log_record *out, const struct notice *notice, enum live_edge edge,
                      nstime now);
void log_record_sentence(struct log_record *out, nstime now, enum say kind, const char *sentence);

/* The longest a form on the wire can get: every byte of a value escaped. */
#define LOG_LINE 8192

/* Both return the length, at most LOG_LINE, and take no memory. */

struct syslog_source {
    unsigned facility;    /* RFC 5424, table 1 */
    const char *hostname; /* printable ASCII; "-": not known */
    long pid;
};
/* RFC 5424, section 6. */
size_t syslog_format(const struct log_record *record, const struct syslog_source *source,
                     char out[LOG_LINE]);

/* systemd's "Native Journal Protocol": KEY=value lines; what holds a line end has its length in
 * front. */
size_t journal_format(const struct log_record *record, char out[LOG_LINE]);

#endif
