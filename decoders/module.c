/* SPDX-License-Identifier: GPL-2.0-or-later */
/* module: knows a genuine answer by what it says. Who only sees port and address takes the answer
 * of an intercepting resolver for a healthy one. */
#include "module.h"

#include <string.h>

#define ARRAY_LENGTH(a) (sizeof(a) / sizeof(a)[0])

/* How a text of a genuine answer begins. */
struct mark {
    const char *bytes;
    uint8_t length;
};

#define MARK(text)                                                                                 \
    {                                                                                              \
        text, sizeof(text) - 1                                                                     \
    }

/* Keys seen in answers to debug.opendns.com (domain fact 2.2); the first is in every one of them.
 */
static const struct mark debug_marks[] = {
    MARK("server "), MARK("source "),   MARK("flags "), MARK("id "),       MARK("originid "),
    MARK("device "), MARK("remoteip "), MARK("orgid "), MARK("orgflags "), MARK("actype "),
    MARK("bundle "), MARK("dnscrypt "), MARK("host "),  MARK("user id "),  MARK("organization id "),
};

/* DNSCrypt certificates: magic and es-version (domain fact 2.4). */
static const struct mark cert_marks[] = {
    MARK("DNSC\0\1"),
    MARK("DNSC\0\2"),
};

struct own_name {
    const char *name;
    const struct mark *marks;
    size_t count;
    unsigned needed; /* different marks, the first among them where more than one */
};

static const struct own_name own_names[] = {
    {"debug.opendns.com", debug_marks, ARRAY_LENGTH(debug_marks), 2},
    {"2.dnscrypt-cert.opendns.com", cert_marks, ARRAY_LENGTH(cert_marks), 1},
};

static const struct own_name *find_own(const char *name)
{
    for (size_t i = 0; i < ARRAY_LENGTH(own_names); i++) {
        if (strcmp(own_names[i].name, name) == 0)
            return &own_names[i];
    }
    return NULL;
}

bool module_owns_name(const char *name)
{
    return find_own(name) != NULL;
}

/* What the answer section shows, as far as it can be read. */
struct seen {
    bool any;       /* a record of any type */
    bool all;       /* every record that the header counts was read */
    uint32_t marks; /* a bit for each mark that was met */
};

static uint32_t match(const struct own_name *own, const uint8_t *text, uint8_t length)
{
    for (size_t i = 0; i < own->count; i++) {
        const struct mark *mark = &own->marks[i];
        if (length >= mark->length && memcmp(text, mark->bytes, mark->length) == 0)
            return UINT32_C(1) << i;
    }
    return 0;
}

static struct seen look(const struct dns_message *answer, const struct own_name *own)
{
    struct seen seen = {0};
    const uint8_t *at = answer->first_answer;
    uint16_t left = answer->answers;
    struct dns_record record;

    while (dns_next_answer(answer, &at, &left, &record)) {
        const uint8_t *text;
        uint8_t length;
        seen.any = true;
        while (record.type == DNS_TXT && dns_txt_next(&record.rdata, &text, &length))
            seen.marks |= match(own, text, length);
    }
    seen.all = left == 0;
    return seen;
}

static bool has_enough(const struct own_name *own, uint32_t marks)
{
    if (own->needed == 1)
        return marks != 0;
    return (marks & 1) != 0 && (marks & ~UINT32_C(1)) != 0;
}

static enum module_answer judge_texts(const struct dns_message *answer, const struct own_name *own)
{
    struct seen seen = look(answer, own);
    if (has_enough(own, seen.marks))
        return MODULE_GENUINE;
    bool more = answer->truncated || (!seen.all && !answer->malformed);
    if (!more || (seen.any && seen.marks == 0))
        return MODULE_FOREIGN;
    return seen.any || answer->truncated ? MODULE_GENUINE : MODULE_UNSEEN;
}

enum module_answer module_judge(const struct dns_message *answer)
{
    if (answer->rcode == DNS_NXDOMAIN)
        return MODULE_FOREIGN;
    if (answer->rcode != DNS_NOERROR)
        return MODULE_ERROR;

    const struct own_name *own = find_own(answer->name.text);
    if (own != NULL && answer->cut && answer->first_answer == NULL)
        return MODULE_UNSEEN; /* not even what was asked */
    if (own == NULL || answer->type != DNS_TXT)
        return MODULE_GENUINE;
    return judge_texts(answer, own);
}
