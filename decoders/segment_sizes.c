/* SPDX-License-Identifier: GPL-2.0-or-later */
/* segment_sizes: see segment_sizes.h. Sequence numbers wrap (RFC 9293 3.4). */
#include "segment_sizes.h"

static void send(struct segment_span *span, uint32_t seq, uint32_t length)
{
    *span = (struct segment_span){.seq = seq, .length = length, .resent = length};
}

void segment_sent(struct segment_sizes *sizes, uint32_t seq, uint32_t length)
{
    if (length == 0)
        return;
    if (sizes->first.length == 0)
        send(&sizes->first, seq, length);
    else if (seq == sizes->first.seq)
        sizes->first.resent = length;
    if (length > sizes->longest.length)
        send(&sizes->longest, seq, length);
    else if (seq == sizes->longest.seq)
        sizes->longest.resent = length;
}

static void acked(struct segment_sizes *sizes, const struct segment_span *span, uint32_t ack)
{
    const int32_t got = (int32_t)(ack - span->seq);
    if (span->length == 0 || got <= 0)
        return;
    const uint32_t passed = (uint32_t)got < span->resent ? (uint32_t)got : span->resent;
    if (passed > sizes->passed)
        sizes->passed = passed;
}

void segment_acked(struct segment_sizes *sizes, uint32_t ack)
{
    acked(sizes, &sizes->first, ack);
    acked(sizes, &sizes->longest, ack);
}

static bool covers(const struct segment_span *span, uint32_t seq)
{
    return seq - span->seq < span->length;
}

bool segment_quoted(const struct segment_sizes *sizes, uint32_t seq)
{
    return covers(&sizes->first, seq) || covers(&sizes->longest, seq);
}
