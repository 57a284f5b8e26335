/* SPDX-License-Identifier: GPL-2.0-or-later */
/* findings: see findings.h. */
#include "sensor/detect/findings.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>

static void note_server(struct findings *findings, const struct addr *server)
{
    size_t known = findings->servers < 4 ? findings->servers : 4;
    for (size_t i = 0; i < known; i++)
        if (addr_equal(&findings->server[i], server))
            return;
    if (findings->servers < 4)
        findings->server[findings->servers] = *server;
    findings->servers++;
}

static int by_sent(const void *a, const void *b)
{
    const struct finding *left = a, *right = b;
    if (left->failure->sent != right->failure->sent)
        return left->failure->sent < right->failure->sent ? -1 : 1;
    return left->failure->serial < right->failure->serial   ? -1
           : left->failure->serial > right->failure->serial ? 1
                                                            : 0;
}

static void add_path(struct findings *findings, const struct path *path, nstime since)
{
    note_server(findings, &path->server);
    findings->sent += path->sent;
    findings->ok += path->ok;
    findings->total += path->failures_total - path->failures;
    for (uint32_t i = 0; i < path->failures; i++) {
        const struct failure *failure = &path->failure[i];
        if (failure->sent < since)
            continue;
        findings->total++;
        findings->by_outcome[failure->outcome]++;
        if (findings->count < FINDINGS_MAX)
            findings->item[findings->count++] = (struct finding){.failure = failure, .path = path};
    }
}

void findings_collect(struct findings *findings, const struct diagnosis *in)
{
    const struct protection_state *state = &in->client->protection[in->protection];
    memset(findings, 0, sizeof *findings);
    for (unsigned i = 0; i < state->paths; i++) {
        const struct path *path = &state->path[i];
        enum path_status status = health_path(in->client, path, in->config);
        if (status != PATH_FAILING && status != PATH_LOSSY)
            continue;
        const struct path_sample *first;
        nstime since = NSTIME_NONE; /* a lossy path: all that its window holds */
        if (status == PATH_FAILING && path_run(path, &first))
            since = first->sent;
        add_path(findings, path, since);
    }
    qsort(findings->item, findings->count, sizeof findings->item[0], by_sent);
}

const char *findings_servers(const struct findings *findings, char out[FINDINGS_SERVERS])
{
    char text[ADDR_TEXT], second[ADDR_TEXT];
    if (findings->servers == 0)
        snprintf(out, FINDINGS_SERVERS, "no server");
    else if (findings->servers == 1)
        addr_format(&findings->server[0], out);
    else if (findings->servers == 2)
        snprintf(out, FINDINGS_SERVERS, "%s and %s", addr_format(&findings->server[0], text),
                 addr_format(&findings->server[1], second));
    else
        snprintf(out, FINDINGS_SERVERS, "%s and %zu more", addr_format(&findings->server[0], text),
                 findings->servers - 1);
    return out;
}

const char *findings_share(const struct findings *findings, uint64_t part, char out[48])
{
    if (findings->ok || findings->sent < part)
        snprintf(out, 48, "the last %" PRIu64, part);
    else
        snprintf(out, 48, "%" PRIu64 " of %" PRIu64, part, findings->sent);
    return out;
}

const struct path *findings_path(const struct findings *findings, enum outcome outcome)
{
    for (size_t i = findings->count; i-- > 0;)
        if (outcome == OUTCOME_NONE || findings->item[i].failure->outcome == outcome)
            return findings->item[i].path;
    return NULL;
}

struct evidence *evidence_add(struct judgement *judgement, const char *fact, const char *format,
                              ...)
{
    if (judgement->evidence_count == JUDGEMENT_EVIDENCE)
        return NULL;
    struct evidence *evidence = &judgement->evidence[judgement->evidence_count++];
    memset(evidence, 0, sizeof *evidence);
    evidence->fact = fact;
    va_list args;
    va_start(args, format);
    vsnprintf(evidence->text, sizeof evidence->text, format, args);
    va_end(args);
    return evidence;
}

void evidence_frame(struct evidence *evidence, struct frame_ref frame)
{
    if (!evidence || frame.number == 0)
        return;
    if (evidence->frames < JUDGEMENT_FRAMES &&
        (evidence->frames == 0 || evidence->frame[0].file == frame.file))
        evidence->frame[evidence->frames++] = frame;
    else
        evidence->more++;
}

void evidence_failures(struct evidence *evidence, const struct findings *findings,
                       enum outcome outcome)
{
    for (size_t i = 0; i < findings->count; i++) {
        const struct failure *failure = findings->item[i].failure;
        if (outcome != OUTCOME_NONE && failure->outcome != outcome)
            continue;
        evidence_frame(evidence, failure->query);
        evidence_frame(evidence, failure->reply);
    }
}

void judgement_rule_out(struct judgement *judgement, const char *text)
{
    if (judgement->ruled_out_count < JUDGEMENT_RULED)
        snprintf(judgement->ruled_out[judgement->ruled_out_count++], JUDGEMENT_TEXT, "%s", text);
}

void judgement_note(struct judgement *judgement, const char *format, ...)
{
    if (judgement->note_count == JUDGEMENT_NOTES)
        return;
    va_list args;
    va_start(args, format);
    vsnprintf(judgement->note[judgement->note_count++], JUDGEMENT_TEXT, format, args);
    va_end(args);
}

const char *hops_text(uint8_t ttl, char out[48])
{
    unsigned hops = hops_of_ttl(ttl);
    if (hops == 0)
        snprintf(out, 48, "next to the point of capture");
    else
        snprintf(out, 48, "%u hop%s away", hops, hops == 1 ? "" : "s");
    return out;
}

/* Rounded to the last digit shown. */
const char *duration_text(nstime duration, char out[32])
{
    int64_t us = (duration + NS_PER_US / 2) / NS_PER_US;
    if (us < 10 * 1000)
        snprintf(out, 32, "%" PRId64 ".%02" PRId64 " ms", (us + 5) / 1000, (us + 5) % 1000 / 10);
    else if (us < 1000 * 1000)
        snprintf(out, 32, "%" PRId64 " ms", (us + 500) / 1000);
    else
        snprintf(out, 32, "%" PRId64 ".%" PRId64 " s", (us + 50000) / 1000000,
                 (us + 50000) % 1000000 / 100000);
    return out;
}

const char *findings_said(const struct findings *findings, enum outcome outcome)
{
    static const char *const words[FIRST_KINDS] = {
        [FIRST_CONNECT] = ", after the client's plain CONNECT",
        [FIRST_CLIENT_HELLO] = ", after the client's TLS ClientHello",
    };
    unsigned said = FIRST_KINDS;
    for (size_t i = 0; i < findings->count; i++) {
        const struct failure *failure = findings->item[i].failure;
        if (failure->outcome != outcome)
            continue;
        if (said != FIRST_KINDS && failure->said != said)
            return "";
        said = failure->said;
    }
    return said < FIRST_KINDS && words[said] ? words[said] : "";
}
