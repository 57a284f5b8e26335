/* SPDX-License-Identifier: GPL-2.0-or-later */
/* swap: the capture filter in the kernel. A child sends numbered SYNs, each behind a segment of the
 * bulk, while the parent captures and swaps filters; every SYN must arrive, just as often as it
 * passes the device, and no segment of the bulk may.
 *
 *     swap SENDER CAPTURE SWAPS COPIES KINDS
 *
 * SENDER and CAPTURE are interfaces, CAPTURE may be "any". KINDS: 1 sends no VLAN tags, 2 one to
 * every other frame, 3 two to every third as well.
 *
 * No more frames are under way than the ring holds: each round the child waits for the parent, so
 * that a frame which is missing was lost to a swap. Every wait is bounded. */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <pcap/pcap.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "decoders/packet.h"
#include "sensor/capture/filter.h"

#define ROUND     500 /* SYNs under way at once, at most two such */
#define PER_SWAP  25  /* SYNs that a swap must survive */
#define RING      (32 * 1024 * 1024)
#define SLOT      2048  /* with immediate mode each frame takes as much of the ring */
#define PATIENCE  20000 /* milliseconds without a frame */
#define FRAME     1514
#define PORT_BASE 1024

static void die(const char *what)
{
    fprintf(stderr, "swap: %s: %s\n", what, strerror(errno));
    exit(1);
}

/* --- The child -------------------------------------------------------------------------------- */

struct frame_bytes {
    size_t length;
    uint8_t at[FRAME];
};

static void put(struct frame_bytes *f, const void *bytes, size_t length)
{
    memcpy(f->at + f->length, bytes, length);
    f->length += length;
}

static void put16(struct frame_bytes *f, unsigned value)
{
    const uint8_t bytes[2] = {(uint8_t)(value >> 8), (uint8_t)value};
    put(f, bytes, sizeof bytes);
}

static unsigned tags_of(uint32_t number, unsigned kinds)
{
    return number / 2 % kinds;
}

static void put_ip(struct frame_bytes *f, bool ipv6, size_t length)
{
    static const uint8_t from6[16] = {0x20, 1, 0x0d, 0xb8, [15] = 1};
    static const uint8_t to6[16] = {0x20, 1, 0x0d, 0xb8, [15] = 2};
    static const uint8_t from4[4] = {192, 0, 2, 1}, to4[4] = {192, 0, 2, 2};
    static const uint8_t begin6[4] = {0x60}, rest4[8] = {0, 0, 0, 0, 64, IPPROTO_TCP, 0, 0};

    if (ipv6) {
        put(f, begin6, 4);
        put16(f, (unsigned)length);
        put16(f, IPPROTO_TCP << 8 | 64);
        put(f, from6, 16);
        put(f, to6, 16);
        return;
    }
    put16(f, 0x4500);
    put16(f, (unsigned)length + 20);
    put(f, rest4, 8);
    put(f, from4, 4);
    put(f, to4, 4);
}

/* The number is the SYN's sequence number; IPv4 and IPv6 in turn. */
static void make(struct frame_bytes *f, uint32_t number, unsigned kinds, bool bulk)
{
    static const uint8_t macs[12] = {2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1},
                         noise[1400] = {0x17, 3, 3};
    const unsigned tags = tags_of(number, kinds);
    const bool ipv6 = number % 2;
    const uint32_t sequence = htonl(number), acknowledged = 0;

    f->length = 0;
    put(f, macs, sizeof macs);
    for (unsigned i = tags; i > 0; i--) {
        put16(f, i == 2 ? 0x88a8 : 0x8100);
        put16(f, 10 + i);
    }
    put16(f, ipv6 ? ETHERTYPE_IPV6 : ETHERTYPE_IP);
    put_ip(f, ipv6, 20 + (bulk ? sizeof noise : 0));
    put16(f, 50000);
    put16(f, 443);
    put(f, &sequence, 4);
    put(f, &acknowledged, 4);
    put16(f, bulk ? 0x5010 : 0x5002);
    put16(f, 64240);
    put16(f, 0);
    put16(f, 0);
    if (bulk)
        put(f, noise, sizeof noise);
}

static void send_frame(int fd, const struct sockaddr_ll *to, const struct frame_bytes *f)
{
    while (sendto(fd, f->at, f->length, 0, (const struct sockaddr *)to, sizeof *to) < 0)
        if (errno != ENOBUFS && errno != EINTR)
            die("sending a frame");
}

/* A byte on the pipe lets a round go. */
static void send_rounds(const char *name, int pipe_end, uint32_t total, unsigned kinds)
{
    struct frame_bytes f;
    struct sockaddr_ll to = {
        .sll_family = AF_PACKET, .sll_ifindex = (int)if_nametoindex(name), .sll_halen = ETH_ALEN};
    char byte;
    int fd = socket(AF_PACKET, SOCK_RAW, 0);

    if (fd < 0 || to.sll_ifindex == 0)
        die(name);
    alarm(4 * PATIENCE / 1000);
    for (uint32_t n = 0; n < total; n++) {
        if (n % ROUND == 0 && read(pipe_end, &byte, 1) != 1)
            exit(1);
        for (int bulk = 1; bulk >= 0; bulk--) {
            make(&f, n, kinds, bulk);
            send_frame(fd, &to, &f);
        }
    }
    exit(0);
}

/* --- The parent ------------------------------------------------------------------------------- */

struct run {
    pcap_t *pcap;
    uint32_t linktype, total, copies;
    unsigned swaps, wanted, kinds, bulk;
    uint64_t seen;
    uint8_t *count; /* of each SYN */
};

static pcap_t *open_capture(const char *name)
{
    char error[PCAP_ERRBUF_SIZE];
    pcap_t *pcap = pcap_create(name, error);

    if (!pcap || pcap_set_snaplen(pcap, SLOT) || pcap_set_buffer_size(pcap, RING) ||
        pcap_set_immediate_mode(pcap, 1) || pcap_activate(pcap) < 0 ||
        pcap_setnonblock(pcap, 1, error) < 0) {
        fprintf(stderr, "swap: Can't capture on %s: %s\n", name, pcap ? pcap_geterr(pcap) : error);
        exit(1);
    }
    if (strcmp(name, "any") == 0 && pcap_set_datalink(pcap, DLT_LINUX_SLL2) != 0)
        die("the second form of cooked frames");
    return pcap;
}

/* Filters of different length and content, which all let SYNs pass. */
static void install(struct run *run)
{
    struct prefix swg[40];
    const size_t count = run->swaps % 40 + 1;
    const struct watch_snapshot watch = {.swg = swg, .swgs = count};
    struct filter filter;
    char error[FILTER_ERROR];

    for (size_t i = 0; i < count; i++)
        swg[i] =
            (struct prefix){.addr = {ADDR_IPV4, {18, (uint8_t)i, 3, (uint8_t)count}}, .bits = 32};
    if (!filter_install(&filter, &watch, true, run->linktype, pcap_get_selectable_fd(run->pcap),
                        error)) {
        fprintf(stderr, "swap: %s\n", error);
        exit(1);
    }
    filter_free(&filter);
}

static void take(u_char *user, const struct pcap_pkthdr *header, const u_char *bytes)
{
    struct run *run = (struct run *)(void *)user;
    struct packet packet;
    struct frame frame = {.linktype = run->linktype,
                          .length = header->len,
                          .captured = header->caplen,
                          .bytes = bytes};

    if (packet_decode(&frame, 0, &packet) != PACKET_OK || packet.kind != PACKET_TCP)
        return; /* the kernel's own, such as neighbour discovery */
    bool tagged = tags_of(packet.tcp.seq, run->kinds) > 0;
    if (packet.tcp.flags != TCP_SYN || packet.tcp.seq >= run->total)
        run->bulk += !tagged || run->linktype == DLT_EN10MB; /* see filter_tags.h */
    else
        run->seen += run->count[packet.tcp.seq]++ < UINT8_MAX;
}

static void receive(struct run *run, int pipe_end)
{
    const uint64_t all = (uint64_t)run->total * run->copies;
    struct pollfd wait = {.fd = pcap_get_selectable_fd(run->pcap), .events = POLLIN};
    uint32_t rounds = 0;

    while (run->seen < all) {
        while (rounds * (uint64_t)ROUND < run->total &&
               rounds * (uint64_t)ROUND * run->copies < run->seen + ROUND * run->copies + 1) {
            if (write(pipe_end, "r", 1) != 1)
                die("the sender");
            rounds++;
        }
        if (pcap_dispatch(run->pcap, PER_SWAP, take, (u_char *)run) == 0 &&
            poll(&wait, 1, PATIENCE) <= 0)
            return; /* what is missing by then is lost */
        if (run->swaps < run->wanted && run->seen > (uint64_t)run->swaps * PER_SWAP * run->copies) {
            run->swaps++;
            install(run);
        }
    }
}

static int judge(const struct run *run)
{
    uint64_t lost = 0, doubled = 0;
    struct pcap_stat stat = {0};

    for (uint32_t i = 0; i < run->total; i++) {
        lost += run->count[i] < run->copies;
        doubled += run->count[i] > run->copies;
    }
    pcap_stats(run->pcap, &stat);
    printf("link type %u: %u swaps, %u SYNs, %llu lost, %llu too often, %u of the bulk, %u dropped "
           "by the ring\n",
           run->linktype, run->swaps, run->total, (unsigned long long)lost,
           (unsigned long long)doubled, run->bulk, stat.ps_drop);
    return lost || doubled || run->bulk || stat.ps_drop || run->swaps < run->wanted;
}

int main(int argc, char **argv)
{
    int ends[2], status = 0;

    if (argc != 6 || pipe(ends) != 0)
        return 2;
    struct run run = {.wanted = (unsigned)atoi(argv[3]),
                      .copies = (uint32_t)atoi(argv[4]),
                      .kinds = (unsigned)atoi(argv[5])};
    run.total = (run.wanted + 40) * PER_SWAP;
    run.count = calloc(run.total, 1);
    run.pcap = open_capture(argv[2]);
    run.linktype = (uint32_t)pcap_datalink(run.pcap);
    if (!run.count)
        return 2;
    install(&run);
    pid_t child = fork();
    if (child < 0)
        die("the sender");
    if (child == 0)
        send_rounds(argv[1], ends[0], run.total, run.kinds);
    receive(&run, ends[1]);
    close(ends[1]);
    waitpid(child, &status, 0);
    status = judge(&run);
    pcap_close(run.pcap);
    free(run.count);
    return status;
}
