/* SPDX-License-Identifier: GPL-2.0-or-later */
/* path: see path.h. */
#include "sensor/detect/path.h"

#include <stdlib.h>

void path_init(struct path *path, const struct sample *sample)
{
    *path = (struct path){
        .server = sample->server,
        .port = sample->port,
        .transport = sample->transport,
        .status = PATH_UNDETERMINED,
        .last_ok = NSTIME_NONE,
        .newest = NSTIME_NONE,
        .since = NSTIME_NONE,
        .last_sent = NSTIME_NONE,
        .unread = NSTIME_NONE,
        .own_told = NSTIME_NONE,
        .reply = NSTIME_NONE,
        .encrypted_ok = NSTIME_NONE,
        .encrypted_sample = NSTIME_NONE,
        .encrypted_silent_since = NSTIME_NONE,
    };
}

void path_free(struct path *path)
{
    free(path->sample);
    free(path->failure);
    free(path->weak_sample);
}

static bool failed(const struct path_sample *sample)
{
    return outcome_failed((enum outcome)sample->outcome);
}

unsigned path_run(const struct path *path, const struct path_sample **first)
{
    unsigned run = 0;
    while (run < path->samples && failed(&path->sample[path->samples - 1 - run]))
        run++;
    if (first)
        *first = run ? &path->sample[path->samples - run] : NULL;
    return run;
}

unsigned path_failed_samples(const struct path *path)
{
    unsigned count = 0;
    for (unsigned i = 0; i < path->samples; i++)
        count += failed(&path->sample[i]);
    return count;
}

static void drop_oldest(struct path *path, unsigned count)
{
    path->samples = (uint16_t)(path->samples - count);
    memmove(path->sample, path->sample + count, path->samples * sizeof *path->sample);
}

/* Proof from before the window's start backs no judgement any more. */
static void drop_failures_before(struct path *path, nstime start)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < path->failures; i++)
        if (path->failure[i].sent >= start)
            path->failure[kept++] = path->failure[i];
    path->failures = kept;
    path->failures_total = kept;
}

/* A recovery is clean where the break stood alone: nothing else failed in the window, or it was
 * longer than random loss makes plausible. The window then starts anew with the success, so that
 * an outage that is over does not read as loss. */
static void recover(struct path *path, const struct config *config)
{
    unsigned at = path->samples; /* the break ends before the successes at the end */
    while (at && !failed(&path->sample[at - 1]))
        at--;
    unsigned start = at;
    while (start && failed(&path->sample[start - 1]))
        start--;
    bool alone = true;
    for (unsigned i = 0; i < start; i++)
        alone = alone && !failed(&path->sample[i]);
    if (path->lossy || (!alone && at - start < config->health.lossy_break_samples))
        return;
    drop_oldest(path, at);
    drop_failures_before(path, path->samples ? path->sample[0].sent : NSTIME_NEVER);
    if (at)
        path->since = path->sample[0].sent;
}

/* Failures are known at their deadlines, and what came after them may be known before. A break that
 * is seen only when it is over has recovered all the same. */
static bool broke_before(const struct path *path, const struct config *config)
{
    unsigned at = path->samples, run = 0;
    while (at && !failed(&path->sample[at - 1]))
        at--;
    if (at == path->samples)
        return false;
    while (run < at && failed(&path->sample[at - 1 - run]))
        run++;
    return run >= config->health.break_samples;
}

static void judge_loss(struct path *path, const struct config *config)
{
    unsigned n = path->samples, f = path_failed_samples(path);
    if (path->lossy)
        path->lossy = f * 100 >= config->health.lossy_clear_percent * n && f;
    else
        path->lossy = n >= config->health.lossy_samples && f >= config->health.lossy_failed &&
                      f * 100 >= config->health.lossy_percent * n;
}

static void judge(struct path *path, const struct config *config)
{
    unsigned run = path_run(path, NULL);
    if (run == 0) {
        if (path->status == PATH_FAILING)
            recover(path, config);
        judge_loss(path, config);
        if (path->samples)
            path->status = path->lossy ? PATH_LOSSY : PATH_OK;
        return;
    }
    if (path->status == PATH_FAILING)
        return;
    judge_loss(path, config);
    unsigned enough = path->lossy     ? config->health.lossy_break_samples
                      : path->ever_ok ? config->health.break_samples
                                      : 1;
    if (run >= enough)
        path->status = PATH_FAILING;
    else if (path->lossy)
        path->status = PATH_LOSSY;
}

static bool make_room(struct path *path, const struct config *config)
{
    const unsigned window = config->health.window_samples; /* may have been made smaller */
    if (path->samples >= window)
        drop_oldest(path, path->samples - window + 1);
    if (path->samples < path->room)
        return true;
    unsigned room = path->room ? path->room * 2u : 4u;
    if (room > config->health.window_samples)
        room = config->health.window_samples;
    struct path_sample *grown = realloc(path->sample, room * sizeof *grown);
    if (!grown)
        return false;
    path->sample = grown;
    path->room = (uint16_t)room;
    return true;
}

/* Samples are known at their deadlines but count in the order in which they were sent: a success
 * sent later speaks for the path even if it was known earlier. */
static bool insert(struct path *path, const struct config *config, const struct sample *sample)
{
    if (!make_room(path, config))
        return false;
    unsigned at = path->samples;
    while (at && path->sample[at - 1].sent > sample->sent) {
        path->sample[at] = path->sample[at - 1];
        at--;
    }
    path->sample[at] = (struct path_sample){.sent = sample->sent,
                                            .sent_last = sample->sent_last,
                                            .serial = sample->serial,
                                            .kind = (uint8_t)sample->kind,
                                            .outcome = (uint8_t)sample->outcome,
                                            .rate = sample->rate};
    path->samples++;
    nstime oldest = path->sample[path->samples - 1].sent - config->health.window_time;
    unsigned aged = 0;
    while (path->sample[aged].sent < oldest) /* the newest is not */
        aged++;
    if (aged)
        drop_oldest(path, aged);
    return true;
}

static struct path_sample *find(struct path *path, const struct sample *sample)
{
    for (unsigned i = path->samples; i-- > 0;)
        if (path->sample[i].serial == sample->serial && path->sample[i].kind == sample->kind)
            return &path->sample[i];
    return NULL;
}

static bool take(struct path *path, const struct config *config, const struct sample *sample)
{
    struct path_sample *old = find(path, sample);
    bool bad = outcome_failed(sample->outcome);
    if (outcome_silent(sample->outcome) && sample->sent <= path->unread) {
        path_forget(path, sample->serial);
        return true;
    }
    if (bad && !old && sample->sent < path->since) { /* part of an outage that is over */
        drop_failures_before(path, path->since);
        return true;
    }
    if (old) {
        old->outcome = (uint8_t)sample->outcome;
        old->sent_last = sample->sent_last;
    } else if (!insert(path, config, sample)) {
        return false;
    }
    if (sample->sent > path->newest)
        path->newest = sample->sent;
    if (!bad) {
        path->ever_ok = true;
        if (sample->sent > path->last_ok)
            path->last_ok = sample->sent;
    } else if (broke_before(path, config)) {
        recover(path, config);
    }
    judge(path, config);
    return true;
}

/* What was sent after a foreign answer's query, and got replies to other names, proves nothing: but
 * a foreign answer is known at its deadline, and they at once. */
static void withdraw_replies(struct path *path, nstime since)
{
    unsigned kept = 0;
    for (unsigned i = 0; i < path->samples; i++) {
        const struct path_sample *s = &path->sample[i];
        if (s->kind != SAMPLE_OTHER || failed(s) || s->sent <= since)
            path->sample[kept++] = *s;
    }
    path->samples = (uint16_t)kept;
    if (path->reply > since)
        path->reply = NSTIME_NONE;
    if (path->last_ok <= since)
        return;
    path->last_ok = NSTIME_NONE;
    for (unsigned i = 0; i < kept; i++)
        if (!failed(&path->sample[i]) && path->sample[i].sent > path->last_ok)
            path->last_ok = path->sample[i].sent;
    path->ever_ok = path->last_ok != NSTIME_NONE;
}

/* A reply to another name, to what was sent after a probe, is known before the probe's silence is:
 * it shows the path alive all the same. */
static bool recall_reply(struct path *path, const struct config *config,
                         const struct sample *silence)
{
    if (path->reply <= silence->sent ||
        (path->samples && path->reply <= path->sample[path->samples - 1].sent))
        return true;
    struct sample reply = {.kind = SAMPLE_OTHER,
                           .outcome = OUTCOME_ANSWERED,
                           .serial = path->reply_serial,
                           .sent = path->reply,
                           .sent_last = path->reply,
                           .rate = RATE_UNKNOWN};
    return take(path, config, &reply);
}

bool path_covered(const struct path *path, const struct sample *sample)
{
    return sample->kind == SAMPLE_OWN && sample->outcome == OUTCOME_UNANSWERED &&
           path->encrypted_ok >= sample->sent;
}

static bool take_own(struct path *path, const struct config *config, const struct sample *sample)
{
    if (path_covered(path, sample))
        return true;
    bool answer = sample->outcome == OUTCOME_FOREIGN || sample->outcome == OUTCOME_ANSWERED;
    if (answer && sample->sent >= path->own_told) {
        path->own_told = sample->sent;
        path->own_foreign = sample->outcome == OUTCOME_FOREIGN;
        if (path->own_foreign)
            withdraw_replies(path, sample->sent);
    }
    if (outcome_failed(sample->outcome) && !recall_reply(path, config, sample))
        return false;
    return take(path, config, sample);
}

/* Silence on other names counts only over several distinct ones, and only where the module's own
 * names were never asked: a resolver may fail one name for reasons of its own. */
static bool take_weak(struct path *path, const struct config *config, const struct sample *sample)
{
    if (find(path, sample))
        return take(path, config, sample);
    for (unsigned i = 0; i < path->weak; i++)
        if (path->weak_sample[i].name_hash == sample->name_hash)
            return true;
    if (!path->weak_sample) {
        path->weak_sample = calloc(PATH_WEAK, sizeof *path->weak_sample);
        if (!path->weak_sample)
            return false;
    }
    unsigned enough =
        config->health.other_names < PATH_WEAK ? config->health.other_names : PATH_WEAK;
    if (path->weak < enough)
        path->weak_sample[path->weak++] = *sample;
    else
        return take(path, config, sample);
    if (path->weak < enough)
        return true;
    bool done = true;
    for (unsigned i = 0; i < path->weak; i++)
        done = take(path, config, &path->weak_sample[i]) && done;
    return done;
}

/* A reply to another name shows the path alive. It becomes a sample only where that changes
 * something; otherwise a client's ordinary lookups would dilute the share of probes that fail. */
static bool take_reply(struct path *path, const struct config *config, const struct sample *sample)
{
    if (path->own_foreign)
        return true;
    path->weak = 0;
    if (sample->sent > path->newest)
        path->newest = sample->sent;
    if (sample->sent > path->reply) {
        path->reply = sample->sent;
        path->reply_serial = sample->serial;
    }
    unsigned run = path_run(path, NULL);
    bool later = path->samples && sample->sent > path->sample[path->samples - 1].sent;
    if (path->samples == 0 || (run && later))
        return take(path, config, sample);
    path->ever_ok = true;
    if (sample->sent > path->last_ok)
        path->last_ok = sample->sent;
    return true;
}

static bool take_other(struct path *path, const struct config *config, const struct sample *sample,
                       bool own_seen)
{
    switch (sample->outcome) {
    case OUTCOME_ANSWERED:
        return take_reply(path, config, sample);
    case OUTCOME_UNANSWERED:
    case OUTCOME_LATE:
    case OUTCOME_REJECTED:
        return own_seen || take_weak(path, config, sample);
    default:
        return true;
    }
}

/* Those that make the path fail for encryption, and all that follow them, count as failed. */
static void judge_encryption(struct path *path, const struct config *config)
{
    const nstime since = path->encrypted_silent_since;
    const bool failing = path->encrypted_silent >= config->health.dnscrypt_queries &&
                         path->encrypted_silent_last - since >= config->health.dnscrypt_span &&
                         path->last_ok >= since;
    if (failing)
        path->failed += path->encryption_failing ? 1 : path->encrypted_silent;
    path->encryption_failing = failing;
}

static bool take_encrypted(struct path *path, const struct config *config,
                           const struct sample *sample)
{
    if (sample->outcome == OUTCOME_ANSWERED) {
        path->encrypted_silent = 0;
        path->encryption_failing = false;
        if (sample->sent > path->encrypted_ok)
            path->encrypted_ok = sample->sent;
        if (path->encrypted_sample != NSTIME_NONE &&
            sample->sent - path->encrypted_sample < NS_PER_SEC)
            return true;
        path->encrypted_sample = sample->sent;
        path->ok++;
        path->encrypted++;
        return take(path, config, sample);
    }
    if (path->encrypted_ok >= sample->sent)
        return true;
    if (path->encrypted_silent < PATH_FRAMES)
        path->encrypted_frame[path->encrypted_silent] = sample->frame;
    if (path->encrypted_silent++ == 0)
        path->encrypted_silent_since = sample->sent;
    path->encrypted_silent_last = sample->sent;
    judge_encryption(path, config);
    return true;
}

/* Somebody answers, and the capture does not show what: no success, but what was silent before it
 * was no block. */
static void take_unread(struct path *path, const struct config *config, nstime sent)
{
    unsigned kept = 0;
    path->weak = 0;
    if (sent > path->unread)
        path->unread = sent;
    for (unsigned i = 0; i < path->samples; i++) {
        const struct path_sample s = path->sample[i];
        if (outcome_silent((enum outcome)s.outcome) && s.sent <= path->unread)
            path_forget(path, s.serial);
        else
            path->sample[kept++] = s;
    }
    if (kept == path->samples)
        return;
    path->samples = (uint16_t)kept;
    path->status = PATH_UNDETERMINED;
    path->lossy = false;
    if (kept)
        judge(path, config);
}

bool path_take(struct path *path, const struct config *config, const struct sample *sample,
               bool own_seen)
{
    if (sample->sent_last > path->last_sent)
        path->last_sent = sample->sent_last;
    if (sample->unread)
        take_unread(path, config, sample->sent);
    if (sample->outcome == OUTCOME_ABORTED || sample->outcome == OUTCOME_UNDETERMINED)
        return true;
    switch (sample->kind) {
    case SAMPLE_OWN:
        return take_own(path, config, sample);
    case SAMPLE_OTHER:
        return take_other(path, config, sample, own_seen);
    case SAMPLE_ENCRYPTED:
        return take_encrypted(path, config, sample);
    case SAMPLE_CONNECT:
        return take(path, config, sample);
    }
    return true;
}

bool path_keep(struct path *path, const struct failure *failure)
{
    for (uint32_t i = 0; i < path->failures; i++)
        if (path->failure[i].serial == failure->serial) {
            path->failure[i] = *failure;
            return true;
        }
    if (!path->failure) {
        path->failure = calloc(PATH_FAILURES, sizeof *path->failure);
        if (!path->failure)
            return false;
    }
    path->failures_total++;
    if (path->failures == PATH_FAILURES) { /* keep the first half, let the newest roll on */
        size_t half = PATH_FAILURES / 2;
        memmove(path->failure + half, path->failure + half + 1,
                (PATH_FAILURES - half - 1) * sizeof *path->failure);
        path->failures--;
    }
    path->failure[path->failures++] = *failure;
    return true;
}

void path_forget(struct path *path, uint64_t serial)
{
    for (uint32_t i = 0; i < path->failures; i++)
        if (path->failure[i].serial == serial) {
            memmove(path->failure + i, path->failure + i + 1,
                    (path->failures - i - 1) * sizeof *path->failure);
            path->failures--;
            path->failures_total--;
            return;
        }
}

void path_drop_weak(struct path *path, const struct config *config)
{
    path->weak = 0;
    unsigned kept = 0;
    for (unsigned i = 0; i < path->samples; i++)
        if (path->sample[i].kind != SAMPLE_OTHER || !failed(&path->sample[i]))
            path->sample[kept++] = path->sample[i];
    if (kept == path->samples)
        return;
    path->samples = (uint16_t)kept;
    path->status = PATH_UNDETERMINED;
    path->failures = 0;
    path->failures_total = 0;
    if (kept)
        judge(path, config);
}

void path_gap(struct path *path, nstime now)
{
    path->open = 0;
    path->weak = 0;
    path->reply = NSTIME_NONE;
    path->unread = NSTIME_NONE;
    path->own_told = NSTIME_NONE;
    path->encrypted_silent = 0;
    path->encrypted_ok = NSTIME_NONE;
    path->encrypted_sample = NSTIME_NONE;
    if (path->newest != NSTIME_NONE)
        path->newest = now;
    if (path->last_sent > now)
        path->last_sent = now;
}

void path_anew(struct path *path)
{
    path->samples = 0;
    path->failures = 0;
    path->failures_total = 0;
    path->status = PATH_UNDETERMINED;
    path->lossy = false;
    path->encryption_failing = false;
    path->since = NSTIME_NONE;
    path->last_ok = NSTIME_NONE; /* when it was, by another clock, orders nothing */
}
