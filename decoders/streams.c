/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which stream a segment belongs to, where in it, and where its messages begin. */
#include "streams.h"

#include <stdlib.h>
#include <string.h>

#include "hash.h"
#include "table.h"

#define PREFIX 2u     /* the length of a message (RFC 1035 4.2.2) */
#define HEADER 12u    /* of a message */
#define KEPT   16384u /* of a message that comes in several segments */
#define LOST   4      /* streams that one call can lose: the one that made way, and its own */

/* One direction. Offsets run from the first byte behind the SYN. */
struct half {
    bool based;
    uint32_t base;    /* sequence number of offset 0 */
    uint32_t ordered; /* so many bytes came in order */
    uint32_t acked;   /* the other side has those below */
    uint32_t skip;    /* rest of a message that is too long to be kept */
    bool begun;       /* a message was found good */
    uint8_t *held;    /* beginning of a message, its length first; NULL: none */
    uint32_t have, room;
};

struct stream {
    struct table_entry head;
    struct flow flow;
    uint32_t number; /* the reassembler's; REASSEMBLER_NONE: it leads nowhere */
    bool joined;     /* in its middle: the first bytes may be no message's */
    bool doubtful, closing, behind;
    nstime forget, behind_until;
    struct half half[2]; /* what the client says, what the server says */
};

struct streams {
    struct stream_limits limits;
    uint64_t key[2];
    struct reassembler *reassembler;
    struct table table;
    uint64_t evicted;
    struct stream_loss lost[LOST];
    unsigned losts;
    struct stream *now; /* of the last segment; NULL: it gives no more */
    struct half *reading;
    struct cursor fresh;
    bool yielded; /* reading->held was given out */
};

struct streams *streams_new(const struct stream_limits *limits, const uint64_t key[2],
                            struct reassembler *reassembler)
{
    struct streams *s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    s->limits = *limits;
    if (s->limits.max > REASSEMBLER_STREAMS)
        s->limits.max = REASSEMBLER_STREAMS;
    s->key[0] = key[0];
    s->key[1] = key[1];
    s->reassembler = reassembler;
    table_init(&s->table, sizeof(struct stream), s->limits.max);
    return s;
}

/* --- Ends ------------------------------------------------------------------------------------- */

static void drop_held(struct half *h)
{
    free(h->held);
    h->held = NULL;
    h->have = h->room = 0;
}

/* It stays in the table, so that its next segment does not begin it anew. */
static void stop(struct streams *s, struct stream *st)
{
    if (st->number != REASSEMBLER_NONE)
        reassembler_close(s->reassembler, st->number);
    st->number = REASSEMBLER_NONE;
    st->behind = false;
    drop_held(&st->half[0]);
    drop_held(&st->half[1]);
    if (s->now == st)
        s->now = NULL;
}

static void lose(struct streams *s, struct stream *st, bool received)
{
    if (st->number != REASSEMBLER_NONE && s->losts < LOST)
        s->lost[s->losts++] = (struct stream_loss){st->flow, received};
    stop(s, st);
}

static void forget(struct streams *s, struct stream *st)
{
    stop(s, st);
    table_remove(&s->table, st);
}

void streams_free(struct streams *s)
{
    if (!s)
        return;
    struct stream *st;
    while ((st = table_oldest(&s->table)) != NULL)
        forget(s, st);
    table_free(&s->table);
    free(s);
}

bool streams_lost(struct streams *s, struct stream_loss *out)
{
    if (s->losts == 0)
        return false;
    *out = s->lost[--s->losts];
    return true;
}

/* --- Finding ---------------------------------------------------------------------------------- */

static struct stream *find(const struct streams *s, const struct flow *flow, uint64_t hash)
{
    struct stream *st = table_first(&s->table, hash);
    while (st && memcmp(&st->flow, flow, sizeof *flow) != 0)
        st = table_next(st);
    return st;
}

static struct stream *begin(struct streams *s, const struct stream_hint *hint, uint64_t hash)
{
    if (table_full(&s->table)) {
        struct stream *oldest = table_oldest(&s->table);
        s->evicted++;
        lose(s, oldest, false);
        table_remove(&s->table, oldest);
    }
    const uint32_t number = reassembler_stream(s->reassembler);
    struct stream *st = number == REASSEMBLER_NONE ? NULL : table_add(&s->table, hash);
    if (!st) {
        if (number != REASSEMBLER_NONE)
            reassembler_close(s->reassembler, number);
        return NULL;
    }
    st->flow = hint->flow;
    st->number = number;
    st->doubtful = hint->doubtful;
    st->joined = !hint->isn.known[!hint->from_client];
    return st;
}

/* The same ports with other numbers: another connection. */
static bool is_another(const struct stream *st, const struct stream_hint *hint)
{
    for (int i = 0; i < 2; i++) {
        if (hint->isn.known[i] && st->half[i].based && st->half[i].base != hint->isn.number[i] + 1)
            return true;
    }
    return false;
}

static void set_base(struct half *h, bool known, uint32_t base)
{
    if (h->based || !known)
        return;
    h->based = true;
    h->base = base;
}

/* A segment tells its own place, and by its acknowledgement the other side's. */
static void set_bases(struct stream *st, const struct stream_hint *hint, const struct packet *p)
{
    const uint32_t seq = p->tcp.seq + ((p->tcp.flags & TCP_SYN) ? 1 : 0);
    const int own = !hint->from_client;
    for (int i = 0; i < 2; i++)
        set_base(&st->half[i], hint->isn.known[i], hint->isn.number[i] + 1);
    set_base(&st->half[own], true, seq);
    set_base(&st->half[!own], (p->tcp.flags & TCP_ACK) != 0, p->tcp.ack);
}

/* --- Segments --------------------------------------------------------------------------------- */

static void wake(struct streams *s, struct stream *st)
{
    nstime due = st->forget;
    if (st->behind && st->behind_until < due)
        due = st->behind_until;
    table_wake(&s->table, st, due);
}

/* The receiver has more than the capture shows, not counting a FIN. */
static bool is_behind(const struct stream *st)
{
    for (int i = 0; i < 2; i++) {
        const struct half *h = &st->half[i];
        if (h->based && h->acked > h->ordered + 1)
            return true;
    }
    return false;
}

static void note_ack(struct half *h, const struct packet *p)
{
    const uint32_t acked = p->tcp.ack - h->base;
    if ((p->tcp.flags & TCP_ACK) && h->based && acked > h->acked && acked < STREAM_LONGEST)
        h->acked = acked;
}

static void feed(struct streams *s, struct stream *st, bool from_client, const struct packet *p)
{
    struct half *h = &st->half[!from_client];
    struct cursor bytes = p->payload;
    uint32_t offset = p->tcp.seq + ((p->tcp.flags & TCP_SYN) ? 1 : 0) - h->base;
    if (cursor_left(&bytes) < p->payload_length) {
        lose(s, st, !from_client); /* the snap length cut it */
        return;
    }
    if (offset > UINT32_MAX - 65536u) { /* repeated from before the stream was joined */
        const uint32_t before = -offset;
        if (before >= cursor_left(&bytes))
            return;
        cursor_skip(&bytes, before);
        offset = 0;
    }
    if (!reassembler_segment(s->reassembler, st->number, from_client, offset, bytes, &s->fresh)) {
        lose(s, st, false);
        return;
    }
    h->ordered += (uint32_t)cursor_left(&s->fresh);
    s->now = st;
    s->reading = h;
}

static void drop_yielded(struct streams *s)
{
    if (s->yielded && s->now)
        drop_held(s->reading);
    s->yielded = false;
}

void streams_segment(struct streams *s, nstime now, const struct stream_hint *hint,
                     const struct packet *packet)
{
    drop_yielded(s);
    s->now = NULL;
    if (!s->reassembler)
        return;
    const uint64_t hash = hash_bytes(s->key, &hint->flow, sizeof hint->flow);
    struct stream *st = find(s, &hint->flow, hash);
    if (st && (is_another(st, hint) || (packet->tcp.flags & TCP_RST))) {
        forget(s, st);
        st = NULL;
    }
    if (packet->tcp.flags & TCP_RST)
        return;
    if (!st && (packet->payload_length == 0 || (st = begin(s, hint, hash)) == NULL))
        return;
    table_touch(&s->table, st);
    st->closing = st->closing || (packet->tcp.flags & TCP_FIN);
    st->forget = now + (st->closing ? s->limits.closed : s->limits.idle);
    if (st->number != REASSEMBLER_NONE) {
        set_bases(st, hint, packet);
        note_ack(&st->half[hint->from_client], packet);
        if (packet->payload_length > 0)
            feed(s, st, hint->from_client, packet);
        if (st->number != REASSEMBLER_NONE && is_behind(st) != st->behind) {
            st->behind = !st->behind;
            st->behind_until = now + s->limits.skew;
        }
    }
    wake(s, st);
}

/* --- Messages --------------------------------------------------------------------------------- */

/* What stands where a message should, in a stream that may hold anything: a query or an answer with
 * one question. */
static bool looks_good(const uint8_t *at, bool from_client, uint32_t length)
{
    const bool response = (at[2] & 0x80) != 0, standard = (at[2] & 0x78) == 0;
    const unsigned questions = (unsigned)(at[4] << 8 | at[5]);
    return length > HEADER && response != from_client && standard && questions == 1;
}

/* False where the stream holds something else. */
static bool accept(struct stream *st, struct half *h, const uint8_t *at, uint32_t length)
{
    if (!st->doubtful && (h->begun || !st->joined))
        return true;
    h->begun = length >= HEADER && looks_good(at, h == &st->half[0], length);
    return h->begun;
}

static bool grow(struct half *h, uint32_t room)
{
    uint8_t *held = room > h->room ? realloc(h->held, room) : h->held;
    if (!held)
        return false;
    h->held = held;
    h->room = room > h->room ? room : h->room;
    return true;
}

/* Takes up to what makes `have` so much; true when it is. */
static bool fill(struct half *h, struct cursor *fresh, uint32_t have)
{
    if (h->have >= have)
        return true;
    uint32_t missing = have - h->have;
    if (missing > cursor_left(fresh))
        missing = (uint32_t)cursor_left(fresh);
    if (missing == 0 || !grow(h, have))
        return false;
    memcpy(h->held + h->have, cursor_bytes(fresh, missing), missing);
    h->have += missing;
    return h->have == have;
}

static uint32_t length_at(const uint8_t *at)
{
    return (uint32_t)at[0] << 8 | at[1];
}

static void skip_rest(struct half *h, struct cursor *fresh)
{
    uint32_t n = h->skip < cursor_left(fresh) ? h->skip : (uint32_t)cursor_left(fresh);
    cursor_skip(fresh, n);
    h->skip -= n;
}

/* The next message's bytes, its length before them, are in h->held when it is true. */
static bool complete(struct streams *s, struct stream *st, struct half *h)
{
    skip_rest(h, &s->fresh);
    if (!fill(h, &s->fresh, PREFIX))
        return false;
    const uint32_t length = length_at(h->held);
    if (!fill(h, &s->fresh, PREFIX + (length < HEADER ? length : HEADER)))
        return false;
    if (!accept(st, h, h->held + PREFIX, length)) {
        stop(s, st);
        return false;
    }
    return fill(h, &s->fresh, PREFIX + (length < KEPT ? length : KEPT));
}

bool streams_message(struct streams *s, struct stream_message *out)
{
    drop_yielded(s);
    while (s->now && cursor_left(&s->fresh) > 0) {
        struct stream *st = s->now;
        struct half *h = s->reading;
        if (!complete(s, st, h)) {
            if (s->now && cursor_left(&s->fresh) > 0)
                lose(s, st, false); /* memory is out */
            continue;
        }
        const uint32_t length = length_at(h->held), kept = h->have - PREFIX;
        h->skip = length - kept;
        s->yielded = length >= HEADER;
        if (!s->yielded) { /* no message of DNS's */
            drop_held(h);
            continue;
        }
        *out = (struct stream_message){cursor_make(h->held + PREFIX, kept), length};
        return true;
    }
    return false;
}

/* --- Time ------------------------------------------------------------------------------------- */

nstime streams_next(const struct streams *s)
{
    return table_next_due(&s->table);
}

void streams_expire(struct streams *s, nstime now)
{
    struct stream *st;
    drop_yielded(s);
    s->now = NULL;
    while (s->losts < LOST && (st = table_due(&s->table, now)) != NULL) {
        if (st->forget < now) {
            forget(s, st);
        } else {
            lose(s, st, st->half[1].acked > st->half[1].ordered + 1);
            wake(s, st);
        }
    }
}

uint64_t streams_evicted(const struct streams *s)
{
    return s->evicted;
}
