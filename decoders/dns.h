/* SPDX-License-Identifier: GPL-2.0-or-later */
/* dns: one DNS message (RFC 1035, EDNS RFC 6891) as facts. Names come out lower-cased (RFC 4343)
 * and escaped \DDD or \. (RFC 1035 5.1), so a name is one printable ASCII string from here on: it
 * is compared, hashed and printed as it is. Pure functions: no I/O, no clock, no allocation. */
#ifndef DECODERS_DNS_H
#define DECODERS_DNS_H

#include "addr.h"
#include "cursor.h"

#define DNS_NAME_TEXT 1025 /* 255 octets of wire form, each at most four characters, and NUL */

enum dns_type {
    DNS_A = 1,
    DNS_NS = 2,
    DNS_CNAME = 5,
    DNS_SOA = 6,
    DNS_PTR = 12,
    DNS_MX = 15,
    DNS_TXT = 16,
    DNS_AAAA = 28,
    DNS_SRV = 33,
    DNS_OPT = 41,
    DNS_HTTPS = 65
};

enum dns_rcode {
    DNS_NOERROR = 0,
    DNS_FORMERR = 1,
    DNS_SERVFAIL = 2,
    DNS_NXDOMAIN = 3,
    DNS_NOTIMP = 4,
    DNS_REFUSED = 5
};

struct dns_name {
    uint16_t length;          /* of text */
    char text[DNS_NAME_TEXT]; /* "debug.opendns.com", no final dot; "." is the root */
};

struct dns_message {
    uint16_t id;
    bool response;  /* QR */
    bool truncated; /* TC */
    uint8_t opcode;
    uint16_t rcode; /* with EDNS's upper bits where an OPT is there (12 bits) */
    uint16_t questions, answers, authorities, additionals; /* the header's counts */
    bool edns;
    struct dns_name name; /* of the first question; empty (length 0) where there is none */
    uint16_t type, class; /* of the first question */
    bool cut;             /* the capture does not hold all of it */
    /* Every record that the counts promise was there and well-formed, and nothing stood behind. The
     * data inside records is not looked into, nor are pointers of owner names followed. */
    bool complete;
    /* A header is there, but what follows contradicts it. Not where the message was only cut short,
     * by the snap length or by a server that set TC; nor for bytes behind the last record. */
    bool malformed;
    struct cursor whole;         /* the message, for compression pointers */
    const uint8_t *first_answer; /* inside whole; NULL where the question section is bad */
};

struct dns_record {
    struct dns_name owner;
    uint16_t type, class;
    uint32_t ttl;
    struct addr addr;       /* A, AAAA of class IN; else ADDR_NONE */
    struct dns_name target; /* CNAME, NS, PTR; else empty */
    struct cursor rdata;    /* all types; TXT: see dns_txt_next() */
};

/* Decodes one message. `payload` is what the capture holds, `length` what the datagram had (more
 * where the snap length cut). What is there of a damaged or cut message is set: a question that can
 * be read stays read. False where there is no DNS header (fewer than 12 bytes): nothing in
 * out is valid then. */
bool dns_decode(struct cursor payload, size_t length, struct dns_message *out);

/* Walks the answer section: start with *at = message->first_answer and *left = message->answers;
 * false at the end (*left is 0) or at the first record that is damaged or cut off (it is not). */
bool dns_next_answer(const struct dns_message *message, const uint8_t **at, uint16_t *left,
                     struct dns_record *out);

/* The next character-string of a TXT record's rdata (RFC 1035 3.3.14), raw bytes; false at the end,
 * and where a length runs past it. */
bool dns_txt_next(struct cursor *rdata, const uint8_t **text, uint8_t *length);

/* "TXT", "TYPE65280" (RFC 3597) for a type without a name; "SERVFAIL", "RCODE16". Written to out
 * where no constant exists. */
const char *dns_type_name(uint16_t type, char out[16]);
const char *dns_rcode_name(uint16_t rcode, char out[16]);

#endif
