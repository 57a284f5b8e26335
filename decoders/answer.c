/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Facts of one DNS answer. */
#include "answer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hash.h"
#include "module.h"

/* What lies behind so many records no longer counts when two answers are compared: it bounds the
 * work that one packet can cause. */
#define CONTENT_RECORDS 128

/* Text that never outgrows its buffer. A long TXT is cut, anything else is left out as a whole. */
struct writer {
    size_t length;
    char text[ANSWER_TEXT];
};

/* Two bytes stay free: the NUL of this text, and the empty text that ends the list. */
static bool put(struct writer *w, const char *bytes, size_t length)
{
    if (w->length + length > sizeof w->text - 2)
        return false;
    memcpy(w->text + w->length, bytes, length);
    w->length += length;
    return true;
}

/* Printable ASCII; anything else, and the backslash, as RFC 1035 5.1 escapes it. */
static void put_escaped(struct writer *w, const uint8_t *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        char text[5];
        int n = 1;
        if (bytes[i] == '\\')
            n = snprintf(text, sizeof text, "\\\\");
        else if (bytes[i] < ' ' || bytes[i] > '~')
            n = snprintf(text, sizeof text, "\\%03u", bytes[i]);
        else
            text[0] = (char)bytes[i];
        if (!put(w, text, (size_t)n))
            return;
    }
}

/* Of a genuine answer to an own name only the server's name is public (contract, Identities). */
static bool is_public(const uint8_t *text, uint8_t length)
{
    static const char server[] = "server ";
    return length >= sizeof server - 1 && memcmp(text, server, sizeof server - 1) == 0;
}

static bool put_txt(struct writer *w, struct cursor rdata, bool only_public)
{
    bool any = false;
    const uint8_t *text;
    uint8_t length;
    while (dns_txt_next(&rdata, &text, &length)) {
        if (only_public && !is_public(text, length))
            continue;
        if (!put(w, any ? " " : "TXT ", any ? 1 : 4))
            break;
        put_escaped(w, text, length);
        any = true;
    }
    return any;
}

/* One record's text without its NUL. False where there is nothing to tell. */
static bool put_record(struct writer *w, const struct dns_record *record, bool only_public)
{
    char name[16], addr[ADDR_TEXT];
    const char *type = dns_type_name(record->type, name);
    if (record->type == DNS_TXT)
        return put_txt(w, record->rdata, only_public);
    if (only_public || !put(w, type, strlen(type)))
        return false;
    if (record->type == DNS_CNAME)
        return put(w, " ", 1) && put(w, record->target.text, record->target.length);
    if (record->addr.family == ADDR_NONE)
        return true;
    addr_format(&record->addr, addr);
    return put(w, " ", 1) && put(w, addr, strlen(addr));
}

/* Appends one record as a text of its own, or nothing where it does not fit. */
static void put_text(struct writer *w, const struct dns_record *record, bool only_public)
{
    size_t start = w->length;
    if (put_record(w, record, only_public))
        w->text[w->length++] = '\0';
    else
        w->length = start;
}

static char *keep(const struct writer *w)
{
    if (w->length == 0)
        return NULL;
    char *texts = malloc(w->length + 1);
    if (texts) {
        memcpy(texts, w->text, w->length);
        texts[w->length] = '\0';
    }
    return texts;
}

/* Names are compared as text: where a sender compressed them they differ in bytes. */
static uint64_t record_content(const struct dns_record *record, const uint64_t key[2])
{
    const uint64_t by_type[2] = {key[0] ^ record->type, key[1]};
    if (record->target.length > 0)
        return hash_bytes(by_type, record->target.text, record->target.length);
    return hash_bytes(by_type, record->rdata.at, cursor_left(&record->rdata));
}

static void read_records(struct answer *out, const struct dns_message *message, bool only_public,
                         const uint64_t key[2])
{
    const uint8_t *at = message->first_answer;
    uint16_t left = message->answers;
    struct dns_record record;
    struct writer w = {.length = 0};
    for (unsigned i = 0; i < CONTENT_RECORDS && dns_next_answer(message, &at, &left, &record);
         i++) {
        out->content += record_content(&record, key); /* a sum: order does not matter */
        if (i < ANSWER_RECORDS)
            put_text(&w, &record, only_public);
    }
    out->texts = keep(&w);
}

static bool is_error(uint16_t rcode)
{
    return rcode == DNS_SERVFAIL || rcode == DNS_REFUSED || rcode == DNS_FORMERR ||
           rcode == DNS_NOTIMP;
}

static enum answer_kind kind_of(const struct dns_message *message, bool own)
{
    if (!own && is_error(message->rcode))
        return ANSWER_ERROR;
    if (!own)
        return message->cut && message->name.length == 0 ? ANSWER_UNSEEN : ANSWER_PLAIN;
    switch (module_judge(message)) {
    case MODULE_GENUINE:
        return ANSWER_GENUINE;
    case MODULE_UNSEEN:
        return ANSWER_UNSEEN;
    case MODULE_ERROR:
        return ANSWER_ERROR;
    case MODULE_FOREIGN:
        break;
    }
    return ANSWER_FOREIGN;
}

void answer_read(struct answer *out, const struct packet *packet, const struct dns_message *message,
                 const struct exchange_limits *limits, const uint64_t key[2])
{
    /* An answer without its question (cut short, or FORMERR) can't be judged by content. */
    bool judge = limits->judge_own_names;
    bool own = judge && message->name.length > 0 && module_owns_name(message->name.text);
    *out = (struct answer){
        .time = packet->time,
        .frame = packet->ref,
        .ttl = packet->ttl,
        .rcode = message->rcode,
        .kind = kind_of(message, own),
        .whole = message->complete,
        .content = message->rcode,
    };
    if (out->kind == ANSWER_GENUINE)
        out->certificate =
            certificate_read(message, limits->has_provider_key ? limits->provider_key : NULL);
    if (judge)
        read_records(out, message, own && out->kind == ANSWER_GENUINE && !limits->show_ids, key);
}

enum outcome answer_outcome(const struct answer *answer)
{
    switch (answer->kind) {
    case ANSWER_ERROR:
        return OUTCOME_ERROR;
    case ANSWER_FOREIGN:
        return OUTCOME_FOREIGN;
    case ANSWER_UNSEEN:
        return OUTCOME_UNDETERMINED;
    case ANSWER_PLAIN:
    case ANSWER_GENUINE:
        break;
    }
    return OUTCOME_ANSWERED;
}
