/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DNSCrypt by its form, and pairs of query and answer by their nonce (domain fact 2.5). */
#include "dnscrypt.h"

#include <stdlib.h>
#include <string.h>

#include "hash.h"
#include "table.h"

#define NONCE        12
#define QUERY_NONCE  40 /* behind the client's magic (8) and public key (32) */
#define ANSWER_NONCE 8  /* behind the resolver's magic */
#define MAGIC        8
#define QUERY_BASE   68 /* magic, key, nonce and MAC; padded text follows in blocks */
#define BLOCK        64

struct entry {
    struct table_entry head;
    struct dnscrypt_pair pair;
    uint8_t nonce[NONCE];
};

struct dnscrypt {
    uint64_t key[2];
    nstime deadline;
    struct table table;
    uint64_t evicted;
};

static bool is_alphanumeric(uint8_t c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* QUIC's long headers begin with 11 (RFC 9000 17.2), so 'q' alone rules them out. A short header
 * that has seven alphanumerics behind a 'q', and this length, is one in a million. */
bool dnscrypt_is_query(const struct packet *packet)
{
    const uint32_t length = packet->payload_length;
    struct cursor c = packet->payload;
    const uint8_t *magic = cursor_bytes(&c, MAGIC);
    cursor_skip(&c, QUERY_NONCE + NONCE - MAGIC);
    if (packet->kind != PACKET_UDP || c.bad || length < QUERY_BASE + BLOCK ||
        (length - QUERY_BASE) % BLOCK != 0 || magic[0] != 'q')
        return false;
    for (size_t i = 1; i < MAGIC; i++) {
        if (!is_alphanumeric(magic[i]))
            return false;
    }
    return true;
}

bool dnscrypt_is_answer(const struct packet *packet)
{
    struct cursor c = packet->payload;
    const uint8_t *magic = cursor_bytes(&c, MAGIC);
    cursor_skip(&c, NONCE);
    return packet->kind == PACKET_UDP && !c.bad && memcmp(magic, "r6fnvWj8", MAGIC) == 0;
}

struct dnscrypt *dnscrypt_new(nstime deadline, uint32_t max, const uint64_t key[2])
{
    struct dnscrypt *d = calloc(1, sizeof *d);
    if (!d)
        return NULL;
    d->key[0] = key[0];
    d->key[1] = key[1];
    d->deadline = deadline;
    table_init(&d->table, sizeof(struct entry), max);
    return d;
}

void dnscrypt_free(struct dnscrypt *d)
{
    if (!d)
        return;
    table_free(&d->table);
    free(d);
}

/* What pairs a query with its answer. NULL where the snap length cut it off. */
static const uint8_t *nonce_at(const struct packet *packet, size_t offset)
{
    struct cursor c = packet->payload;
    cursor_skip(&c, offset);
    return cursor_bytes(&c, NONCE);
}

static uint64_t hash_pair(const struct dnscrypt *d, const struct flow *flow,
                          const uint8_t nonce[NONCE])
{
    uint64_t by_nonce[2] = {d->key[0], d->key[1]};
    by_nonce[0] ^= hash_bytes(d->key, nonce, NONCE);
    return hash_bytes(by_nonce, flow, sizeof *flow);
}

static struct entry *find(const struct dnscrypt *d, uint64_t hash, const struct flow *flow,
                          const uint8_t nonce[NONCE])
{
    struct entry *e = table_first(&d->table, hash);
    while (e &&
           (memcmp(e->nonce, nonce, NONCE) != 0 || memcmp(&e->pair.flow, flow, sizeof *flow) != 0))
        e = table_next(e);
    return e;
}

void dnscrypt_query(struct dnscrypt *d, nstime now, const struct packet *packet, unsigned *touched)
{
    const struct flow flow = {packet->src, packet->dst, packet->src_port, packet->dst_port};
    const uint8_t *nonce = nonce_at(packet, QUERY_NONCE);
    if (!nonce)
        return;
    *touched += 1;
    const uint64_t hash = hash_pair(d, &flow, nonce);
    if (find(d, hash, &flow, nonce)) /* a copy */
        return;
    if (table_full(&d->table)) {
        d->evicted++;
        table_remove(&d->table, table_oldest(&d->table));
    }
    struct entry *e = table_add(&d->table, hash);
    if (!e) { /* memory is out: nobody follows this one */
        d->evicted++;
        return;
    }
    memcpy(e->nonce, nonce, NONCE);
    e->pair = (struct dnscrypt_pair){
        .flow = flow,
        .serial = e->head.timer.order,
        .sent = packet->time,
        .query_frame = packet->ref,
    };
    table_wake(&d->table, e, now + d->deadline);
}

bool dnscrypt_answer(struct dnscrypt *d, nstime now, const struct packet *packet,
                     struct dnscrypt_pair *out, unsigned *touched)
{
    (void)now;
    const struct flow flow = {packet->dst, packet->src, packet->dst_port, packet->src_port};
    const uint8_t *nonce = nonce_at(packet, ANSWER_NONCE);
    struct entry *e = nonce ? find(d, hash_pair(d, &flow, nonce), &flow, nonce) : NULL;
    if (!e || packet->time - e->pair.sent > d->deadline)
        return false;
    *touched += 1;
    if (e->pair.answered) /* a copy; it was told */
        return false;
    e->pair.answered = true;
    e->pair.decided = packet->time;
    e->pair.answer_frame = packet->ref;
    e->pair.answer_ttl = packet->ttl;
    *out = e->pair;
    return true;
}

nstime dnscrypt_next(const struct dnscrypt *d)
{
    return table_next_due(&d->table);
}

bool dnscrypt_expire(struct dnscrypt *d, nstime now, struct dnscrypt_pair *out)
{
    struct entry *e;
    while ((e = table_due(&d->table, now)) != NULL) {
        const bool silent = !e->pair.answered;
        if (silent) {
            e->pair.decided = e->head.timer.due;
            *out = e->pair;
        }
        table_remove(&d->table, e);
        if (silent)
            return true;
    }
    return false;
}

void dnscrypt_close(struct dnscrypt *d)
{
    void *e;
    while ((e = table_oldest(&d->table)) != NULL)
        table_remove(&d->table, e);
}

uint64_t dnscrypt_evicted(const struct dnscrypt *d)
{
    return d->evicted;
}
