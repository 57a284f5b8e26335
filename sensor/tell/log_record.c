/* SPDX-License-Identifier: GPL-2.0-or-later */
/* log_record: what an entry holds. */
#include "log_record.h"

#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

static void add(struct log_record *r, const char *name, const char *value)
{
    if (!value || r->fields == LOG_FIELDS)
        return;
    r->field[r->fields].name = name;
    snprintf(r->field[r->fields].value, LOG_VALUE, "%s", value);
    r->fields++;
}

static void add_number(struct log_record *r, const char *name, uint64_t number)
{
    char text[24];
    snprintf(text, sizeof text, "%llu", (unsigned long long)number);
    add(r, name, text);
}

static void add_time(struct log_record *r, const char *name, nstime time)
{
    char text[NSTIME_TEXT];
    if (time != NSTIME_NONE)
        add(r, name, nstime_iso(time, text));
}

static void add_path(struct log_record *r, const struct path_view *path)
{
    char address[ADDR_TEXT], text[LOG_VALUE];
    snprintf(text, sizeof text, "%s %s %u", addr_format(&path->server, address),
             path->transport == IPPROTO_TCP ? "tcp" : "udp", path->port);
    add(r, "alert_path", text);
}

static enum log_level level_of(const struct notice *notice)
{
    static const enum log_level levels[SEVERITY_COUNT] = {
        [SEVERITY_CRITICAL] = LOG_LEVEL_CRITICAL,
        [SEVERITY_WARNING] = LOG_LEVEL_WARNING,
        [SEVERITY_NOTICE] = LOG_LEVEL_NOTICE,
        [SEVERITY_INFO] = LOG_LEVEL_INFO,
    };
    return notice->resolution == RESOLUTION_NONE ? levels[notice->severity] : LOG_LEVEL_INFO;
}

void log_record_alert(struct log_record *out, const struct notice *notice, enum live_edge edge,
                      nstime now)
{
    char who[NOTICE_WHO];
    const bool firing = notice->resolution == RESOLUTION_NONE;
    *out = (struct log_record){
        .time = now, .level = level_of(notice), .kind = edge == LIVE_STANDS ? "reminder" : "alert"};
    add_number(out, "alert_id", notice->id);
    add(out, "alert_code", notice_code_name(notice->code));
    add(out, "alert_state", firing ? "firing" : "resolved");
    add(out, "alert_resolution", notice_resolution_name(notice->resolution));
    add(out, "alert_scope", notice_scope_name(notice->scope));
    add(out, "alert_severity", notice_severity_name(notice->severity));
    add(out, notice->scope == SCOPE_CLIENT ? "alert_client" : "alert_part",
        notice_who(notice, who));
    if (notice->has_path)
        add_path(out, &notice->path);
    add_time(out, "alert_since", notice->since);
    add_number(out, "alert_count", notice->count);
    add(out, "alert_cause", cause_name(notice->cause));
    add(out, "alert_confidence", confidence_name(notice->confidence));
    live_sentence(notice, edge, now, out->message);
}

void log_record_sentence(struct log_record *out, nstime now, enum say kind, const char *sentence)
{
    static const enum log_level levels[] = {[SAY_NEWS] = LOG_LEVEL_INFO,
                                            [SAY_WARNING] = LOG_LEVEL_WARNING,
                                            [SAY_ERROR] = LOG_LEVEL_ERROR};
    *out = (struct log_record){.time = now, .level = levels[kind], .kind = "sensor"};
    snprintf(out->message, sizeof out->message, "%s", sentence);
}
