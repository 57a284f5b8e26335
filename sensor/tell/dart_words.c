/* SPDX-License-Identifier: GPL-2.0-or-later */
/* dart_words: see dart_words.h. */
#include "dart_words.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Text that grows and is cut where it is full. */
struct text {
    char *at;
    size_t room;
};

__attribute__((format(printf, 2, 3))) static void say(struct text *t, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const int length = vsnprintf(t->at, t->room, format, arguments);
    va_end(arguments);
    const size_t taken = length < 0 ? 0 : (size_t)length < t->room ? (size_t)length : t->room - 1;
    t->at += taken;
    t->room -= taken;
}

static const char *family_words(uint8_t family)
{
    return family == ADDR_IPV4 ? "IPv4 " : family == ADDR_IPV6 ? "IPv6 " : "";
}

/* "4 unanswered, 2 reset", in the order in which outcomes beat each other. */
static void say_outcomes(struct text *t, const struct dart_tally *tally)
{
    static const struct {
        enum outcome outcome;
        const char *words;
    } rows[] = {
        {OUTCOME_ANSWERED, "answered"},
        {OUTCOME_OPENED, "opened"},
        {OUTCOME_FOREIGN, "answered by something else"},
        {OUTCOME_ERROR, "answered with an error"},
        {OUTCOME_LATE, "answered too late"},
        {OUTCOME_REJECTED, "rejected by an ICMP error"},
        {OUTCOME_RESET, "reset"},
        {OUTCOME_KILLED, "ended right after they opened"},
        {OUTCOME_STALLED, "stalled after they opened"},
        {OUTCOME_ABORTED, "given up by the client"},
        {OUTCOME_UNANSWERED, "unanswered"},
        {OUTCOME_UNDETERMINED, "too young to judge"},
    };
    const char *comma = "";
    char number[WORDS_TEXT];
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const uint64_t count = tally->outcome[rows[i].outcome];
        if (count == 0)
            continue;
        say(t, "%s%s %s", comma, words_count(count, number), rows[i].words);
        comma = ", ";
    }
}

static void say_round(struct text *t, const struct dart_fact *fact, struct zone zone)
{
    char at[WORDS_TEXT], since[WORDS_TEXT], probes[WORDS_TEXT];
    const struct dart_tally *tally = &fact->tally;
    words_clock(fact->at, zone, at);
    words_clock(fact->since, zone, since);
    words_amount(tally->total, "probe", "probes", probes);
    say(t, "%s: the module says that it rejected all %sresolvers; ", at,
        family_words(fact->family));
    switch (fact->kind) {
    case DART_FACT_SILENT:
        say(t, "the capture shows its %s since %s unanswered", probes, since);
        if (tally->outcome[OUTCOME_UNDETERMINED])
            say(t, " (%llu of them too young to judge)",
                (unsigned long long)tally->outcome[OUTCOME_UNDETERMINED]);
        break;
    case DART_FACT_YOUNG:
        say(t, "the capture ends too early to show what became of its %s since %s", probes, since);
        break;
    case DART_FACT_ABSENT:
        say(t,
            "the capture shows none of its probes since %s: the wrong interface, or a firewall "
            "on the host itself",
            since);
        break;
    default:
        say(t, "the capture shows of its %s since %s ", probes, since);
        say_outcomes(t, tally);
        if (fact->kind == DART_FACT_ANSWERED)
            say(t, ": the answers did not reach the module (a firewall on the host?), or did not "
                   "please it");
        break;
    }
}

static void say_swg(struct text *t, const struct dart_fact *fact, struct zone zone)
{
    char at[WORDS_TEXT], tries[WORDS_TEXT];
    say(t, "%s: the module says that the TCP handshake to the SWG failed; ",
        words_clock(fact->at, zone, at));
    if (fact->kind == DART_FACT_SWG_ABSENT) {
        say(t,
            "the capture shows no try in the ten seconds before: the wrong interface, a firewall "
            "on the host itself, or an SWG address that is not watched (-s)");
        return;
    }
    say(t, "the capture shows of %s in the ten seconds before ",
        words_amount(fact->tally.total, "try", "tries", tries));
    say_outcomes(t, &fact->tally);
    if (fact->kind == DART_FACT_SWG_OPENED)
        say(t, ": what failed was not all of them, or came after the handshake");
}

static void say_dated(struct text *t, nstime at, struct zone zone)
{
    char date[WORDS_TEXT], clock[WORDS_TEXT];
    say(t, "%s %s", words_date(at, zone, date), words_clock(at, zone, clock));
}

/* "once, at …", "4 times, from … to …". */
static void say_times(struct text *t, const struct dart_fact *fact, struct zone zone)
{
    char times[WORDS_TEXT];
    if (fact->times == 1) {
        say(t, "once, at ");
    } else {
        say(t, "%s times, from ", words_count(fact->times, times));
        say_dated(t, fact->since, zone);
        say(t, " to ");
    }
    say_dated(t, fact->at, zone);
}

static void say_log(struct text *t, const struct dart_fact *fact, struct zone zone)
{
    if (fact->kind == DART_FACT_LOG_REJECTED) {
        say(t, "the log says that all %sresolvers were rejected: ", family_words(fact->family));
        say_times(t, fact, zone);
        if (fact->family == ADDR_IPV6)
            say(t, "; no fault where the network has no IPv6");
    } else if (fact->kind == DART_FACT_LOG_SWG_FAILED) {
        say(t, "the log says that the TCP handshake to the SWG failed: ");
        say_times(t, fact, zone);
    } else {
        say(t, "the last state that the log names of the %s%s protection: %s, at ",
            family_words(fact->family), fact->web ? "web" : "DNS", fact->state);
        say_dated(t, fact->at, zone);
    }
}

void dart_words_fact(const struct dart_fact *fact, struct zone zone, struct evidence *out)
{
    struct text t = {out->text, sizeof out->text};
    char amount[WORDS_TEXT];
    *out = (struct evidence){.fact = "dart"};
    switch ((enum dart_fact_kind)fact->kind) {
    case DART_FACT_NO_PROBES:
        words_amount(fact->tally.total, "probe or try", "probes or tries", amount);
        say(&t,
            "the log tells of %s in the time of the capture, the capture shows none: it was "
            "taken on the wrong interface, or a firewall on the host drops them before they "
            "leave it",
            amount);
        break;
    case DART_FACT_NO_ROUTE:
        say(&t, "the module rejects its IPv6 resolvers without a packet: the client has no way "
                "out in IPv6; no fault where the network has none");
        break;
    case DART_FACT_SWG_FAILED:
    case DART_FACT_SWG_OPENED:
    case DART_FACT_SWG_ABSENT:
        say_swg(&t, fact, zone);
        break;
    case DART_FACT_LOG_REJECTED:
    case DART_FACT_LOG_SWG_FAILED:
    case DART_FACT_LOG_STATE:
        say_log(&t, fact, zone);
        break;
    default:
        say_round(&t, fact, zone);
        break;
    }
    if (fact->times > 1 && fact->kind < DART_FACT_LOG_REJECTED && fact->kind != DART_FACT_NO_ROUTE)
        say(&t, "; and %s more like it", words_count(fact->times - 1, amount));
    out->frames = fact->tally.frames;
    memcpy(out->frame, fact->tally.frame, sizeof fact->tally.frame);
    out->more = fact->kind == DART_FACT_NO_PROBES ? 0 : fact->tally.total - fact->tally.frames;
}

_Static_assert(RECONCILE_FRAMES == JUDGEMENT_FRAMES, "frames are handed on as they are");

static char *zone_words(int minutes, char out[WORDS_TEXT])
{
    return words_zone((struct zone){.kind = minutes ? ZONE_OFFSET : ZONE_UTC, .minutes = minutes},
                      out);
}

static void say_span(struct text *t, struct dart_span span, struct zone zone)
{
    say_dated(t, span.first, zone);
    say(t, " to ");
    say_dated(t, span.last, zone);
}

static struct dart_span whole_log(const struct dart_logs *logs)
{
    struct dart_span span = logs->dns;
    if (logs->web.first != NSTIME_NONE) {
        dart_span_note(&span, logs->web.first);
        dart_span_note(&span, logs->web.last);
    }
    return span;
}

static void say_apart(struct text *t, const struct dart_logs *logs, const struct match *match,
                      struct zone zone)
{
    static const struct zone as_logged = {.kind = ZONE_UTC};
    const struct dart_span log = whole_log(logs);
    char name[WORDS_TEXT];
    if (log.first == NSTIME_NONE || match->capture.first == NSTIME_NONE) {
        say(t, "%s",
            log.first == NSTIME_NONE ? "no line of the logs has a date"
                                     : "the capture holds no packet");
        return;
    }
    say(t, "the logs are from ");
    say_span(t, log, as_logged);
    say(t, " (their own time), the capture from ");
    say_span(t, match->capture, zone);
    say(t, " %s", words_zone(zone, name));
}

static void say_agreement(struct text *t, const struct match *match)
{
    char address[ADDR_TEXT];
    const bool six = match->client[0].family == ADDR_NONE;
    if (match->agree == 0)
        return;
    say(t, "%s%zu of %zu lines about probes and tries meet a packet of %s",
        match->how == MATCH_GIVEN ? "; " : "", match->agree, match->of,
        addr_format(&match->client[six], address));
}

void dart_words_times(const struct dart_logs *logs, const struct match *match, struct zone zone,
                      char out[JUDGEMENT_TEXT])
{
    struct text t = {out, JUDGEMENT_TEXT};
    char name[WORDS_TEXT], other[WORDS_TEXT];
    *out = '\0';
    if (!match) {
        say(&t, "as logged, in the client's own zone");
        return;
    }
    zone_words(match->minutes, name);
    zone_words(match->other, other);
    switch (match->how) {
    case MATCH_INFERRED:
        say(&t, "logged in %s, as the packets show: ", name);
        say_agreement(&t, match);
        break;
    case MATCH_GIVEN:
        say(&t, "logged in %s, as given", name);
        say_agreement(&t, match);
        if (match->other != match->minutes)
            say(&t, "; in %s they would agree better", other);
        if (!match->overlaps) {
            say(&t, "; so logs and capture are of different times: ");
            say_apart(&t, logs, match, zone);
        }
        break;
    case MATCH_ONLY:
        say(&t,
            "taken to be in %s: in no other zone are they of the capture's time; no line meets "
            "a packet",
            name);
        break;
    case MATCH_AMBIGUOUS:
        say(&t,
            "as logged: the logs agree with the packets in several zones, such as %s and %s; "
            "--utc-offset names the right one",
            name, other);
        break;
    case MATCH_CLIENTS:
        say(&t,
            "as logged: %zu clients agree alike with the logs in %s; a filter such as \"host "
            "ADDRESS\" names the one that wrote them",
            match->rivals + 1, name);
        break;
    case MATCH_ANY:
        say(&t,
            "as logged: no line meets a packet, and logs and capture are of the same time in "
            "several zones, such as %s and %s; --utc-offset names the right one",
            name, other);
        break;
    case MATCH_NONE:
        say(&t, "as logged: in no zone are logs and capture of the same time: ");
        say_apart(&t, logs, match, zone);
        break;
    }
}

const char *dart_words_policy(enum dart_policy policy, bool swg_failed)
{
    if (policy == DART_FAIL_CLOSED)
        return swg_failed ? "fail-closed: the user has no web while the SWG can't be reached"
                          : "fail-closed: without the SWG the user would have no web";
    if (policy == DART_FAIL_OPEN)
        return swg_failed ? "fail-open: web traffic leaves without web protection while the SWG "
                            "can't be reached"
                          : "fail-open: without the SWG web traffic would leave unprotected";
    return "";
}

static void say_count(struct text *t, uint64_t count, const char *one, const char *many)
{
    char amount[WORDS_TEXT];
    if (count)
        say(t, ", %s", words_amount(count, one, many, amount));
}

void dart_words_file(const struct dart_file *file, char out[JUDGEMENT_TEXT])
{
    struct text t = {out, JUDGEMENT_TEXT};
    char amount[WORDS_TEXT];
    *out = '\0';
    if (file->config) {
        say(&t, "%s", words_amount(file->known, "setting", "settings", amount));
        if (file->damaged)
            say(&t, ", damaged");
    } else {
        say(&t, "%s", words_amount(file->lines, "line", "lines", amount));
        say_count(&t, file->known, "told of here", "told of here");
        say_count(&t, file->other, "of something else", "of something else");
        say_count(&t, file->damaged, "damaged", "damaged");
        say_count(&t, file->cut, "too long", "too long");
    }
    if (file->trouble[0])
        say(&t, "; not read to its end: %s", file->trouble);
}
