/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whatever a query is wrapped in, the query comes out. Each row wraps the same one: at every snap
 * length and with every byte changed the decoder keeps its bounds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "decode.h"

#define OUTER_A "198.51.100.1"
#define OUTER_B "198.51.100.2"

typedef size_t begin_layer(struct wire *w); /* returns where the outer IP header begins */

static size_t llc(struct wire *w)
{
    wire_be32(w, 0xaaaa0300);
    wire_be32(w, 0x00000800);
    return 0;
}

static void wlan_header(struct wire *w, unsigned control, size_t length)
{
    static const uint8_t addresses[] = {2, 0, 0, 0, 0, 3, 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2};
    wire_be16(w, control);
    wire_be16(w, 0);
    wire_bytes(w, addresses, sizeof addresses);
    wire_zero(w, length - 22);
}

/* --- tags and labels ------------------------------------------------------------------------- */

static size_t mpls(struct wire *w)
{
    wire_ethernet(w, 0x8847);
    wire_be32(w, 100u << 12 | 64);         /* label 100 */
    wire_be32(w, 200u << 12 | 0x100 | 64); /* label 200, the bottom */
    return 0;
}

static size_t pseudowire(struct wire *w)
{
    mpls(w);
    wire_ethernet(w, 0x0800);
    return 0;
}

static size_t pseudowire_with_control_word(struct wire *w)
{
    mpls(w);
    wire_be32(w, 0);
    wire_ethernet(w, 0x0800);
    return 0;
}

static size_t pppoe(struct wire *w)
{
    wire_ethernet(w, 0x8864);
    wire_be16(w, 0x1100);
    wire_be16(w, 7);
    wire_be16(w, 65); /* two bytes of PPP and the query */
    wire_be16(w, 0x0021);
    return 0;
}

static size_t snap(struct wire *w)
{
    wire_ethernet(w, 71);
    wire_be32(w, 0xaaaa0300);
    wire_be32(w, 0x00000800);
    return 0;
}

static size_t backbone(struct wire *w)
{
    wire_ethernet(w, 0x88a8);
    wire_vlan(w, 5, 0x88e7);
    wire_be32(w, 0x00012345);
    wire_ethernet(w, 0x0800);
    return 0;
}

static size_t vn_tag(struct wire *w)
{
    wire_ethernet(w, 0x8926);
    wire_be32(w, 0x80010002);
    wire_be16(w, 0x0800);
    return 0;
}

static size_t extender_tag(struct wire *w)
{
    wire_ethernet(w, 0x893f);
    wire_be16(w, 1);
    wire_be32(w, 2);
    wire_be16(w, 0x0800);
    return 0;
}

/* --- over IP --------------------------------------------------------------------------------- */

static size_t outer(struct wire *w, unsigned protocol)
{
    wire_ethernet(w, 0x8100);
    wire_vlan(w, 9, 0x0800);
    return wire_ipv4(w, OUTER_A, OUTER_B, protocol);
}

static size_t in_ip(struct wire *w)
{
    return outer(w, 4);
}

static size_t gre(struct wire *w)
{
    size_t ip = outer(w, 47);
    wire_be16(w, 0);
    wire_be16(w, 0x0800);
    return ip;
}

static size_t gre_with_all(struct wire *w)
{
    size_t ip = outer(w, 47);
    wire_be16(w, 0xb000); /* checksum, key, sequence */
    wire_be16(w, 0x6558);
    wire_zero(w, 12);
    wire_ethernet(w, 0x0800);
    return ip;
}

static size_t pptp(struct wire *w)
{
    size_t ip = outer(w, 47);
    wire_be16(w, 0x3081); /* key, sequence, acknowledgement, version 1 */
    wire_be16(w, 0x880b);
    wire_zero(w, 12);
    wire_be32(w, 0xff030021);
    return ip;
}

static size_t erspan_1(struct wire *w)
{
    size_t ip = outer(w, 47);
    wire_be16(w, 0);
    wire_be16(w, 0x88be);
    wire_ethernet(w, 0x0800);
    return ip;
}

static size_t erspan_2(struct wire *w)
{
    size_t ip = outer(w, 47);
    wire_be16(w, 0x1000);
    wire_be16(w, 0x88be);
    wire_be32(w, 77);
    wire_be16(w, 0x1000 | 12); /* version, VLAN 12 */
    wire_be16(w, 0x1001);      /* the tag was taken off: 802.1Q; session 1 */
    wire_be32(w, 0);
    wire_ethernet(w, 0x0800);
    return ip;
}

static size_t erspan_3(struct wire *w)
{
    size_t ip = outer(w, 47);
    wire_be16(w, 0x1000);
    wire_be16(w, 0x22eb);
    wire_be32(w, 78);
    wire_be32(w, 0x20000001);
    wire_be32(w, 0x12345678);
    wire_be32(w, 0x00000001); /* with the platform's eight bytes */
    wire_zero(w, 8);
    wire_ethernet(w, 0x0800);
    return ip;
}

static size_t wccp(struct wire *w)
{
    size_t ip = outer(w, 47);
    wire_be32(w, 0x0000883e);
    wire_be32(w, 0x01000000);
    return ip;
}

static size_t etherip(struct wire *w)
{
    size_t ip = outer(w, 97);
    wire_be16(w, 0x3000);
    wire_ethernet(w, 0x0800);
    return ip;
}

/* --- over UDP: the length is that of the row's header and the 63 bytes of the query -------------
 */

static size_t over_udp(struct wire *w, unsigned port, unsigned header)
{
    size_t ip = outer(w, 17);
    wire_be16(w, 40000);
    wire_be16(w, port);
    wire_be16(w, 8 + header + 63);
    wire_be16(w, 0);
    return ip;
}

static size_t vxlan(struct wire *w)
{
    size_t ip = over_udp(w, 4789, 8 + 14);
    wire_be32(w, 0x08000000);
    wire_be32(w, 4096u << 8);
    wire_ethernet(w, 0x0800);
    return ip;
}

static size_t vxlan_in_vlan(struct wire *w)
{
    size_t ip = over_udp(w, 8472, 8 + 18);
    wire_be32(w, 0x08000000);
    wire_be32(w, 4096u << 8);
    wire_ethernet(w, 0x8100);
    wire_vlan(w, 12, 0x0800);
    return ip;
}

static size_t vxlan_gpe(struct wire *w)
{
    size_t ip = over_udp(w, 4790, 8);
    wire_be32(w, 0x0c000001);
    wire_be32(w, 4096u << 8);
    return ip;
}

static size_t gre_in_udp(struct wire *w)
{
    size_t ip = over_udp(w, 4754, 8);
    wire_be32(w, 0x20000800);
    wire_be32(w, 1234);
    return ip;
}

static size_t aruba(struct wire *w)
{
    size_t ip = outer(w, 47);
    wire_be32(w, 0x00008200);
    wlan_header(w, 0x0801, 24);
    llc(w);
    return ip;
}

static size_t geneve(struct wire *w)
{
    size_t ip = over_udp(w, 6081, 16 + 14);
    wire_be32(w, 0x02006558); /* two words of options */
    wire_be32(w, 5u << 8);
    wire_zero(w, 8);
    wire_ethernet(w, 0x0800);
    return ip;
}

static size_t gtp(struct wire *w)
{
    size_t ip = over_udp(w, 2152, 8);
    wire_be32(w, 0x30ff0000 | 63);
    wire_be32(w, 0xabcd);
    return ip;
}

static size_t gtp_extended(struct wire *w)
{
    size_t ip = over_udp(w, 2152, 16);
    wire_be32(w, 0x34ff0000 | (63 + 8));
    wire_be32(w, 0xabcd);
    wire_be32(w, 0x00000085); /* a PDU session container follows */
    wire_be32(w, 0x01000000);
    return ip;
}

/* --- links ----------------------------------------------------------------------------------- */

static size_t nothing(struct wire *w)
{
    (void)w;
    return 0;
}

static size_t ppp(struct wire *w)
{
    wire_be32(w, 0xff030021);
    return 0;
}

static size_t ppp_compressed(struct wire *w)
{
    wire_u8(w, 0x21);
    return 0;
}

static size_t cisco_hdlc(struct wire *w)
{
    wire_be32(w, 0x0f000800);
    return 0;
}

static size_t frame_relay(struct wire *w)
{
    wire_be32(w, 0x184103cc);
    return 0;
}

static size_t frame_relay_snap(struct wire *w)
{
    wire_be32(w, 0x18410300);
    wire_be16(w, 0x8000);
    wire_be32(w, 0x00000800);
    return 0;
}

static size_t fddi(struct wire *w)
{
    wire_zero(w, 13);
    return llc(w);
}

static size_t wlan(struct wire *w)
{
    wlan_header(w, 0x0801, 24); /* data, to the access point */
    return llc(w);
}

static size_t wlan_qos_bridge(struct wire *w)
{
    wlan_header(w, 0x8803, 32); /* QoS data, four addresses */
    return llc(w);
}

static size_t radiotap(struct wire *w)
{
    wire_be32(w, 0x00000b00); /* eleven bytes */
    wire_be32(w, 0x02000080); /* flags, and another word of bits */
    wire_zero(w, 3);
    w->bytes[7] = 0;
    w->bytes[8] = 0;
    return wlan(w);
}

/* The flags say that the 26 bytes of a QoS header are padded to 28; a time stamp stands before. */
static size_t radiotap_padded(struct wire *w)
{
    wire_be32(w, 0x00001100); /* 17 bytes */
    wire_be32(w, 0x03000000); /* time stamp, flags */
    wire_zero(w, 8);
    wire_u8(w, 0x20);
    wlan_header(w, 0x8801, 28);
    return llc(w);
}

static size_t prism(struct wire *w)
{
    wire_be32(w, 0x44000000);
    wire_be32(w, 0x90000000);
    wire_zero(w, 136);
    return wlan(w);
}

static size_t avs(struct wire *w)
{
    wire_be32(w, 0x80211001);
    wire_be32(w, 64);
    wire_zero(w, 56);
    return wlan(w);
}

static size_t ppi(struct wire *w)
{
    wire_be32(w, 0x00000c00);
    wire_be32(w, 0x69000000); /* 105 */
    wire_zero(w, 4);
    return wlan(w);
}

static size_t pktap(struct wire *w)
{
    wire_be32(w, 0x10000000);
    wire_be32(w, 0x01000000);
    wire_be32(w, 0x01000000); /* Ethernet */
    wire_zero(w, 4);
    wire_ethernet(w, 0x0800);
    return 0;
}

static size_t nflog(struct wire *w)
{
    wire_be32(w, 0x02000000);
    wire_be32(w, 0x08000100); /* an attribute of four bytes, written by a little-endian machine */
    wire_zero(w, 4);
    wire_be32(w, 0x43000900); /* the payload's 63 bytes */
    return 0;
}

static size_t nflog_swapped(struct wire *w)
{
    wire_be32(w, 0x02000000);
    wire_be32(w, 0x00060001); /* padded to eight */
    wire_zero(w, 4);
    wire_be32(w, 0x00430009);
    return 0;
}

static size_t pflog(struct wire *w)
{
    wire_be32(w, 0x3d020000); /* 61 bytes, padded to 64; AF_INET */
    wire_zero(w, 60);
    return 0;
}

static size_t encapsulated(struct wire *w)
{
    wire_be32(w, 0x02000000);
    wire_zero(w, 8);
    return 0;
}

static size_t cooked_llc(struct wire *w)
{
    wire_zero(w, 14);
    wire_be16(w, 4);
    return llc(w);
}

/* --- the table ------------------------------------------------------------------------------- */

static const struct row {
    const char *name;
    uint32_t linktype;
    begin_layer *begin;
    bool tunnel;
    uint16_t vlan; /* 0: none */
    bool guessed;  /* by its length or ports: a cut or changed one is another thing */
} rows[] = {
    {"MPLS", 1, mpls, false, 0, true},
    {"pseudowire", 1, pseudowire, false, 0, true},
    {"pseudowire, control word", 1, pseudowire_with_control_word, false, 0, true},
    {"PPPoE", 1, pppoe, false, 0, false},
    {"802.3 and SNAP", 1, snap, false, 0, false},
    {"802.1ah", 1, backbone, false, 5, false},
    {"VN-tag", 1, vn_tag, false, 0, false},
    {"E-tag", 1, extender_tag, false, 0, false},
    {"IP in IP", 1, in_ip, true, 0, false},
    {"GRE", 1, gre, true, 0, false},
    {"GRE, key and sequence, Ethernet", 1, gre_with_all, true, 0, false},
    {"PPTP", 1, pptp, true, 0, true},
    {"ERSPAN I", 1, erspan_1, true, 0, false},
    {"ERSPAN II", 1, erspan_2, true, 12, false},
    {"ERSPAN III", 1, erspan_3, true, 0, false},
    {"WCCP", 1, wccp, true, 0, true},
    {"EtherIP", 1, etherip, true, 0, false},
    {"VXLAN", 1, vxlan, true, 0, true},
    {"VXLAN, Linux's port", 1, vxlan_in_vlan, true, 12, true},
    {"VXLAN-GPE", 1, vxlan_gpe, true, 0, true},
    {"GRE in UDP", 1, gre_in_udp, true, 0, true},
    {"Aruba", 1, aruba, true, 0, false},
    {"GENEVE", 1, geneve, true, 0, true},
    {"GTP-U", 1, gtp, true, 0, true},
    {"GTP-U, extended", 1, gtp_extended, true, 0, true},
    {"PPP", 9, ppp, false, 0, true},
    {"PPP, short", 9, ppp_compressed, false, 0, true},
    {"PPP, serial", 50, ppp, false, 0, true},
    {"Cisco HDLC", 50, cisco_hdlc, false, 0, true},
    {"C_HDLC", 104, cisco_hdlc, false, 0, false},
    {"Frame Relay", 107, frame_relay, false, 0, true},
    {"Frame Relay, SNAP", 107, frame_relay_snap, false, 0, true},
    {"ATM", 11, llc, false, 0, false},
    {"FDDI", 10, fddi, false, 0, false},
    {"802.11", 105, wlan, false, 0, false},
    {"802.11, QoS, four addresses", 105, wlan_qos_bridge, false, 0, false},
    {"radiotap", 127, radiotap, false, 0, false},
    {"radiotap, padded", 127, radiotap_padded, false, 0, false},
    {"Prism", 119, prism, false, 0, true},
    {"AVS", 163, avs, false, 0, false},
    {"AVS as Prism", 119, avs, false, 0, true},
    {"PPI", 192, ppi, false, 0, false},
    {"PKTAP", 258, pktap, false, 0, false},
    {"PKTAP, old", 149, pktap, false, 0, false},
    {"NFLOG", 239, nflog, false, 0, false},
    {"NFLOG, other byte order", 239, nflog_swapped, false, 0, false},
    {"PFLOG", 117, pflog, false, 0, false},
    {"ENC", 109, encapsulated, false, 0, false},
    {"SLL, LLC", 113, cooked_llc, false, 0, false},
    {"raw, a file's number", 101, nothing, false, 0, false},
};

static struct wire wrapped(const struct row *row)
{
    struct wire w = {0};
    size_t ip = row->begin(&w);
    wire_query_ipv4(&w);
    if (ip > 0)
        wire_ipv4_end(&w, ip);
    return w;
}

static void the_query_comes_out(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct packet p;
        struct wire w = wrapped(&rows[i]);
        enum packet_status status = decode(&w, rows[i].linktype, &p);
        if (status != PACKET_OK || !is_query(&p, ADDR_IPV4))
            fail_msg("%s: status %d", rows[i].name, (int)status);
        assert_int_equal(p.tunnel, rows[i].tunnel);
        assert_int_equal(p.vlans, rows[i].vlan != 0);
        if (rows[i].vlan)
            assert_int_equal(p.vlan[0], rows[i].vlan);
        assert_false(p.more);
    }
}

/* A snap length may cut any header: then the frame is cut, never malformed nor something else. */
static void every_snap_length(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct wire w = wrapped(&rows[i]);
        for (size_t n = 0; n < w.length; n++) {
            struct packet p;
            enum packet_status status = decode_part(&w, rows[i].linktype, n, w.length, &p);
            if (rows[i].guessed) {
                assert_in_range(status, PACKET_OK, PACKET_UNSUPPORTED);
                continue;
            }
            if (status != (n < w.length - 35 ? PACKET_TRUNCATED : PACKET_OK))
                fail_msg("%s: %zu bytes: status %d", rows[i].name, n, (int)status);
        }
    }
}

static void every_corrupt_byte(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct wire w = wrapped(&rows[i]);
        for (size_t at = 0; at < w.length; at++) {
            uint8_t good = w.bytes[at];
            for (unsigned value = 0; value < 256; value++) {
                struct packet p;
                w.bytes[at] = (uint8_t)value;
                enum packet_status status = decode(&w, rows[i].linktype, &p);
                assert_in_range(status, PACKET_OK, PACKET_UNSUPPORTED);
                assert_true(cursor_left(&p.payload) <= p.payload_length || status != PACKET_OK);
                if (status == PACKET_UNSUPPORTED)
                    assert_in_range(p.unsupported.kind, 0, UNSUPPORTED_KINDS - 1);
                assert_true(p.vlans <= PACKET_VLANS);
            }
            w.bytes[at] = good;
        }
    }
}

static void in_ipv6(void **state)
{
    (void)state;
    struct wire w = {0};
    struct packet p;
    size_t ip = wire_ipv4(&w, OUTER_A, OUTER_B, 41); /* 6in4 */
    wire_query_ipv6(&w);
    wire_ipv4_end(&w, ip);
    assert_int_equal(decode(&w, DLT_RAW, &p), PACKET_OK);
    assert_true(is_query(&p, ADDR_IPV6));
}

static void teredo(void **state)
{
    (void)state;
    for (unsigned parts = 0; parts < 4; parts++) {
        struct wire w = {0};
        struct packet p;
        size_t ip = wire_ipv4(&w, OUTER_A, OUTER_B, 17), udp = wire_udp(&w, 3544, 50001);
        if (parts & 1) { /* authentication: no identifier, a value of two bytes */
            wire_be32(&w, 0x00010002);
            wire_zero(&w, 2 + 9);
        }
        if (parts & 2) /* origin */
            wire_zero(&w, 8);
        wire_query_ipv6(&w);
        wire_udp_end(&w, udp);
        wire_ipv4_end(&w, ip);
        assert_int_equal(decode(&w, DLT_RAW, &p), PACKET_OK);
        assert_true(is_query(&p, ADDR_IPV6));
        assert_true(p.tunnel);
    }
}

/* A client's own port may be a tunnel's: what does not look like one to the last bit is no tunnel.
 */
static void a_port_alone_makes_no_tunnel(void **state)
{
    (void)state;
    static const unsigned ports[] = {4789, 8472, 6081, 2152, 3544};
    for (size_t i = 0; i < sizeof ports / sizeof ports[0]; i++) {
        struct wire w = {0};
        struct packet p;
        size_t ip = wire_ipv4(&w, RESOLVER, CLIENT, 17), udp = wire_udp(&w, 53, ports[i]);
        wire_be32(&w, 0x08000000); /* as VXLAN has it: the id of the answer is 2048 */
        wire_be32(&w, 0);
        wire_ethernet(&w, 0x0800);
        wire_query_ipv4(&w);
        wire_udp_end(&w, udp);
        wire_ipv4_end(&w, ip);
        assert_int_equal(decode(&w, DLT_RAW, &p), PACKET_OK);
        assert_false(p.tunnel);
        assert_int_equal(p.dst_port, ports[i]);
        wire_set_be16(&w, 20, 40000); /* not from port 53, and one reserved bit */
        w.bytes[29] = 1;
        assert_int_equal(decode(&w, DLT_RAW, &p), PACKET_OK);
        assert_false(p.tunnel);
    }
}

static void first_fragments_of_tunnels_are_named(void **state)
{
    (void)state;
    struct wire w = {0};
    struct packet p;
    size_t ip = wire_ipv4(&w, OUTER_A, OUTER_B, 4);
    wire_query_ipv4(&w);
    wire_ipv4_end(&w, ip);
    wire_set_be16(&w, 6, 0x2000);
    assert_int_equal(decode(&w, DLT_RAW, &p), PACKET_UNSUPPORTED);
    assert_int_equal(p.unsupported.kind, UNSUPPORTED_FRAGMENT);
}

static void depth_is_bounded(void **state)
{
    (void)state;
    struct wire w = {0};
    struct packet p;
    for (int i = 0; i < 40; i++)
        wire_ipv4(&w, OUTER_A, OUTER_B, 4);
    wire_query_ipv4(&w);
    for (size_t i = 0; i < 40; i++)
        wire_set_be16(&w, 20 * i + 2, (unsigned)(w.length - 20 * i));
    assert_int_equal(decode(&w, DLT_RAW, &p), PACKET_UNSUPPORTED);
    assert_int_equal(p.unsupported.kind, UNSUPPORTED_DEPTH);
}

/* --- Wi-Fi ----------------------------------------------------------------------------------- */

static void encrypted_and_empty_frames(void **state)
{
    (void)state;
    static const struct {
        unsigned control;
        enum packet_status status;
        uint32_t kind;
    } frames[] = {
        {0x0841, PACKET_UNSUPPORTED, UNSUPPORTED_ENCRYPTED},
        {0x4801, PACKET_NOT_IP, 0}, /* null data */
        {0x8000, PACKET_NOT_IP, 0}, /* beacon */
        {0xd400, PACKET_NOT_IP, 0}, /* acknowledgement */
    };
    for (size_t i = 0; i < sizeof frames / sizeof frames[0]; i++) {
        struct wire w = {0};
        struct packet p;
        wlan_header(&w, frames[i].control, 24);
        if (frames[i].kind)
            w.bytes[1] |= 0x40;
        llc(&w);
        wire_query_ipv4(&w);
        assert_int_equal(decode(&w, 105, &p), frames[i].status);
        if (frames[i].kind)
            assert_int_equal(p.unsupported.kind, frames[i].kind);
    }
}

/* IEEE 802.11 9.3.2.2: two subframes, the first padded. */
static void two_packets_in_an_amsdu(void **state)
{
    (void)state;
    struct wire w = {0};
    struct packet p;
    wlan_header(&w, 0x8801, 26);
    w.bytes[24] = 0x80;
    for (int i = 0; i < 2; i++) {
        wire_ethernet(&w, 8 + 63);
        llc(&w);
        wire_query_ipv4(&w);
        if (i == 0)
            wire_zero(&w, 3);
    }
    w.bytes[26 + 14 + 8 + 15] = 9; /* the first's source is another host */
    struct frame frame = {.linktype = 105,
                          .length = (uint32_t)w.length,
                          .captured = (uint32_t)w.length,
                          .bytes = w.bytes};
    assert_int_equal(packet_decode(&frame, 0, &p), PACKET_OK);
    assert_int_equal(p.src.bytes[3], 9);
    assert_true(p.more);
    assert_int_equal(packet_decode(&frame, 1, &p), PACKET_OK);
    assert_true(is_query(&p, ADDR_IPV4));
    assert_false(p.more);
    assert_true(p.has_mac);
    assert_int_equal(p.mac[5], 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_query_comes_out),
        cmocka_unit_test(every_snap_length),
        cmocka_unit_test(every_corrupt_byte),
        cmocka_unit_test(in_ipv6),
        cmocka_unit_test(teredo),
        cmocka_unit_test(a_port_alone_makes_no_tunnel),
        cmocka_unit_test(first_fragments_of_tunnels_are_named),
        cmocka_unit_test(depth_is_bounded),
        cmocka_unit_test(encrypted_and_empty_frames),
        cmocka_unit_test(two_packets_in_an_amsdu),
    };
    return cmocka_run_group_tests(tests, NULL, decode_done);
}
