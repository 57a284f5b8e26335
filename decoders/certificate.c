/* SPDX-License-Identifier: GPL-2.0-or-later */
/* certificate: see certificate.h. The form is the DNSCrypt protocol's, version 2, "certificates".
 */
#include "certificate.h"

#include <string.h>

#ifdef HAVE_SODIUM
#include <sodium.h>
#endif

#define MAGIC     "DNSC"
#define LEAST     124 /* without extensions */
#define SIGNATURE 8   /* where it begins: 64 bytes, over all that follows it */
#define SIGNED    72  /* … which begins here: resolver key, client magic, serial, dates */
#define DATES     116

/* So many are tried in one answer, which bounds what a packet can cost; servers send two. */
#define MOST 4

static enum certificate_state check(const uint8_t *bytes, size_t length, const uint8_t *key)
{
#ifdef HAVE_SODIUM
    if (key)
        return crypto_sign_verify_detached(bytes + SIGNATURE, bytes + SIGNED, length - SIGNED,
                                           key) == 0
                   ? CERTIFICATE_SIGNED
                   : CERTIFICATE_FORGED;
#else
    (void)bytes;
    (void)length;
    (void)key;
#endif
    return CERTIFICATE_UNKNOWN;
}

static void read_text(const uint8_t *text, uint8_t length, const uint8_t *key,
                      struct certificate *best)
{
    struct cursor dates = cursor_make(text, length);
    if (length < LEAST || memcmp(text, MAGIC, sizeof MAGIC - 1) != 0)
        return;
    enum certificate_state state = check(text, length, key);
    if (state <= best->state)
        return;
    cursor_skip(&dates, DATES);
    best->state = (uint8_t)state;
    best->start = (nstime)cursor_be32(&dates) * NS_PER_SEC;
    best->end = (nstime)cursor_be32(&dates) * NS_PER_SEC;
}

struct certificate certificate_read(const struct dns_message *answer, const uint8_t *key)
{
    struct certificate best = {.state = CERTIFICATE_NONE};
    const uint8_t *at = answer->first_answer;
    uint16_t left = answer->answers;
    struct dns_record record;
    for (int i = 0; i < MOST && dns_next_answer(answer, &at, &left, &record); i++) {
        const uint8_t *text;
        uint8_t length;
        if (record.type == DNS_TXT && dns_txt_next(&record.rdata, &text, &length))
            read_text(text, length, key, &best);
    }
    return best;
}

static int digit(char c)
{
    static const char digits[] = "0123456789abcdef";
    const char *found = c ? strchr(digits, c >= 'A' && c <= 'F' ? c - 'A' + 'a' : c) : NULL;
    return found ? (int)(found - digits) : -1;
}

bool certificate_parse_key(const char *text, uint8_t key[CERTIFICATE_KEY])
{
    size_t digits = 0;
    for (; *text; text++) {
        if (*text == ':')
            continue;
        int value = digit(*text);
        if (value < 0 || digits == 2 * (size_t)CERTIFICATE_KEY)
            return false;
        uint8_t *byte = &key[digits++ / 2];
        *byte = (uint8_t)(*byte << 4 | value);
    }
    return digits == 2 * (size_t)CERTIFICATE_KEY;
}
