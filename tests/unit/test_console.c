/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The screen, letter by letter: both seed cases built by hand, the order of many clients, what a
 * capture without a verdict gets, narrow and plain terminals. Long, for it quotes whole screens. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "seeds.h"
#include "sensor/tell/console.h"
#include "sensor/tell/console_keep.h"

#define AT SEED_AT

static struct judgement *protected_client(const char *client, enum protection protection)
{
    return seed_new(client, protection, STATUS_PROTECTED);
}

/* One run of the sink; verdicts are freed. */
struct run {
    struct console_options options;
    struct capture_file file[2];
    size_t files;
    struct stats stats;
    struct undecoded undecoded;
    struct sink *sink;
    char *text;
    size_t length;
    FILE *out;
};

static struct run *begin(void **state)
{
    struct run *r = *state;
    r->out = open_memstream(&r->text, &r->length);
    assert_non_null(r->out);
    r->sink = console_new(r->out, &r->options);
    assert_non_null(r->sink);
    return r;
}

static void verdict(struct run *r, struct judgement *j)
{
    r->sink->ops->verdict(r->sink, j);
    memset(j, 0xA5, sizeof *j); /* it was valid for the call only */
    free(j);
}

static const char *finish(struct run *r)
{
    const struct summary summary = {.file_count = r->files,
                                    .file = r->file,
                                    .end = r->file[0].last,
                                    .stats = &r->stats,
                                    .undecoded = &r->undecoded};
    r->sink->ops->finish(r->sink, &summary);
    assert_null(r->sink->ops->error(r->sink));
    r->sink->ops->free(r->sink);
    r->sink = NULL;
    assert_int_equal(fclose(r->out), 0);
    return r->text;
}

static int set_up(void **state)
{
    struct run *r = calloc(1, sizeof *r);
    r->options = (struct console_options){.utf8 = true, .width = 100, .detail = 5};
    r->files = 1;
    r->file[0] = (struct capture_file){.name = "pcaps/dns-unprotected.pcapng",
                                       .first = AT(3, 6, 36),
                                       .last = AT(3, 8, 40),
                                       .packets = 8104};
    r->stats.capture.packets = 8104;
    r->stats.capture.watched = 15;
    *state = r;
    return 0;
}

static int tear_down(void **state)
{
    struct run *r = *state;
    free(r->text);
    free(r);
    return 0;
}

static void restart(struct run *r)
{
    free(r->text);
    r->text = NULL;
    r->length = 0;
}

static void seed_case_1(void **state)
{
    struct run *r = begin(state);
    verdict(r, seed_dns_unprotected());
    assert_string_equal(
        finish(r),
        "pcaps/dns-unprotected.pcapng · 2024-08-27 03:06:36 to 03:08:40 UTC · 8,104 packets, 15 "
        "watched\n"
        "\n"
        "192.168.0.204\n"
        "  DNS protection (IPv4)   UNPROTECTED   nothing answers on UDP 53 or UDP 443, at least "
        "since\n"
        "                                        03:06:36 (start of capture)\n"
        "  Web protection          not seen      no connection to Cisco's secure web gateway: "
        "off,\n"
        "                                        unlicensed, backed off or idle; not a fault\n"
        "\n"
        "  Why        Dropped in silence on the way to the resolvers (likely).\n"
        "             · 15 TXT queries to 208.67.222.222 and 208.67.220.220, no answer, no ICMP "
        "error\n"
        "               frames 57, 3327, 6797-6798, 6825-6826, 6915-6916, 6918-6919, 7610, "
        "7886-7887,\n"
        "               7891-7892\n"
        "             · the rest of the network works: 22 of 22 other connections opened, "
        "192.168.0.65\n"
        "               answered 40 of 40\n"
        "  Ruled out  rejected: no ICMP error · redirected: no answer at all · late: nothing "
        "within 30 s\n"
        "\n"
        "  Path                     sent   answered   last answer\n"
        "  208.67.222.222 udp 443        5          0   never\n"
        "  208.67.222.222 udp  53        4          0   never\n"
        "  208.67.220.220 udp 443        4          0   never\n"
        "  208.67.220.220 udp  53        2          0   never\n"
        "\n"
        "  Do         1. On the perimeter firewall allow UDP and TCP, ports 53 and 443, to "
        "208.67.222.222 and\n"
        "                208.67.220.220 (53 is what protection needs; without 443 DNS stays "
        "unencrypted).\n"
        "             2. To confirm, join another network (a phone's hotspot): the status must "
        "turn to\n"
        "                Protected.\n"
        "  See it in Wireshark   ip.addr == 208.67.222.222 or ip.addr == 208.67.220.220\n");
}

static void seed_case_2(void **state)
{
    struct run *r = begin(state);
    verdict(r, seed_web_unavailable());
    r->file[0].name = "pcaps/web-unavailable.pcapng";
    r->file[0].first = AT(6, 39, 0);
    r->file[0].last = AT(6, 41, 21);
    assert_string_equal(
        finish(r),
        "pcaps/web-unavailable.pcapng · 2024-08-27 06:39:00 to 06:41:21 UTC · 8,104 packets, 15 "
        "watched\n"
        "\n"
        "192.168.0.204\n"
        "  DNS protection (IPv4)   not seen      no query to Cisco's resolvers: off, unlicensed or "
        "idle; not\n"
        "                                        a fault\n"
        "  Web protection          UNAVAILABLE   every connection to the secure web gateway is "
        "reset close to\n"
        "                                        the client, at least since 06:41:19\n"
        "                                        (the client shows \"Cloud Service Unavailable\")\n"
        "\n"
        "  Why        Reset by a box close to the client, not by Cisco's cloud (likely).\n"
        "             · 6 of 8 connection attempts to 18.135.112.200:443 were reset 0.16 to 0.53 "
        "ms after the\n"
        "               SYN; other hosts on the internet answer in 9 to 24 ms\n"
        "               frames 7071-7072, 7128-7131, 7205-7206, 7289-7292\n"
        "             · the resets copy the client's own window (64240)\n"
        "             · swg-url-proxy-https-sse.sigproxy.qq.opendns.com resolved to "
        "18.135.112.200\n"
        "               frame 7044\n"
        "  Note       By default the module fails open meanwhile: web traffic leaves without web "
        "protection.\n"
        "             2 attempts too young to judge (the capture ends 0.01 s after them)\n"
        "\n"
        "  Path                    tried     worked   undetermined   last worked\n"
        "  18.135.112.200 tcp 443        8          0              2   never\n"
        "\n"
        "  Do         1. On the perimeter firewall allow TCP 80 and 443 to the SWG by name (FQDN "
        "object) or\n"
        "                your region's ingress list; a single address changes.\n"
        "             2. No TLS or application inspection on it: the first bytes are a plain HTTP "
        "CONNECT.\n"
        "  See it in Wireshark   ip.addr == 18.135.112.200\n");
}

/* A plain terminal: no byte beyond ASCII, no line longer than it is but what is to be copied. */
static void both_fail_on_a_narrow_ascii_terminal(void **state)
{
    struct run *r = *state;
    r->options.utf8 = false;
    r->options.width = 40; /* too narrow to be useful: 80 are used */
    begin(state);
    verdict(r, seed_dns_unprotected());
    verdict(r, seed_web_unavailable());
    assert_string_equal(
        finish(r),
        "pcaps/dns-unprotected.pcapng * 2024-08-27 03:06:36 to 03:08:40 UTC * 8,104\n"
        "    packets, 15 watched\n"
        "\n"
        "192.168.0.204\n"
        "  DNS protection (IPv4)   UNPROTECTED   nothing answers on UDP 53 or UDP 443, at\n"
        "                                        least since 03:06:36 (start of capture)\n"
        "  Web protection          UNAVAILABLE   every connection to the secure web\n"
        "                                        gateway is reset close to the client, at\n"
        "                                        least since 06:41:19\n"
        "                                        (the client shows \"Cloud Service Unavailable\")\n"
        "\n"
        "  DNS protection (IPv4)\n"
        "  Why        Dropped in silence on the way to the resolvers (likely).\n"
        "             * 15 TXT queries to 208.67.222.222 and 208.67.220.220, no answer,\n"
        "               no ICMP error\n"
        "               frames 57, 3327, 6797-6798, 6825-6826, 6915-6916, 6918-6919,\n"
        "               7610, 7886-7887, 7891-7892\n"
        "             * the rest of the network works: 22 of 22 other connections opened,\n"
        "               192.168.0.65 answered 40 of 40\n"
        "  Ruled out  rejected: no ICMP error * redirected: no answer at all * late:\n"
        "             nothing within 30 s\n"
        "\n"
        "  Path                     sent   answered   last answer\n"
        "  208.67.222.222 udp 443        5          0   never\n"
        "  208.67.222.222 udp  53        4          0   never\n"
        "  208.67.220.220 udp 443        4          0   never\n"
        "  208.67.220.220 udp  53        2          0   never\n"
        "\n"
        "  Do         1. On the perimeter firewall allow UDP and TCP, ports 53 and 443,\n"
        "                to 208.67.222.222 and 208.67.220.220 (53 is what protection\n"
        "                needs; without 443 DNS stays unencrypted).\n"
        "             2. To confirm, join another network (a phone's hotspot): the status\n"
        "                must turn to Protected.\n"
        "  See it in Wireshark   ip.addr == 208.67.222.222 or ip.addr == 208.67.220.220\n"
        "\n"
        "  Web protection\n"
        "  Why        Reset by a box close to the client, not by Cisco's cloud (likely).\n"
        "             * 6 of 8 connection attempts to 18.135.112.200:443 were reset 0.16\n"
        "               to 0.53 ms after the SYN; other hosts on the internet answer in 9\n"
        "               to 24 ms   frames 7071-7072, 7128-7131, 7205-7206, 7289-7292\n"
        "             * the resets copy the client's own window (64240)\n"
        "             * swg-url-proxy-https-sse.sigproxy.qq.opendns.com resolved to\n"
        "               18.135.112.200   frame 7044\n"
        "  Note       By default the module fails open meanwhile: web traffic leaves\n"
        "             without web protection.\n"
        "             2 attempts too young to judge (the capture ends 0.01 s after them)\n"
        "\n"
        "  Path                    tried     worked   undetermined   last worked\n"
        "  18.135.112.200 tcp 443        8          0              2   never\n"
        "\n"
        "  Do         1. On the perimeter firewall allow TCP 80 and 443 to the SWG by\n"
        "                name (FQDN object) or your region's ingress list; a single\n"
        "                address changes.\n"
        "             2. No TLS or application inspection on it: the first bytes are a\n"
        "                plain HTTP CONNECT.\n"
        "  See it in Wireshark   ip.addr == 18.135.112.200\n");
}

static void one_fails_and_one_works(void **state)
{
    struct run *r = begin(state);
    struct judgement *j = seed_dns_unprotected();
    j->status = STATUS_DEGRADED;
    j->cause = CAUSE_ICMP_REJECT;
    j->last_good = AT(3, 7, 2);
    j->first_bad = AT(3, 7, 12);
    seed_text(j->headline, "UDP 443 is shut, UDP 53 answers: DNS goes out unencrypted");
    j->evidence_count = j->ruled_out_count = j->advice_count = 0;
    j->path_count = 2;
    j->filter[0] = '\0';
    j->path[1].status = PATH_OK;
    j->path[1].ok = 1234;
    j->path[0].ok = 1;
    j->path[0].last_ok = AT(3, 7, 2);
    j->path[1].last_ok = AT(3, 8, 39);
    verdict(r, j);
    j = protected_client("192.168.0.204", PROTECTION_WEB);
    seed_text(j->headline, "connections to the secure web gateway open");
    verdict(r, j);
    assert_string_equal(
        finish(r),
        "pcaps/dns-unprotected.pcapng · 2024-08-27 03:06:36 to 03:08:40 UTC · 8,104 packets, 15 "
        "watched\n"
        "\n"
        "192.168.0.204\n"
        "  DNS protection (IPv4)   DEGRADED      UDP 443 is shut, UDP 53 answers: DNS goes out "
        "unencrypted,\n"
        "                                        since 03:07:12, last good 03:07:02\n"
        "                                        (the client shows \"Protected\")\n"
        "  Web protection          protected     connections to the secure web gateway open\n"
        "\n"
        "  Why        Dropped in silence on the way to the resolvers (likely).\n"
        "\n"
        "  Path                     sent   answered   last answer\n"
        "  208.67.222.222 udp 443        6          1   03:07:02, failing\n"
        "  208.67.222.222 udp  53    1,238      1,234   03:08:39\n");
}

static void a_protected_client_takes_three_lines_and_its_remarks(void **state)
{
    struct run *r = begin(state);
    struct judgement *j = protected_client("2001:db8::17", PROTECTION_DNS);
    seed_text(j->note[j->note_count++], "a remark that is no fault");
    seed_path(j, "2620:119:53::53", IPPROTO_UDP, 443, 0, 0);
    verdict(r, j);
    assert_string_equal(
        finish(r),
        "pcaps/dns-unprotected.pcapng · 2024-08-27 03:06:36 to 03:08:40 UTC · 8,104 packets, 15 "
        "watched\n"
        "\n"
        "2001:db8::17\n"
        "  DNS protection (IPv6)   protected     answers on UDP 443 and UDP 53\n"
        "  Web protection (IPv6)   not seen      no connection to Cisco's secure web gateway: "
        "off,\n"
        "                                        unlicensed, backed off or idle; not a fault\n"
        "  Note       a remark that is no fault\n");
}

static void undetermined_says_how_to_know(void **state)
{
    struct run *r = begin(state);
    struct judgement *j = seed_new("192.168.0.204", PROTECTION_DNS, STATUS_UNDETERMINED);
    j->role = ROLE_FORWARDER;
    j->reason = REASON_ONE_WAY_CAPTURE;
    j->first_bad = AT(3, 6, 36); /* nothing is claimed to fail since */
    seed_text(j->headline,
              "the capture shows one direction only: 48 queries, no packet from any server");
    seed_text(j->advice[j->advice_count++],
              "To know: mirror both directions of the port, or capture on the laptop itself.");
    verdict(r, j);
    assert_string_equal(
        finish(r),
        "pcaps/dns-unprotected.pcapng · 2024-08-27 03:06:36 to 03:08:40 UTC · 8,104 packets, 15 "
        "watched\n"
        "\n"
        "192.168.0.204   (a DNS server or virtual appliance that asks for others)\n"
        "  DNS protection (IPv4)   can't tell    the capture shows one direction only: 48 queries, "
        "no packet\n"
        "                                        from any server\n"
        "\n"
        "  Do         To know: mirror both directions of the port, or capture on the laptop "
        "itself.\n");
}

static void many_clients(struct run *r)
{
    static const char *const order[] = {"10.0.0.1", "10.0.0.2",  "10.0.0.3",
                                        "10.0.0.4", "10.0.0.10", "2001:db8:0:1234:5678::1"};
    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++) {
        struct judgement *j =
            i == 1 || i == 4 ? seed_dns_unprotected() : protected_client(order[i], PROTECTION_DNS);
        j->client = seed_address(order[i]);
        j->evidence_count = j->ruled_out_count = j->path_count = j->advice_count = 0;
        j->filter[0] = '\0';
        if (i == 0)
            j->role = ROLE_OTHER;
        if (i == 3) {
            j->role = ROLE_FORWARDER;
            j->status = STATUS_UNDETERMINED;
            j->reason = REASON_END_OF_CAPTURE;
        }
        verdict(r, j);
        if (i == 5) {
            j = seed_web_unavailable();
            j->client = seed_address(order[i]);
            j->status = STATUS_DEGRADED;
            j->last_good = AT(6, 40, 0);
            verdict(r, j);
        }
    }
}

static void worst_first_and_a_line_for_the_rest(void **state)
{
    struct run *r = *state;
    r->options.detail = 1;
    many_clients(begin(state));
    assert_string_equal(
        finish(r),
        "pcaps/dns-unprotected.pcapng · 2024-08-27 03:06:36 to 03:08:40 UTC · 8,104 packets, 15 "
        "watched\n"
        "2 of 6 clients fail, 1 is degraded, 1 can't be judged\n"
        "\n"
        "10.0.0.2\n"
        "  DNS protection (IPv4)   UNPROTECTED   nothing answers on UDP 53 or UDP 443, at least "
        "since\n"
        "                                        03:06:36 (start of capture)\n"
        "  Web protection          not seen      no connection to Cisco's secure web gateway: "
        "off,\n"
        "                                        unlicensed, backed off or idle; not a fault\n"
        "\n"
        "  Why        Dropped in silence on the way to the resolvers (likely).\n"
        "\n"
        "10.0.0.10                DNS UNPROTECTED at least since 03:06:36: dropped in silence "
        "(likely)\n"
        "2001:db8:0:1234:5678::1  DNS protected · web DEGRADED since 06:41:19: reset by a box "
        "close to the client (likely)\n"
        "10.0.0.4                 DNS can't tell: the capture ends too early · a DNS server\n"
        "10.0.0.1                 DNS protected · no roaming module\n"
        "10.0.0.3                 DNS protected\n");
}

static void quiet_is_a_line_a_client(void **state)
{
    struct run *r = *state;
    r->options.quiet = true;
    many_clients(begin(state));
    assert_string_equal(
        finish(r),
        "2 of 6 clients fail, 1 is degraded, 1 can't be judged\n"
        "10.0.0.2                 DNS UNPROTECTED at least since 03:06:36: dropped "
        "in silence (likely)\n"
        "10.0.0.10                DNS UNPROTECTED at least since 03:06:36: dropped "
        "in silence (likely)\n"
        "2001:db8:0:1234:5678::1  DNS protected · web DEGRADED since 06:41:19: "
        "reset by a box close to the client (likely)\n"
        "10.0.0.4                 DNS can't tell: the capture ends too early · a DNS server\n"
        "10.0.0.1                 DNS protected · no roaming module\n"
        "10.0.0.3                 DNS protected\n");
    restart(r);
    begin(state);
    assert_string_equal(finish(r), "No verdict: the capture holds no query and no connection to "
                                   "one of Cisco's resolvers or secure web\n"
                                   "gateways (SWG). That alone is no fault.\n");
}

/* Whatever the order of arrival, the same few are kept whole. */
static void ten_thousand_clients(void **state)
{
    struct run *r = *state;
    r->options.detail = 3;
    begin(state);
    for (unsigned i = 0; i < 10000; i++) {
        char text[ADDR_TEXT];
        snprintf(text, sizeof text, "10.0.%u.%u", i / 100, i % 100);
        struct judgement *j = seed_new(text, PROTECTION_DNS, STATUS_PROTECTED);
        if (i % 1000 == 77)
            j->status = STATUS_UNPROTECTED;
        verdict(r, j);
    }
    const char *text = finish(r);
    const char *const in_order[] = {"10 of 10,000 clients fail\n",
                                    "\n10.0.0.77\n",
                                    "\n10.0.10.77\n",
                                    "\n10.0.20.77\n",
                                    "\n10.0.30.77 ",
                                    "\n10.0.90.77 ",
                                    "\n10.0.0.0 ",
                                    "\n10.0.99.99 "};
    for (size_t i = 0; i < sizeof in_order / sizeof in_order[0]; i++) {
        text = strstr(text, in_order[i]);
        if (!text)
            fail_msg("%s is not where it belongs", in_order[i]);
    }
}

static void no_seed_is_explained(void **state)
{
    struct run *r = begin(state);
    r->stats.capture.watched = 0;
    assert_string_equal(finish(r),
                        "pcaps/dns-unprotected.pcapng · 2024-08-27 03:06:36 to 03:08:40 UTC · "
                        "8,104 packets, 0 watched\n"
                        "\n"
                        "No verdict: the capture holds no query and no connection to one of "
                        "Cisco's resolvers or secure web\n"
                        "gateways (SWG). That alone is no fault.\n"
                        "Likely reasons:\n"
                        "  · captured on another interface than the one the traffic leaves by (a "
                        "VPN adapter, the wrong Wi-Fi\n"
                        "    or Ethernet card)\n"
                        "  · a capture filter kept it out; for this question capture without one\n"
                        "  · encrypted Wi-Fi (802.11 frames): capture on the laptop itself, on the "
                        "adapter as it sees its own\n"
                        "    traffic\n"
                        "  · it runs inside a tunnel (VPN, GRE, VXLAN): capture inside it\n"
                        "  · there was only other traffic: the module was off, idle, or uses "
                        "another resolver or SWG (name it\n"
                        "    with -R or -s)\n");
}

static void unknown_link_type_and_one_way_are_named(void **state)
{
    struct run *r = begin(state);
    undecoded_note(&r->undecoded, (struct unsupported){UNSUPPORTED_LINK_TYPE, 147});
    undecoded_note(&r->undecoded, (struct unsupported){UNSUPPORTED_LINK_TYPE, 147});
    undecoded_note(&r->undecoded, (struct unsupported){UNSUPPORTED_ENCRYPTED, 0});
    undecoded_note(&r->undecoded, (struct unsupported){UNSUPPORTED_ETHERTYPE, 0x88e5});
    r->stats.dns.responses = 3;
    const char *text = finish(r);
    assert_non_null(strstr(text, "2 frames of link type 147 can't be decoded: "));
    assert_non_null(strstr(text, "1 encrypted Wi-Fi frame can't be opened without"));
    assert_non_null(strstr(text, "1 frame of ethertype 0x88e5 (MACsec) can't be decoded"));
    assert_non_null(strstr(text, "the capture shows one direction only."));
}

static void empty_and_damaged_files(void **state)
{
    struct run *r = begin(state);
    r->stats = (struct stats){.capture = {.truncated = 1, .malformed = 1234, .kernel_drops = 2}};
    r->files = 2;
    r->file[0] = (struct capture_file){.name = "-", .first = NSTIME_NONE, .last = NSTIME_NONE};
    r->file[1] = (struct capture_file){
        .name = "b.pcap",
        .first = AT(23, 59, 58),
        .last = AT(24, 0, 1),
        .packets = 1,
        .damage = "b.pcap is cut off inside frame 2. What stands before it was judged; copy the "
                  "file again to see the rest."};
    const char *text = finish(r);
    const char *nothing = strstr(text, "\nNo verdict");
    assert_non_null(nothing);
    r->text[nothing - text] = '\0';
    assert_string_equal(text, "standard input · no packets\n"
                              "b.pcap · 2024-08-27 23:59:58 to 2024-08-28 00:00:01 UTC · 1 packet\n"
                              "  Damaged: b.pcap is cut off inside frame 2. What stands before it "
                              "was judged; copy the file again\n"
                              "           to see the rest.\n"
                              "together 0 packets, 0 watched\n");
    assert_non_null(strstr(nothing + 1, "there is no packet to judge"));
    assert_non_null(strstr(nothing + 1, "Not everything was seen: 1 frame cut short by the snap "
                                        "length, 1,234 malformed frames, 2 packets\n"
                                        "  dropped for want of buffer space\n"));
}

static void several_files_are_named_in_the_proof(void **state)
{
    struct run *r = begin(state);
    r->files = 2;
    r->file[1] = (struct capture_file){
        .name = "second.pcap", .first = AT(3, 9, 0), .last = AT(3, 9, 30), .packets = 1};
    r->stats.capture.packets = 8105;
    struct judgement *j = seed_dns_unprotected();
    j->evidence_count = 1;
    j->evidence[0].frames = 3;
    j->evidence[0].frame[2] = (struct frame_ref){.number = 57, .file = 1};
    for (unsigned i = 0; i < 3; i++)
        j->evidence[0].frame[i].file = 1;
    j->evidence[0].more = 1200;
    j->ruled_out_count = j->path_count = j->advice_count = 0;
    j->filter[0] = '\0';
    verdict(r, j);
    assert_string_equal(
        finish(r),
        "pcaps/dns-unprotected.pcapng · 2024-08-27 03:06:36 to 03:08:40 UTC · 8,104 packets\n"
        "second.pcap · 2024-08-27 03:09:00 to 03:09:30 UTC · 1 packet\n"
        "together 8,105 packets, 15 watched\n"
        "\n"
        "192.168.0.204\n"
        "  DNS protection (IPv4)   UNPROTECTED   nothing answers on UDP 53 or UDP 443, at least "
        "since\n"
        "                                        03:06:36 (start of capture)\n"
        "  Web protection          not seen      no connection to Cisco's secure web gateway: "
        "off,\n"
        "                                        unlicensed, backed off or idle; not a fault\n"
        "\n"
        "  Why        Dropped in silence on the way to the resolvers (likely).\n"
        "             · 15 TXT queries to 208.67.222.222 and 208.67.220.220, no answer, no ICMP "
        "error\n"
        "               frames 57, 3327 … and 1,200 more of second.pcap\n");
}

static void alerts_that_were_over(void **state)
{
    struct run *r = begin(state);
    struct notice notice = {.id = 1,
                            .code = NOTICE_DNS_UNPROTECTED,
                            .client = seed_address("192.168.0.204"),
                            .cause = CAUSE_SILENT_DROP,
                            .confidence = CONFIDENCE_LIKELY,
                            .since = AT(3, 6, 40),
                            .time = AT(3, 6, 50)};
    r->sink->ops->alert(r->sink, &notice); /* fires: not over */
    notice.code = NOTICE_DNS_DEGRADED;     /* it fades away: told as what it was at its worst */
    r->sink->ops->alert(r->sink, &notice);
    notice.resolution = RESOLUTION_RECOVERED;
    notice.time = AT(3, 8, 17);
    r->sink->ops->alert(r->sink, &notice);
    notice.id = KEEP_WORST + UINT64_C(1);
    notice.code = NOTICE_WEB_DEGRADED;
    notice.resolution = RESOLUTION_CLIENT_GONE;
    notice.confidence = CONFIDENCE_NONE;
    notice.cause = CAUSE_NONE;
    for (int i = 0; i < 20; i++)
        r->sink->ops->alert(r->sink, &notice);
    verdict(r, protected_client("192.168.0.204", PROTECTION_DNS));
    const char *text = strstr(finish(r), "\nOver by the end");
    assert_non_null(text);
    char *second = strstr(text, "  192.168.0.204    web");
    assert_non_null(second);
    char *more = strstr(text, "  … and");
    assert_non_null(more);
    assert_string_equal(more, "  … and 1 more; -o lists them all\n");
    *strchr(second, '\n') = '\0';
    assert_string_equal(text, "\n"
                              "Over by the end\n"
                              "  192.168.0.204    DNS unprotected from 03:06:40 to 03:08:17 (1 min "
                              "37 s): dropped in silence\n"
                              "                   (likely)\n"
                              "  192.168.0.204    web degraded since 03:06:40, not followed after "
                              "03:08:17 (the client fell silent)");
}

static void wide_alerts_that_were_over(void **state)
{
    struct run *r = begin(state);
    struct notice notice = {.id = 1,
                            .code = NOTICE_DNS_UNPROTECTED,
                            .resolution = RESOLUTION_FOLDED,
                            .client = seed_address("192.168.0.204"),
                            .cause = CAUSE_SILENT_DROP,
                            .confidence = CONFIDENCE_LIKELY,
                            .since = AT(3, 6, 40),
                            .time = AT(3, 6, 50)};
    r->sink->ops->alert(r->sink, &notice); /* what is folded is told with the wider one */
    notice.id = 2;
    notice.scope = SCOPE_SITE;
    notice.family = ADDR_IPV4;
    notice.resolution = RESOLUTION_RECOVERED;
    notice.count = 8;
    notice.of = 1010;
    notice.time = AT(3, 8, 17);
    r->sink->ops->alert(r->sink, &notice);
    notice.id = 3;
    notice.scope = SCOPE_SEGMENT;
    assert_true(prefix_parse("10.1.0.0/16", &notice.segment.net));
    notice.resolution = RESOLUTION_CLIENT_GONE;
    r->sink->ops->alert(r->sink, &notice);
    verdict(r, protected_client("192.168.0.204", PROTECTION_DNS));
    const char *text = strstr(finish(r), "\nOver by the end");
    assert_non_null(text);
    assert_string_equal(
        text, "\n"
              "Over by the end\n"
              "  SITE (IPv4)      8 of 1,010 clients: DNS unprotected from 03:06:40 to 03:08:17 (1 "
              "min 37 s):\n"
              "                   dropped in silence (likely)\n"
              "  10.1.0.0/16      8 of 1,010 clients: DNS unprotected since 03:06:40, not followed "
              "after 03:08:17\n"
              "                   (all of them fell silent): dropped in silence (likely)\n");
}

static void colour_is_on_the_status_word_alone(void **state)
{
    struct run *r = *state;
    r->options.colour = true;
    r->options.quiet = true;
    many_clients(begin(state));
    const char *text = finish(r);
    assert_non_null(
        strstr(text, "DNS \033[31mUNPROTECTED\033[0m at least since 03:06:36: dropped"));
    assert_non_null(strstr(text, "DNS \033[32mprotected\033[0m\n"));
    assert_non_null(strstr(text, "DNS \033[33mcan't tell\033[0m: the capture"));
    assert_non_null(strstr(text, "web \033[33mDEGRADED\033[0m since"));
}

static void times_follow_the_zone(void **state)
{
    struct run *r = *state;
    r->options.zone = (struct zone){.kind = ZONE_OFFSET, .minutes = -(3 * 60 + 30)};
    begin(state);
    verdict(r, seed_dns_unprotected());
    const char *text = finish(r);
    /* 03:06 UTC is the evening before; the day does not change within the capture */
    assert_non_null(strstr(text, " · 2024-08-26 23:36:36 to 23:38:40 -03:30 · "));
    assert_non_null(strstr(text, "since\n"
                                 "                                        23:36:36 (start"));
    restart(r);
    r->file[0].first = AT(3, 29, 59);
    r->file[0].last = AT(3, 30, 0);
    begin(state);
    verdict(r, seed_dns_unprotected());
    text = finish(r);
    assert_non_null(strstr(text, " · 2024-08-26 23:59:59 to 2024-08-27 00:00:00 -03:30 · "));
    assert_non_null(strstr(text, "2024-08-26 23:36:36"));
}

static void a_full_disk_is_told(void **state)
{
    struct run *r = *state;
    FILE *full = fopen("/dev/full", "w");
    if (!full) {
        print_message("skipped: no /dev/full here\n");
        skip();
    }
    struct sink *sink = console_new(full, &r->options);
    const struct summary summary = {
        .file_count = 1, .file = r->file, .end = NSTIME_NONE, .stats = &r->stats};
    assert_null(sink->ops->error(sink));
    sink->ops->finish(sink, &summary);
    assert_string_equal(sink->ops->error(sink),
                        "Cannot write the verdicts to standard output: No space left on device.");
    sink->ops->free(sink);
    fclose(full);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(seed_case_1),
        TEST(seed_case_2),
        TEST(both_fail_on_a_narrow_ascii_terminal),
        TEST(one_fails_and_one_works),
        TEST(a_protected_client_takes_three_lines_and_its_remarks),
        TEST(undetermined_says_how_to_know),
        TEST(worst_first_and_a_line_for_the_rest),
        TEST(quiet_is_a_line_a_client),
        TEST(ten_thousand_clients),
        TEST(no_seed_is_explained),
        TEST(unknown_link_type_and_one_way_are_named),
        TEST(empty_and_damaged_files),
        TEST(several_files_are_named_in_the_proof),
        TEST(alerts_that_were_over),
        TEST(wide_alerts_that_were_over),
        TEST(colour_is_on_the_status_word_alone),
        TEST(times_follow_the_zone),
        TEST(a_full_disk_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
