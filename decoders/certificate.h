/* SPDX-License-Identifier: GPL-2.0-or-later */
/* certificate: the DNSCrypt certificate in the answer to 2.dnscrypt-cert.opendns.com (domain fact
 * 2.4). It is signed by the provider, whose key is public: a signature that verifies proves the
 * answer genuine, wherever it was captured. Pure functions. */
#ifndef DECODERS_CERTIFICATE_H
#define DECODERS_CERTIFICATE_H

#include "dns.h"
#include "nstime.h"

#define CERTIFICATE_KEY 32 /* bytes of an Ed25519 public key */

enum certificate_state {
    CERTIFICATE_NONE,    /* none in the answer, or cut short */
    CERTIFICATE_UNKNOWN, /* nothing here can verify it: no key, or built without libsodium */
    CERTIFICATE_FORGED,  /* the signature is not the provider's, or of another key of his */
    CERTIFICATE_SIGNED   /* it is */
};

struct certificate {
    uint8_t state;     /* enum certificate_state: the best of several */
    nstime start, end; /* when it is valid; unless CERTIFICATE_NONE */
};

/* key: NULL where none is known. */
struct certificate certificate_read(const struct dns_message *answer, const uint8_t *key);

/* "B735:1140:…": 64 hexadecimal digits, colons anywhere between. False where it is none. */
bool certificate_parse_key(const char *text, uint8_t key[CERTIFICATE_KEY]);

#endif
