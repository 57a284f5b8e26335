/* SPDX-License-Identifier: GPL-2.0-or-later */
/* live_lines: see live_lines.h. */
#include "live_lines.h"

#include <stdio.h>
#include <string.h>

/* Columns at which the parts of a line begin. */
#define COLUMN_EDGE       10
#define COLUMN_PROTECTION 20
#define COLUMN_WHO        25
#define COLUMN_TEXT       42
/* On less, what wraps begins further left. */
#define WIDTH_NARROW 100

enum live_edge live_edge(const struct notice *notice, uint64_t *last_id)
{
    if (notice->resolution != RESOLUTION_NONE)
        return LIVE_ENDS;
    if (notice->id <= *last_id)
        return LIVE_CHANGES;
    *last_id = notice->id;
    return LIVE_FIRES;
}

static const char *edge_word(const struct notice *notice, enum live_edge edge)
{
    static const char *const ends[RESOLUTION_COUNT] = {
        [RESOLUTION_RECOVERED] = "RESOLVED",
        [RESOLUTION_CLIENT_GONE] = "GONE",
        [RESOLUTION_SUSPENDED] = "UNKNOWN",
        [RESOLUTION_FOLDED] = "FOLDED",
    };
    static const char *const words[] = {
        [LIVE_FIRES] = "ALERT", [LIVE_CHANGES] = "CHANGED", [LIVE_STANDS] = "STILL"};
    return edge == LIVE_ENDS ? ends[notice->resolution] : words[edge];
}

static enum colour edge_colour(const struct notice *notice, enum live_edge edge)
{
    if (edge == LIVE_ENDS)
        return notice->resolution == RESOLUTION_RECOVERED ? COLOUR_GREEN : COLOUR_NONE;
    return notice->severity == SEVERITY_CRITICAL ? COLOUR_RED : COLOUR_YELLOW;
}

static const char *protection_word(enum notice_code code)
{
    static const char *const words[NOTICE_CODE_COUNT] = {
        [NOTICE_DNS_UNPROTECTED] = "DNS", [NOTICE_DNS_DEGRADED] = "DNS",
        [NOTICE_WEB_UNAVAILABLE] = "WEB", [NOTICE_WEB_DEGRADED] = "WEB",
        [NOTICE_SENSOR_BLIND] = "CAP",    [NOTICE_CAPTURE_GAP] = "CAP",
        [NOTICE_CAPTURE_LOSS] = "CAP",
    };
    return words[code];
}

static void add(char *out, size_t size, const char *text)
{
    const size_t length = strlen(out);
    snprintf(out + length, size - length, "%s", text);
}

/* Why, how sure, and for how long: what follows the message. */
static void add_details(char *out, size_t size, const struct notice *notice, enum live_edge edge,
                        nstime now)
{
    char span[WORDS_TEXT];
    if (edge != LIVE_ENDS && words_cause(notice->cause)) {
        add(out, size, ": ");
        add(out, size, words_cause(notice->cause));
    }
    if (edge != LIVE_ENDS && words_cause(notice->cause) && confidence_name(notice->confidence)) {
        add(out, size, " (");
        add(out, size, confidence_name(notice->confidence));
        add(out, size, ")");
    }
    if (edge == LIVE_FIRES || notice->since == NSTIME_NONE || now < notice->since)
        return;
    add(out, size, edge == LIVE_ENDS ? ", after " : ", for ");
    add(out, size, words_span(now - notice->since, span));
}

void live_line(struct screen *s, const struct notice *notice, enum live_edge edge, nstime now,
               struct zone zone)
{
    char time[WORDS_TEXT], who[NOTICE_WHO], text[LIVE_SENTENCE] = "", id[32];
    screen_text(s, words_clock(now, zone, time));
    screen_to(s, COLUMN_EDGE);
    screen_coloured(s, edge_colour(notice, edge), edge_word(notice, edge));
    screen_to(s, COLUMN_PROTECTION);
    screen_text(s, protection_word(notice->code));
    screen_to(s, COLUMN_WHO);
    screen_text(s, notice_who(notice, who));
    screen_to(s, COLUMN_TEXT);
    add(text, sizeof text, notice->message);
    add_details(text, sizeof text, notice, edge, now);
    if (edge == LIVE_FIRES && notice->since != NSTIME_NONE) {
        add(text, sizeof text, ", since ");
        add(text, sizeof text, words_clock(notice->since, zone, time));
    }
    screen_words(s, s->width < WIDTH_NARROW ? COLUMN_EDGE : COLUMN_TEXT, text);
    snprintf(id, sizeof id, "  #%llu", (unsigned long long)notice->id);
    screen_text(s, id);
    screen_newline(s);
}

char *live_sentence(const struct notice *notice, enum live_edge edge, nstime now,
                    char out[LIVE_SENTENCE])
{
    char who[NOTICE_WHO];
    snprintf(out, LIVE_SENTENCE, "%s %s %s #%llu: %s", edge_word(notice, edge),
             protection_word(notice->code), notice_who(notice, who), (unsigned long long)notice->id,
             notice->message);
    add_details(out, LIVE_SENTENCE, notice, edge, now);
    return out;
}

static void add_clients(char out[LIVE_STATUS], const struct moment *moment)
{
    const uint64_t failing =
        moment->clients[STATUS_UNPROTECTED] + moment->clients[STATUS_UNAVAILABLE];
    const struct {
        uint64_t clients;
        const char *word;
    } others[] = {
        {moment->clients[STATUS_DEGRADED], " degraded"},
        {moment->clients[STATUS_PROTECTED], " protected"},
        {moment->clients[STATUS_UNDETERMINED], " can't tell"},
    };
    char number[WORDS_TEXT];
    uint64_t all = failing;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        all += others[i].clients;
    add(out, LIVE_STATUS, words_amount(all, "client", "clients", number));
    if (all == 0)
        return;
    add(out, LIVE_STATUS, ": ");
    add(out, LIVE_STATUS, words_count(failing, number));
    add(out, LIVE_STATUS, failing == 1 ? " fails" : " fail");
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        if (others[i].clients == 0)
            continue;
        add(out, LIVE_STATUS, ", ");
        add(out, LIVE_STATUS, words_count(others[i].clients, number));
        add(out, LIVE_STATUS, others[i].word);
    }
}

char *live_status(const struct moment *moment, const char *source, char out[LIVE_STATUS])
{
    char span[WORDS_TEXT], number[WORDS_TEXT];
    const uint64_t drops =
        moment->stats->capture.kernel_drops + moment->stats->capture.interface_drops;
    snprintf(out, LIVE_STATUS, "%s · %s · ", source,
             words_span((moment->now - moment->started) / NS_PER_SEC * NS_PER_SEC, span));
    add(out, LIVE_STATUS,
        words_amount(moment->stats->capture.packets, "packet", "packets", number));
    add(out, LIVE_STATUS, ", ");
    add(out, LIVE_STATUS, words_count(drops, number));
    add(out, LIVE_STATUS, " dropped · ");
    add_clients(out, moment);
    add(out, LIVE_STATUS, " · ");
    add(out, LIVE_STATUS, words_amount(moment->firing, "alert", "alerts", number));
    if (moment->hidden) {
        add(out, LIVE_STATUS, ", ");
        add(out, LIVE_STATUS, words_count(moment->hidden, number));
        add(out, LIVE_STATUS, " hidden");
    }
    return out;
}
