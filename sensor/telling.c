/* SPDX-License-Identifier: GPL-2.0-or-later */
/* telling: see telling.h. */
#include "sensor/telling.h"

#include <stdlib.h>

#include "sensor/tell/reminders.h"
#include "sensor/tell/sights_words.h"

struct telling {
    struct sink *sink[TELLING_SINKS];
    size_t sinks;
    struct reminders reminders;
    struct sights_teller sights;
};

struct telling *telling_new(const struct config *config)
{
    struct telling *t = calloc(1, sizeof *t);
    if (t)
        reminders_init(&t->reminders, config->alerts.remind, config->alerts.remind_most);
    return t;
}

void telling_free(struct telling *t)
{
    if (!t)
        return;
    reminders_free(&t->reminders);
    free(t);
}

void telling_add_sink(struct telling *t, struct sink *sink)
{
    if (t->sinks < TELLING_SINKS)
        t->sink[t->sinks++] = sink;
}

void telling_configure(struct telling *t, const struct config *config)
{
    t->reminders.first = config->alerts.remind;
    t->reminders.most = config->alerts.remind_most;
    for (size_t i = 0; i < t->sinks; i++)
        if (t->sink[i]->ops->configure)
            t->sink[i]->ops->configure(t->sink[i], config);
}

void telling_report(struct telling *t, const struct report *report)
{
    const bool exchange = report->kind == REPORT_EXCHANGE && report->exchange.phase & PHASE_FINAL;
    const bool attempt = report->kind == REPORT_ATTEMPT && report->attempt.phase & PHASE_FINAL;
    for (size_t i = 0; i < t->sinks; i++) {
        struct sink *sink = t->sink[i];
        if (exchange && sink->ops->exchange)
            sink->ops->exchange(sink, &report->exchange);
        if (attempt && sink->ops->attempt)
            sink->ops->attempt(sink, &report->attempt);
    }
}

void telling_notices(struct telling *t, const struct notices *notices)
{
    for (size_t n = 0; n < notices->count; n++) {
        reminders_take(&t->reminders, &notices->item[n]);
        for (size_t i = 0; i < t->sinks; i++)
            if (t->sink[i]->ops->alert)
                t->sink[i]->ops->alert(t->sink[i], &notices->item[n]);
    }
}

void telling_verdict(struct telling *t, const struct judgement *judgement)
{
    for (size_t i = 0; i < t->sinks; i++)
        if (t->sink[i]->ops->verdict)
            t->sink[i]->ops->verdict(t->sink[i], judgement);
}

void telling_changed(struct telling *t, const struct judgement *judgement)
{
    for (size_t i = 0; i < t->sinks; i++)
        if (t->sink[i]->ops->changed)
            t->sink[i]->ops->changed(t->sink[i], judgement);
}

void telling_say(struct telling *t, nstime now, enum say kind, const char *sentence)
{
    for (size_t i = 0; i < t->sinks; i++)
        if (t->sink[i]->ops->say)
            t->sink[i]->ops->say(t->sink[i], now, kind, sentence);
}

static void remind(struct telling *t, nstime now)
{
    const struct notice *notice = reminders_due(&t->reminders, now);
    while (notice) {
        for (size_t i = 0; i < t->sinks; i++)
            if (t->sink[i]->ops->remind)
                t->sink[i]->ops->remind(t->sink[i], notice, now);
        notice = reminders_due(&t->reminders, now);
    }
}

void telling_reopen(struct telling *t)
{
    for (size_t i = 0; i < t->sinks; i++)
        if (t->sink[i]->ops->reopen)
            t->sink[i]->ops->reopen(t->sink[i]);
}

/* A sink's trouble is told to all but itself: it would meet the same again. */
static void tell_troubles(struct telling *t, nstime now)
{
    for (size_t i = 0; i < t->sinks; i++) {
        struct sink *sink = t->sink[i];
        const char *sentence = sink->ops->trouble ? sink->ops->trouble(sink) : NULL;
        for (size_t j = 0; sentence && j < t->sinks; j++)
            if (j != i && t->sink[j]->ops->say)
                t->sink[j]->ops->say(t->sink[j], now, SAY_ERROR, sentence);
    }
}

void telling_tick(struct telling *t, struct moment *moment)
{
    char sentence[SIGHTS_TEXT];
    enum say kind;
    remind(t, moment->now);
    if (sights_tell(&t->sights, moment, &kind, sentence))
        telling_say(t, moment->now, kind, sentence);
    tell_troubles(t, moment->now);
    moment->firing = t->reminders.firing;
    for (size_t i = 0; i < t->sinks; i++)
        if (t->sink[i]->ops->tick)
            t->sink[i]->ops->tick(t->sink[i], moment);
}

void telling_stats(struct telling *t, const struct summary *summary)
{
    for (size_t i = 0; i < t->sinks; i++)
        if (t->sink[i]->ops->stats)
            t->sink[i]->ops->stats(t->sink[i], summary);
}

void telling_present(struct telling *t, const struct summary *summary)
{
    for (size_t i = 0; i < t->sinks; i++)
        if (t->sink[i]->ops->present)
            t->sink[i]->ops->present(t->sink[i], summary);
}

void telling_finish(struct telling *t, const struct summary *summary)
{
    for (size_t i = 0; i < t->sinks; i++)
        if (t->sink[i]->ops->finish)
            t->sink[i]->ops->finish(t->sink[i], summary);
}

uint64_t telling_firing(const struct telling *t)
{
    return t->reminders.firing;
}
