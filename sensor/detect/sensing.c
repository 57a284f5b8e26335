/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sensing: see sensing.h. */
#include "sensor/detect/sensing.h"

#include <inttypes.h>
#include <stdio.h>

#define MINUTE (60 * NS_PER_SEC)

void sensing_init(struct sensing *sensing, const struct config *config)
{
    *sensing = (struct sensing){.config = config, .looked = NSTIME_NONE, .newest = NSTIME_NONE};
}

/* Its text is the caller's to write. */
static struct notice *tell(const struct alert_state *state, enum notice_resolution resolution,
                           nstime now, struct notices *out)
{
    struct notice *notice = &out->item[out->count++];
    *notice = (struct notice){.id = state->id,
                              .code = (enum notice_code)state->code,
                              .resolution = resolution,
                              .severity = (enum notice_severity)state->severity,
                              .scope = SCOPE_SITE,
                              .time = now,
                              .since = state->since,
                              .count = state->count,
                              .confidence = CONFIDENCE_CERTAIN};
    return notice;
}

static struct notice *fire(struct alert_state *state, struct alerts *alerts, enum notice_code code,
                           enum notice_severity severity, nstime since, nstime now,
                           struct notices *out)
{
    state->id = ++alerts->last_id;
    state->stands = true;
    state->code = (uint8_t)code;
    state->severity = (uint8_t)severity;
    state->since = since;
    return tell(state, RESOLUTION_NONE, now, out);
}

static struct notice *end(struct alert_state *state, nstime now, struct notices *out)
{
    struct notice *notice = tell(state, RESOLUTION_RECOVERED, now, out);
    *state = (struct alert_state){0};
    return notice;
}

void sensing_frame(struct sensing *sensing, nstime now, struct notices *out)
{
    sensing->newest = now;
    if (sensing->gap.stands)
        snprintf(end(&sensing->gap, now, out)->message, JUDGEMENT_TEXT, "packets come again");
    if (sensing->blind.stands)
        snprintf(end(&sensing->blind, now, out)->message, JUDGEMENT_TEXT, "packets come again");
}

/* --- loss ------------------------------------------------------------------------------------ */

static void say_lacking(const struct loss_count *count, unsigned permille,
                        char text[JUDGEMENT_TEXT])
{
    snprintf(text, JUDGEMENT_TEXT,
             "the capture lacks about %u.%u %% of the packets: %" PRIu64 " of %" PRIu64
             " that must have been there are missing, %" PRIu64 " were dropped",
             permille / 10, permille % 10, count->missing, count->due, count->dropped);
}

void sensing_weigh(struct sensing *sensing, struct alerts *alerts, nstime now,
                   const struct loss *loss, struct notices *out)
{
    const uint32_t most = sensing->config->health.capture_loss_permille;
    const nstime window = sensing->config->health.window_time;
    if (sensing->looked != NSTIME_NONE && now - sensing->looked < NS_PER_SEC)
        return;
    sensing->looked = now;
    const struct loss_count count = loss_since(loss, now - window);
    const unsigned permille = loss_permille(&count, LOSS_RATE_LEAST);
    if (!sensing->loss.stands && permille > most) {
        sensing->loss.count = count.missing > count.dropped ? count.missing : count.dropped;
        say_lacking(&count, permille,
                    fire(&sensing->loss, alerts, NOTICE_CAPTURE_LOSS, SEVERITY_WARNING,
                         now - window, now, out)
                        ->message);
    } else if (sensing->loss.stands && permille * 2 < most) {
        snprintf(end(&sensing->loss, now, out)->message, JUDGEMENT_TEXT,
                 "the capture is whole again: %u.%u %% lacking", permille / 10, permille % 10);
    }
}

/* --- gaps and blindness ---------------------------------------------------------------------- */

void sensing_gap(struct sensing *sensing, struct alerts *alerts, nstime before, nstime now,
                 struct notices *out)
{
    const bool known = sensing->watched && !sensing->gap.stands;
    sensing->looked = NSTIME_NONE;
    if (sensing->newest != NSTIME_NONE)
        sensing->newest = now;
    if (!known)
        return;
    snprintf(fire(&sensing->gap, alerts, NOTICE_CAPTURE_GAP, SEVERITY_NOTICE, before, before, out)
                 ->message,
             JUDGEMENT_TEXT,
             "the capture was interrupted, or its clock was set: what was open is not judged");
}

nstime sensing_next(const struct sensing *sensing)
{
    const nstime after = sensing->config->alerts.blind_after;
    return sensing->live && sensing->watched && !sensing->blind.stands && after > 0
               ? sensing->newest + after
               : NSTIME_NEVER;
}

void sensing_goes_blind(struct sensing *sensing, struct alerts *alerts, nstime now,
                        struct notices *out)
{
    snprintf(fire(&sensing->blind, alerts, NOTICE_SENSOR_BLIND, SEVERITY_CRITICAL, sensing->newest,
                  now, out)
                 ->message,
             JUDGEMENT_TEXT,
             "no packet at all for %" PRId64 " min: look at the mirror port and the cable",
             (now - sensing->newest) / MINUTE);
}
