/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What belongs together, how long it is waited for, and what becomes of it otherwise. */
#include "fragments.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "hash.h"
#include "table.h"

/* Of a first fragment's payload: a DNS question and more. */
#define BEGINNING 512

/* RFC 791 3.2; RFC 8200 4.5 leaves the protocol out. */
struct fragment_key {
    struct addr src, dst;
    uint8_t protocol, unused;
    uint32_t id;
};
static_assert(sizeof(struct fragment_key) == 2 * sizeof(struct addr) + 6,
              "it is hashed as it lies");

struct piece {
    uint16_t offset;
    uint16_t length; /* of what the capture holds */
    bool more, twice;
    uint64_t content;
};

enum stage {
    WAITING, /* for further fragments */
    SPOILT,  /* it will never be whole; swallows what still comes of it */
    ECHOING  /* whole and told; swallows the copies of its last fragments */
};

struct datagram {
    struct table_entry head;
    struct fragment_key key;
    uint32_t number; /* the reassembler's; REASSEMBLER_NONE: no longer */
    uint32_t length; /* as the last fragment tells; 0: it has not come */
    uint8_t stage;
    bool has_first; /* `first` is set */
    bool held;      /* it is to be told by itself yet */
    bool told;      /* it was */
    uint8_t pieces;
    unsigned lost; /* fragments besides those in piece[] */
    nstime ends;
    struct piece piece[DATAGRAM_PIECES];
    struct packet first;
    uint8_t beginning[BEGINNING];
};

struct fragments {
    struct fragment_limits limits;
    uint64_t key[2];
    struct reassembler *reassembler;
    struct table table;
    uint64_t lost, evicted;
};

struct fragments *fragments_new(const struct fragment_limits *limits, const uint64_t key[2],
                                struct reassembler *reassembler)
{
    struct fragments *f = calloc(1, sizeof *f);
    if (!f)
        return NULL;
    f->limits = *limits;
    if (f->limits.max > REASSEMBLER_DATAGRAMS)
        f->limits.max = REASSEMBLER_DATAGRAMS;
    f->key[0] = key[0];
    f->key[1] = key[1];
    f->reassembler = reassembler;
    table_init(&f->table, sizeof(struct datagram), f->limits.max);
    return f;
}

/* --- Giving up -------------------------------------------------------------------------------- */

static void give_number_back(struct fragments *f, struct datagram *d)
{
    if (d->number != REASSEMBLER_NONE)
        reassembler_drop(f->reassembler, d->number);
    d->number = REASSEMBLER_NONE;
}

static bool to_be_told(const struct datagram *d)
{
    return d->held && d->stage == WAITING;
}

/* A first fragment that was told by itself, or will be, is not lost. */
static void count_lost(struct fragments *f, const struct datagram *d)
{
    if (d->stage != ECHOING)
        f->lost += d->lost + d->pieces - (d->told || to_be_told(d) ? 1u : 0u);
}

/* Out of the table; what is to be told stays readable until the next call. */
static void retire(struct fragments *f, struct datagram *d)
{
    give_number_back(f, d);
    count_lost(f, d);
    table_retire(&f->table, d);
}

/* Whatever comes of it from now on leads nowhere. */
static void spoil(struct fragments *f, struct datagram *d)
{
    give_number_back(f, d);
    d->stage = SPOILT;
}

static void recycle_told(struct fragments *f)
{
    struct datagram *d;
    while ((d = table_retired(&f->table)) != NULL && !to_be_told(d))
        table_recycle(&f->table, d);
}

static void tell(struct datagram *d, struct packet *first)
{
    *first = d->first;
    first->payload.end = first->payload.at = d->beginning;
    first->payload.end += cursor_left(&d->first.payload);
    d->held = false;
    d->told = true;
}

void fragments_free(struct fragments *f)
{
    if (!f)
        return;
    struct datagram *d;
    while ((d = table_oldest(&f->table)) != NULL) {
        give_number_back(f, d);
        table_remove(&f->table, d);
    }
    table_free(&f->table);
    free(f);
}

/* --- Taking ----------------------------------------------------------------------------------- */

static struct fragment_key key_of(const struct packet *p)
{
    return (struct fragment_key){.src = p->src,
                                 .dst = p->dst,
                                 .protocol = p->src.family == ADDR_IPV4 ? p->piece.protocol : 0,
                                 .id = p->piece.id};
}

static struct datagram *find(const struct fragments *f, const struct fragment_key *key,
                             uint64_t hash)
{
    struct datagram *d = table_first(&f->table, hash);
    while (d && memcmp(&d->key, key, sizeof *key) != 0)
        d = table_next(d);
    return d;
}

static struct datagram *begin(struct fragments *f, nstime now, const struct fragment_key *key,
                              uint64_t hash)
{
    if (table_full(&f->table)) {
        f->evicted++;
        retire(f, table_oldest(&f->table));
    }
    const uint32_t number = reassembler_datagram(f->reassembler);
    struct datagram *d = number == REASSEMBLER_NONE ? NULL : table_add(&f->table, hash);
    if (!d) {
        if (number != REASSEMBLER_NONE)
            reassembler_drop(f->reassembler, number);
        return NULL;
    }
    d->key = *key;
    d->number = number;
    d->ends = now + f->limits.wait;
    table_wake(&f->table, d, d->ends);
    return d;
}

/* All of it, as a sender may make it and the capture holds it. */
static bool can_be_kept(const struct packet *p)
{
    const uint32_t length = p->piece.length;
    return length > 0 && cursor_left(&p->piece.payload) == length && length <= DATAGRAM_LONGEST &&
           p->piece.offset <= DATAGRAM_LONGEST - length && (!p->piece.more || length % 8 == 0);
}

static struct piece piece_of(const struct fragments *f, const struct packet *p)
{
    const size_t length = cursor_left(&p->piece.payload);
    return (struct piece){.offset = p->piece.offset,
                          .length = (uint16_t)length,
                          .more = p->piece.more,
                          .content = hash_bytes(f->key, p->piece.payload.at, length)};
}

static struct piece *find_twin(struct datagram *d, const struct piece *piece)
{
    for (unsigned i = 0; i < d->pieces; i++) {
        if (d->piece[i].offset == piece->offset && d->piece[i].length == piece->length &&
            d->piece[i].more == piece->more && d->piece[i].content == piece->content)
            return &d->piece[i];
    }
    return NULL;
}

static void keep_first(struct fragments *f, nstime now, struct datagram *d, const struct packet *p,
                       bool decoded)
{
    d->first = *p;
    d->has_first = true;
    d->held = decoded;
    d->first.header = d->first.segment = (struct cursor){0}; /* the frame goes */
    cursor_trim(&d->first.payload, BEGINNING);
    if (cursor_left(&d->first.payload) > 0)
        memcpy(d->beginning, d->first.payload.at, cursor_left(&d->first.payload));
    if (decoded)
        table_wake(&f->table, d, now + f->limits.release);
}

/* Copies of some of its fragments came between them: those of the others will follow. */
static bool expects_copies(const struct datagram *d)
{
    bool some = false, all = true;
    for (unsigned i = 0; i < d->pieces; i++) {
        some = some || d->piece[i].twice;
        all = all && d->piece[i].twice;
    }
    return some && !all;
}

static enum fragment_fate complete(struct fragments *f, struct datagram *d, const struct packet *p,
                                   struct packet *first, struct cursor *bytes)
{
    const bool told = d->told;
    cursor_trim(bytes, d->length);
    *first = d->first;
    first->ref = p->ref;
    first->time = p->time;
    give_number_back(f, d);
    d->held = false;
    d->stage = ECHOING;
    if (!expects_copies(d))
        table_remove(&f->table, d);
    return told ? FRAGMENT_KEPT : FRAGMENT_WHOLE;
}

static enum fragment_fate take(struct fragments *f, struct datagram *d, const struct packet *p,
                               struct packet *first, struct cursor *bytes)
{
    const uint32_t end = p->piece.offset + p->piece.length;
    if (d->length != 0 && (end > d->length || !p->piece.more)) {
        spoil(f, d); /* it ends twice, or goes on behind its end */
        return FRAGMENT_KEPT;
    }
    if (!p->piece.more)
        d->length = end;
    switch (reassembler_piece(f->reassembler, d->number, p->piece.offset, p->piece.more,
                              p->piece.payload, bytes)) {
    case PIECE_WHOLE:
        return complete(f, d, p, first, bytes);
    case PIECE_BAD:
        spoil(f, d);
        break;
    case PIECE_TAKEN:
        break;
    }
    return FRAGMENT_KEPT;
}

enum fragment_fate fragments_take(struct fragments *f, nstime now, const struct packet *p,
                                  bool decoded, struct packet *first, struct cursor *bytes)
{
    recycle_told(f);
    if (!f->reassembler || !can_be_kept(p))
        return FRAGMENT_ALONE;
    const struct fragment_key key = key_of(p);
    const uint64_t hash = hash_bytes(f->key, &key, sizeof key);
    struct datagram *d = find(f, &key, hash);
    const struct piece piece = piece_of(f, p);
    struct piece *twin = d ? find_twin(d, &piece) : NULL;
    if (twin) {
        twin->twice = true;
        if (d->stage == ECHOING && !expects_copies(d))
            table_remove(&f->table, d);
        return FRAGMENT_KEPT;
    }
    if (d && d->stage == ECHOING) { /* the id is used again */
        table_remove(&f->table, d);
        d = NULL;
    }
    if (!d && (d = begin(f, now, &key, hash)) == NULL)
        return FRAGMENT_ALONE;
    if (d->pieces == DATAGRAM_PIECES)
        spoil(f, d);
    if (d->stage == SPOILT) {
        d->lost++;
        return FRAGMENT_KEPT;
    }
    d->piece[d->pieces++] = piece;
    if (p->piece.offset == 0)
        keep_first(f, now, d, p, decoded);
    return take(f, d, p, first, bytes);
}

/* --- Time ------------------------------------------------------------------------------------- */

nstime fragments_next(const struct fragments *f)
{
    return table_next_due(&f->table);
}

bool fragments_release(struct fragments *f, nstime now, struct packet *first)
{
    struct datagram *d;
    recycle_told(f);
    if ((d = table_retired(&f->table)) != NULL) {
        tell(d, first);
        return true;
    }
    while ((d = table_due(&f->table, now)) != NULL) {
        const bool telling = to_be_told(d);
        if (telling)
            tell(d, first);
        if (d->ends < now)
            retire(f, d);
        else
            table_wake(&f->table, d, d->ends);
        if (telling)
            return true;
    }
    return false;
}

uint64_t fragments_lost(struct fragments *f)
{
    const uint64_t lost = f->lost;
    f->lost = 0;
    return lost;
}

uint64_t fragments_evicted(const struct fragments *f)
{
    return f->evicted;
}
