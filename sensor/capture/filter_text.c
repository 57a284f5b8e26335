/* SPDX-License-Identifier: GPL-2.0-or-later */
/* filter_text: what the trackers need, and nothing that grows with the amount of data. Classic BPF
 * keeps no state, so a connection's first data is known by its content (domain fact 4.4), and a
 * load beyond the packet's end rejects it: every look at content stands behind one at the length.
 *
 * Which packet is needed for what: SYN, FIN and RST make and end attempts; first data of the client
 * tells of a stall, of the server that the connection works; the server's segments without data
 * acknowledge the client's first. Of hosts that are not watched the same but the last is the
 * control group: the client's first data stands for the acknowledgement that tells, where the
 * capture shows one direction only, that it was answered. */
#include "sensor/capture/filter_text.h"

/* The two families differ in how libpcap reaches their bytes: it has no tcp[] for IPv6, whose
 * header has 40 bytes where no extension follows (those pass all the same). */
struct family {
    uint8_t family;
    const char *tcp;    /* it is TCP */
    const char *flags;  /* the byte with the flags */
    const char *ports;  /* the sender's port is not above the receiver's */
    const char *length; /* of the segment's data */
    const char *first;  /* the first four bytes of it */
    const char *udp_length, *udp_first, *dns_questions;
};

static const struct family families[] = {
    {ADDR_IPV4, "ip proto 6", "tcp[13]", "tcp[0:2] <= tcp[2:2]",
     "(ip[2:2] - ((ip[0] & 0xf) << 2) - ((tcp[12] & 0xf0) >> 2))", "tcp[((tcp[12] & 0xf0) >> 2):4]",
     "udp[4:2]", "udp[8:4]", "udp[12:2]"},
    {ADDR_IPV6, "ip6[6] = 6", "ip6[53]", "ip6[40:2] <= ip6[42:2]",
     "(ip6[4:2] - ((ip6[52] & 0xf0) >> 2))", "ip6[40 + ((ip6[52] & 0xf0) >> 2):4]", "ip6[44:2]",
     "ip6[48:4]", "ip6[52:2]"},
};

/* Records of TLS that no bulk has: change cipher spec, alert, handshake. Then HTTP: four capitals
 * ("CONNECT", "HTTP/1.1"), or three and a blank ("GET "). */
static const struct {
    uint32_t mask, value;
} openings[] = {
    {0xffff0000, 0x16030000}, {0xffff0000, 0x15030000}, {0xffff0000, 0x14030000},
    {0xe0e0e0e0, 0x40404040}, {0xe0e0e0ff, 0x40404020},
};

/* Everything, whoever sent it: DNS teaches SWG names and is the control group; fragments show no
 * ports, and what is behind IPv6 extension or authentication headers, or inside a tunnel, is out of
 * reach; an ICMP error comes from whoever blocks. The tunnels are those that the decoders open, and
 * those that they name where nothing else is to be seen. */
static const char *const always[] = {
    "udp port 53 or tcp port 53",
    "ip[6:2] & 0x3fff != 0",
    "(ip and (ip[9] = 51 or ip[9] = 4 or ip[9] = 41 or ip[9] = 47 or ip[9] = 97 or ip[9] = 115 or "
    "ip[9] = 137 or ip[9] = 143))",
    "(icmp and (icmp[0] = 3 or icmp[0] = 4 or icmp[0] = 5 or icmp[0] = 11 or icmp[0] = 12))",
    "(ip6 and (ip6[6] = 0 or ip6[6] = 43 or ip6[6] = 44 or ip6[6] = 51 or ip6[6] = 60 or "
    "ip6[6] = 135 or ip6[6] = 139 or ip6[6] = 140 or ip6[6] = 4 or ip6[6] = 41 or ip6[6] = 47 or "
    "ip6[6] = 97 or ip6[6] = 115 or ip6[6] = 137 or ip6[6] = 143))",
    "(udp and (dst port 4789 or dst port 8472 or dst port 4790 or dst port 4754 or dst port 6081 "
    "or "
    "port 2152 or port 3544))",
    "(ip6[6] = 58 and ip6[40] < 128)",
};

static void next_line(FILE *out, int indent)
{
    fprintf(out, "\n%*sor ", indent, "");
}

static void say_nets(FILE *out, const struct filter_nets *nets, const char *direction,
                     const struct family *only)
{
    const char *word = "";
    char text[ADDR_TEXT];

    fputc('(', out);
    for (size_t i = 0; i < nets->count; i++) {
        const struct prefix *net = &nets->net[i];
        bool lone = net->bits == (net->addr.family == ADDR_IPV4 ? 32 : 128);
        if (only && net->addr.family != only->family)
            continue;
        fprintf(out, "%s%s%s %s", word, direction, lone ? "host" : "net",
                addr_format(&net->addr, text));
        if (!lone)
            fprintf(out, "/%u", net->bits);
        word = " or ";
    }
    fputc(')', out);
}

static bool has_family(const struct filter_nets *nets, const struct family *f)
{
    for (size_t i = 0; i < nets->count; i++) {
        if (nets->net[i].addr.family == f->family)
            return true;
    }
    return false;
}

/* Port 443 of resolvers. Where any host may be one, QUIC must be left out: DNS has at most one
 * question, and DNSCrypt its magic words (domain fact 2.5). */
static void say_resolvers(FILE *out, const struct filter_words *words, int indent)
{
    if (words->resolvers.count) {
        next_line(out, indent);
        fputs("(port 443 and ", out);
        say_nets(out, &words->resolvers, "", NULL);
        fputc(')', out);
    }
    for (size_t i = 0; words->resolvers.any && i < 2; i++) {
        const struct family *f = &families[i];
        next_line(out, indent);
        fprintf(out,
                "(%s and udp port 443 and %s >= 20 and (%s <= 1 or %s & 0xff808080 = 0x71000000 or "
                "%s = 0x7236666e))",
                f->family == ADDR_IPV4 ? "ip" : "ip6", f->udp_length, f->dns_questions,
                f->udp_first, f->udp_first);
    }
}

/* Whose TCP it is, where it is not everybody's. */
static void say_watched(FILE *out, const struct filter_words *words, const struct family *f)
{
    if (words->control || words->swgs.any)
        return;
    fputs(" and ", out);
    if (words->resolvers.any && has_family(&words->swgs, f)) {
        fputs("(port 443 or ", out);
        say_nets(out, &words->swgs, "", f);
        fputc(')', out);
    } else if (words->resolvers.any) {
        fputs("port 443", out);
    } else {
        say_nets(out, &words->swgs, "", f);
    }
}

/* With every address watched, the server is who has the lower port: the client's is ephemeral. */
static void say_acknowledged(FILE *out, const struct filter_words *words, const struct family *f)
{
    const bool nets = !words->swgs.any && has_family(&words->swgs, f);

    if (words->swgs.any)
        fputs(f->ports, out);
    else if (words->resolvers.any)
        fputs(nets ? "(src port 443 or " : "src port 443", out);
    if (nets)
        say_nets(out, &words->swgs, "src ", f);
    if (nets && words->resolvers.any)
        fputc(')', out);
}

/* One to three bytes can't be told by their content. Where all ports of all hosts are watched, the
 * greeting of a server that speaks first must show too: it is short, and text. */
static void say_first_data(FILE *out, const struct filter_words *words, const struct family *f)
{
    fprintf(out, "(%s < 4", f->length);
    for (size_t i = 0; i < sizeof openings / sizeof *openings; i++)
        fprintf(out, " or %s & 0x%08x = 0x%08x", f->first, openings[i].mask, openings[i].value);
    if (words->swgs.any)
        fprintf(out, " or (%s <= 256 and %s & 0x80808080 = 0)", f->length, f->first);
    fputc(')', out);
}

static void say_tcp(FILE *out, const struct filter_words *words, const struct family *f, int indent)
{
    const bool watched = words->swgs.any || words->resolvers.any || has_family(&words->swgs, f);

    if (!watched && !words->control)
        return;
    next_line(out, indent);
    fprintf(out, "(%s", f->tcp);
    say_watched(out, words, f);
    fprintf(out, " and (%s & 0x07 != 0", f->flags); /* FIN, SYN, RST */
    if (watched) {
        fprintf(out, "\n%*sor (%s = 0 and ", indent + 4, "", f->length);
        say_acknowledged(out, words, f);
        fputc(')', out);
    }
    fprintf(out, "\n%*sor (%s > 0 and ", indent + 4, "", f->length);
    say_first_data(out, words, f);
    fputs(")))", out);
}

/* Tunnels, tags and encryption that have an ethertype of their own. */
static const uint16_t ethertypes[] = {0x8847, 0x8848, 0x8864, 0x880b, 0x6558, 0x88e7,
                                      0x8870, 0x893f, 0x8926, 0x8909, 0x88e5, 0x894f};

static void say_ethertypes(FILE *out, int indent)
{
    for (size_t i = 0; i < sizeof ethertypes / sizeof *ethertypes; i++) {
        if (i % 6 == 0)
            next_line(out, indent);
        fprintf(out, "%sether proto 0x%04x", i % 6 ? " or " : "", ethertypes[i]);
    }
}

void filter_text_untagged(FILE *out, const struct filter_words *words, int indent)
{
    fputs(always[0], out);
    for (size_t i = 1; i < sizeof always / sizeof *always; i++) {
        next_line(out, indent);
        fputs(always[i], out);
    }
    if (words->ethertypes)
        say_ethertypes(out, indent);
    say_resolvers(out, words, indent);
    for (size_t i = 0; i < sizeof families / sizeof *families; i++)
        say_tcp(out, words, &families[i], indent);
}

/* "vlan" shifts every offset to its right by a tag, so each arm repeats the whole. */
void filter_text_tagged(FILE *out, const struct filter_words *words)
{
    filter_text_untagged(out, words, 0);
    fputs("\nor (vlan and (", out);
    filter_text_untagged(out, words, 2);
    fputs("\n  or (vlan and (", out);
    filter_text_untagged(out, words, 4);
    fputs("))))", out);
}
