/* SPDX-License-Identifier: GPL-2.0-or-later */
/* talk: see talk.h. */
#include "talk.h"

#include <inttypes.h>
#include <stdlib.h>

struct talk {
    struct sink sink; /* first: the engine knows no more */
    FILE *out;
    unsigned verbose;
};

static void talk_alert(struct sink *sink, const struct notice *notice)
{
    const struct talk *talk = (const struct talk *)sink;
    char time[NSTIME_TEXT], who[NOTICE_WHO];
    if (talk->verbose < 2)
        return;
    const char *resolution = notice_resolution_name(notice->resolution);
    fprintf(talk->out, "roamwatch: %s alert %" PRIu64 " %s %s for %s: %s\n",
            nstime_iso(notice->time, time), notice->id, notice_code_name(notice->code),
            resolution ? resolution : "fires", notice_who(notice, who), notice->message);
}

static void talk_finish(struct sink *sink, const struct summary *summary)
{
    const struct talk *talk = (const struct talk *)sink;
    const struct stats *s = summary->stats;
    fprintf(talk->out,
            "roamwatch: frames: %" PRIu64 " read, %" PRIu64 " watched, %" PRIu64
            " truncated, %" PRIu64 " malformed, %" PRIu64 " not supported, %" PRIu64
            " with a wrong checksum\n",
            s->capture.packets, s->capture.watched, s->capture.truncated, s->capture.malformed,
            s->capture.unsupported, summary->bad_checksums);
    fprintf(talk->out,
            "roamwatch: DNS: %" PRIu64 " queries: %" PRIu64 " answered, %" PRIu64 " late, %" PRIu64
            " error, %" PRIu64 " foreign, %" PRIu64 " rejected, %" PRIu64 " reset, %" PRIu64
            " unanswered, %" PRIu64 " undetermined; %" PRIu64 " copies; %" PRIu64
            " responses, %" PRIu64 " unsolicited\n",
            s->dns.queries, s->dns.answered, s->dns.late, s->dns.error, s->dns.foreign,
            s->dns.rejected, s->dns.reset, s->dns.unanswered, s->dns.undetermined, s->dns.copies,
            s->dns.responses, s->dns.unsolicited);
    fprintf(talk->out,
            "roamwatch: TCP: %" PRIu64 " SYNs, %" PRIu64 " attempts: %" PRIu64 " opened, %" PRIu64
            " reset, %" PRIu64 " rejected, %" PRIu64 " aborted, %" PRIu64 " unanswered, %" PRIu64
            " killed, %" PRIu64 " stalled, %" PRIu64 " undetermined\n",
            s->tcp.syns, s->tcp.attempts, s->tcp.opened, s->tcp.reset, s->tcp.rejected,
            s->tcp.aborted, s->tcp.unanswered, s->tcp.killed, s->tcp.stalled, s->tcp.undetermined);
    fprintf(talk->out,
            "roamwatch: SWG lookups: %" PRIu64 ", %" PRIu64 " answered, %" PRIu64
            " failed; tables: %" PRIu64 " exchanges, %" PRIu64 " attempts, %" PRIu64
            " clients, %" PRIu64 " evicted\n",
            s->lookups.queries, s->lookups.answered, s->lookups.failed, s->tables.exchanges,
            s->tables.attempts, s->tables.clients, s->tables.evicted);
}

static void talk_free(struct sink *sink)
{
    free(sink);
}

static const struct sink_ops talk_ops = {
    .alert = talk_alert, .finish = talk_finish, .free = talk_free};

struct sink *talk_new(FILE *out, unsigned verbose)
{
    struct talk *talk = calloc(1, sizeof *talk);
    if (!talk)
        return NULL;
    talk->sink.ops = &talk_ops;
    talk->out = out;
    talk->verbose = verbose;
    return &talk->sink;
}
