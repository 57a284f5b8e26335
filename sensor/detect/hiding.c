/* SPDX-License-Identifier: GPL-2.0-or-later */
/* hiding: see hiding.h. */
#include "sensor/detect/hiding.h"

#include <stdlib.h>

/* Items are as the configuration has checked. */
static bool read_list(const struct config_list *list, struct alert_match **out, size_t *count)
{
    char error[WATCH_ERROR_TEXT];
    size_t at;
    *count = 0;
    *out = NULL;
    if (list->count == 0)
        return true;
    *out = calloc(list->count, sizeof **out);
    if (!*out)
        return false;
    for (size_t i = 0; i < list->count; i++)
        if (alert_match_parse(list->item[i], &(*out)[*count], error, &at))
            ++*count;
    return true;
}

bool hiding_init(struct hiding *h, const struct config *config)
{
    *h = (struct hiding){0};
    if (read_list(&config->alerts.ignore, &h->ignore, &h->ignores) &&
        read_list(&config->alerts.only, &h->only, &h->onlys))
        return true;
    hiding_free(h);
    return false;
}

void hiding_free(struct hiding *h)
{
    free(h->ignore);
    free(h->only);
    *h = (struct hiding){0};
}

void hiding_configure(struct hiding *h, const struct config *config)
{
    struct hiding fresh;
    if (!hiding_init(&fresh, config))
        return;
    fresh.hidden = h->hidden;
    hiding_free(h);
    *h = fresh;
}

/* A list whose time is over would hide everything: it stands for nothing any more. */
static bool only_applies(const struct hiding *h, nstime now)
{
    for (size_t i = 0; i < h->onlys; i++)
        if (!alert_match_over(&h->only[i], now))
            return true;
    return false;
}

static bool is_hidden(const struct hiding *h, const struct alert_subject *subject)
{
    for (size_t i = 0; i < h->ignores; i++)
        if (alert_match_holds(&h->ignore[i], subject))
            return true;
    if (!only_applies(h, subject->now))
        return false;
    for (size_t i = 0; i < h->onlys; i++)
        if (alert_match_holds(&h->only[i], subject))
            return false;
    return true;
}

bool hiding_hides(struct hiding *h, struct client *client, const struct judgement *judgement)
{
    struct protection_state *state = &client->protection[judgement->protection];
    const struct alert_subject subject = {.client = &client->addr,
                                          .tags = &client->tags,
                                          .role = judgement->role,
                                          .cause = judgement->cause,
                                          .now = judgement->time};
    const bool hides = !state->alert.stands && is_hidden(h, &subject);
    if (hides && !state->hidden && judgement->confidence >= CONFIDENCE_LIKELY) {
        state->hidden = true;
        h->hidden++;
    }
    state->hidden = state->hidden && hides;
    return hides;
}

bool hiding_excludes(const struct hiding *h, const struct client *client, enum role role,
                     nstime now)
{
    const struct alert_subject subject = {
        .client = &client->addr, .tags = &client->tags, .role = role, .now = now};
    for (size_t i = 0; i < h->ignores; i++)
        if (!h->ignore[i].causes && alert_match_whom(&h->ignore[i], &subject))
            return true;
    if (!only_applies(h, now))
        return false;
    for (size_t i = 0; i < h->onlys; i++)
        if (alert_match_whom(&h->only[i], &subject))
            return false;
    return true;
}
