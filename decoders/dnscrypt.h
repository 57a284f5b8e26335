/* SPDX-License-Identifier: GPL-2.0-or-later */
/* dnscrypt: recognises DNSCrypt data on UDP 443 and pairs queries with answers by nonce (domain.md
 * 2.5). It proves that encrypted DNS flows; it decrypts nothing. DNSCrypt data is no exchange. */
#ifndef DECODERS_DNSCRYPT_H
#define DECODERS_DNSCRYPT_H

#include "outcome.h"

/* By form alone: 68 + 64k bytes, an OpenDNS client magic ('q' and seven more alphanumerics), not
 * QUIC. The caller has ruled out plain DNS. */
bool dnscrypt_is_query(const struct packet *packet);
/* By the fixed resolver magic "r6fnvWj8". */
bool dnscrypt_is_answer(const struct packet *packet);

struct dnscrypt_pair {
    struct flow flow;
    uint64_t serial;
    bool answered; /* false: the deadline passed */
    nstime sent, decided;
    struct frame_ref query_frame, answer_frame;
    uint8_t answer_ttl;
};

struct dnscrypt;

struct dnscrypt *dnscrypt_new(nstime deadline, uint32_t max, const uint64_t key[2]);
void dnscrypt_free(struct dnscrypt *d);

void dnscrypt_query(struct dnscrypt *d, nstime now, const struct packet *packet, unsigned *touched);
/* True where the answer's nonce met a query. */
bool dnscrypt_answer(struct dnscrypt *d, nstime now, const struct packet *packet,
                     struct dnscrypt_pair *out, unsigned *touched);

nstime dnscrypt_next(const struct dnscrypt *d);
bool dnscrypt_expire(struct dnscrypt *d, nstime now, struct dnscrypt_pair *out);
void dnscrypt_close(struct dnscrypt *d); /* forgets all: nothing is known of what was open */
uint64_t dnscrypt_evicted(const struct dnscrypt *d);

#endif
