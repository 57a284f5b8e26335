/* SPDX-License-Identifier: GPL-2.0-or-later */
/* dns: decodes a message far enough to pair it, to judge it and to learn addresses from it. */
#include "dns.h"

#include "dns_name.h"

#define CLASS_IN 1

/* The fixed part of a record and where its data lies. */
struct record_head {
    uint16_t type, class;
    uint32_t ttl;
    struct cursor rdata;
};

static bool read_question(struct cursor *c, struct dns_message *out)
{
    if (!dns_name_read(c, out->whole.at, &out->name))
        return false;
    out->type = cursor_be16(c);
    out->class = cursor_be16(c);
    return !c->bad;
}

static bool skip_questions(struct cursor *c, const uint8_t *start, unsigned count)
{
    while (count-- > 0) {
        if (!dns_name_skip(c, start))
            return false;
        cursor_skip(c, 4);
    }
    return !c->bad;
}

/* What stands behind a record's owner. */
static bool read_head(struct cursor *c, struct record_head *out)
{
    out->type = cursor_be16(c);
    out->class = cursor_be16(c);
    out->ttl = cursor_be32(c);
    uint16_t length = cursor_be16(c);
    const uint8_t *data = cursor_bytes(c, length);
    if (data == NULL)
        return false;
    out->rdata = cursor_make(data, length);
    return true;
}

/* Steps over records; takes the first OPT on the way if `out` is given (RFC 6891 6.1.3: its TTL
 * begins with the upper eight bits of the rcode). Bounded by the bytes: a record has at least 11.
 */
static bool walk_records(struct cursor *c, const uint8_t *start, unsigned count,
                         struct dns_message *out)
{
    struct record_head head;
    while (count-- > 0) {
        if (!dns_name_skip(c, start) || !read_head(c, &head))
            return false;
        if (out != NULL && head.type == DNS_OPT && !out->edns) {
            out->edns = true;
            out->rcode |= (uint16_t)(head.ttl >> 24 << 4);
        }
    }
    return true;
}

/* All behind the header. False at the first place that is not as the counts promise. */
static bool read_sections(struct cursor *c, struct dns_message *out)
{
    const uint8_t *start = out->whole.at;
    if (out->questions > 0 &&
        (!read_question(c, out) || !skip_questions(c, start, out->questions - 1u)))
        return false;
    out->first_answer = c->at;
    return walk_records(c, start, out->answers, NULL) &&
           walk_records(c, start, out->authorities, NULL) &&
           walk_records(c, start, out->additionals, out);
}

static void read_flags(uint16_t flags, struct dns_message *out)
{
    out->response = (flags & 0x8000) != 0;
    out->opcode = flags >> 11 & 0xf;
    out->truncated = (flags & 0x0200) != 0;
    out->rcode = flags & 0xf;
}

bool dns_decode(struct cursor payload, size_t length, struct dns_message *out)
{
    cursor_trim(&payload, length);
    out->cut = cursor_left(&payload) < length;
    struct cursor c = payload;

    out->whole = payload;
    out->id = cursor_be16(&c);
    read_flags(cursor_be16(&c), out);
    out->questions = cursor_be16(&c);
    out->answers = cursor_be16(&c);
    out->authorities = cursor_be16(&c);
    out->additionals = cursor_be16(&c);
    if (c.bad)
        return false;

    out->edns = false;
    out->name.length = 0;
    out->name.text[0] = '\0';
    out->type = out->class = 0;
    out->first_answer = NULL;
    bool whole = read_sections(&c, out);
    /* A server may stop in the middle of a record where it sets TC: nothing is wrong with it. */
    bool excused = c.bad && (out->cut || out->truncated);
    out->complete = whole && !out->cut && cursor_left(&c) == 0;
    out->malformed = !whole && !excused;
    return true;
}

/* What the types that somebody needs hold. False where the data contradicts its type. */
static bool read_rdata(const struct dns_message *message, struct dns_record *out)
{
    struct cursor c = out->rdata;
    switch (out->type) {
    case DNS_A:
    case DNS_AAAA: {
        size_t length = out->type == DNS_A ? 4 : 16;
        if (out->class != CLASS_IN)
            return true;
        const uint8_t *bytes = cursor_bytes(&c, length);
        if (bytes == NULL)
            return false;
        out->addr = out->type == DNS_A ? addr_ipv4(bytes) : addr_ipv6(bytes);
        break;
    }
    case DNS_CNAME:
    case DNS_NS:
    case DNS_PTR:
        if (!dns_name_read(&c, message->whole.at, &out->target))
            return false;
        break;
    default:
        return true;
    }
    return cursor_left(&c) == 0;
}

bool dns_next_answer(const struct dns_message *message, const uint8_t **at, uint16_t *left,
                     struct dns_record *out)
{
    if (*at == NULL || *left == 0)
        return false;
    struct cursor c = message->whole;
    c.at = *at;

    struct record_head head;
    if (!dns_name_read(&c, message->whole.at, &out->owner) || !read_head(&c, &head))
        return false;
    out->type = head.type;
    out->class = head.class;
    out->ttl = head.ttl;
    out->rdata = head.rdata;
    out->addr = (struct addr){.family = ADDR_NONE};
    out->target.length = 0;
    out->target.text[0] = '\0';
    if (!read_rdata(message, out))
        return false;

    *at = c.at;
    (*left)--;
    return true;
}

bool dns_txt_next(struct cursor *rdata, const uint8_t **text, uint8_t *length)
{
    if (cursor_left(rdata) == 0)
        return false;
    *length = cursor_u8(rdata);
    *text = cursor_bytes(rdata, *length);
    return *text != NULL;
}
