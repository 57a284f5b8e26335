/* SPDX-License-Identifier: GPL-2.0-or-later */
/* dns_words: IANA's names of types and response codes, for people and for events. */
#include "dns.h"

#include <stdio.h>

#define ARRAY_LENGTH(a) (sizeof(a) / sizeof(a)[0])

struct word {
    uint16_t value;
    const char *name;
};

static const struct word types[] = {
    {DNS_A, "A"},         {DNS_AAAA, "AAAA"}, {DNS_TXT, "TXT"}, {DNS_CNAME, "CNAME"},
    {DNS_HTTPS, "HTTPS"}, {DNS_PTR, "PTR"},   {DNS_SRV, "SRV"}, {DNS_NS, "NS"},
    {DNS_SOA, "SOA"},     {DNS_MX, "MX"},     {DNS_OPT, "OPT"}, {10, "NULL"},
    {13, "HINFO"},        {25, "KEY"},        {29, "LOC"},      {35, "NAPTR"},
    {39, "DNAME"},        {43, "DS"},         {44, "SSHFP"},    {46, "RRSIG"},
    {47, "NSEC"},         {48, "DNSKEY"},     {50, "NSEC3"},    {51, "NSEC3PARAM"},
    {52, "TLSA"},         {59, "CDS"},        {60, "CDNSKEY"},  {64, "SVCB"},
    {99, "SPF"},          {249, "TKEY"},      {250, "TSIG"},    {251, "IXFR"},
    {252, "AXFR"},        {255, "ANY"},       {256, "URI"},     {257, "CAA"},
};

static const struct word rcodes[] = {
    {DNS_NOERROR, "NOERROR"},
    {DNS_FORMERR, "FORMERR"},
    {DNS_SERVFAIL, "SERVFAIL"},
    {DNS_NXDOMAIN, "NXDOMAIN"},
    {DNS_NOTIMP, "NOTIMP"},
    {DNS_REFUSED, "REFUSED"},
    {6, "YXDOMAIN"},
    {7, "YXRRSET"},
    {8, "NXRRSET"},
    {9, "NOTAUTH"},
    {10, "NOTZONE"},
};

static const char *find(const struct word *words, size_t count, uint16_t value)
{
    for (size_t i = 0; i < count; i++) {
        if (words[i].value == value)
            return words[i].name;
    }
    return NULL;
}

const char *dns_type_name(uint16_t type, char out[16])
{
    const char *name = find(types, ARRAY_LENGTH(types), type);
    if (name != NULL)
        return name;
    snprintf(out, 16, "TYPE%u", (unsigned)type);
    return out;
}

const char *dns_rcode_name(uint16_t rcode, char out[16])
{
    const char *name = find(rcodes, ARRAY_LENGTH(rcodes), rcode);
    if (name != NULL)
        return name;
    snprintf(out, 16, "RCODE%u", (unsigned)rcode); /* 16 means two things: BADVERS, BADSIG */
    return out;
}
