/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The lines of a live watch and the status line below them, letter by letter, with a clock that is
 * only a number; and what the sensor says it sees, with the mistakes that it guesses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "seeds.h"
#include "sensor/tell/live.h"
#include "sensor/tell/sights_words.h"

#define AT SEED_AT

/* One terminal for all three outputs, or a file for the alerts. */
struct run {
    struct live_options options;
    struct sink *sink;
    char *text;
    size_t length, seen;
    FILE *terminal;
    unsigned columns;
    struct stats stats;
    struct moment moment;
};

static unsigned columns_of(void *context)
{
    return ((struct run *)context)->columns;
}

static int set_up(void **state)
{
    struct run *r = calloc(1, sizeof *r);
    r->terminal = open_memstream(&r->text, &r->length);
    r->columns = 120;
    r->options = (struct live_options){.out = r->terminal,
                                       .talk = r->terminal,
                                       .utf8 = true,
                                       .width = columns_of,
                                       .context = r,
                                       .source = "eth1"};
    r->moment = (struct moment){.now = AT(9, 15, 0),
                                .started = AT(9, 0, 0),
                                .stats = &r->stats,
                                .clients = {1, 209, 2, 1, 1}};
    r->stats.capture.packets = 1204331;
    *state = r;
    return 0;
}

static int tear_down(void **state)
{
    struct run *r = *state;
    if (r->sink)
        r->sink->ops->free(r->sink);
    fclose(r->terminal);
    free(r->text);
    free(r);
    return 0;
}

static void begin(struct run *r)
{
    r->sink = live_new(&r->options);
    assert_non_null(r->sink);
}

/* What was printed since the last look. */
static void printed(struct run *r, const char *expected)
{
    fflush(r->terminal);
    assert_string_equal(r->text + r->seen, expected);
    r->seen = r->length;
}

static struct notice web_alert(void)
{
    struct notice n = {.id = 17,
                       .code = NOTICE_WEB_UNAVAILABLE,
                       .severity = SEVERITY_CRITICAL,
                       .client = seed_address("10.1.7.114"),
                       .family = ADDR_IPV4,
                       .time = AT(9, 14, 3),
                       .since = AT(9, 13, 58),
                       .count = 3,
                       .cause = CAUSE_MIDDLEBOX_RESET,
                       .confidence = CONFIDENCE_LIKELY};
    strcpy(n.message, "blocked near the client: connections are reset");
    return n;
}

static void end(struct notice *n, enum notice_resolution resolution, nstime time, const char *text)
{
    n->resolution = resolution;
    n->time = time;
    strcpy(n->message, text);
}

static void an_alerts_life(void **state)
{
    struct run *r = *state;
    begin(r);
    struct notice n = web_alert();
    r->sink->ops->alert(r->sink, &n);
    printed(r, "2024-08-27 UTC\n"
               "09:14:03  ALERT     WEB  10.1.7.114       blocked near the client: connections are "
               "reset: reset by a box close to the client (likely), since 09:13:58  #17\n");
    n.cause = CAUSE_SILENT_DROP;
    n.time = AT(9, 15, 3);
    strcpy(n.message, "no connection opens");
    r->sink->ops->alert(r->sink, &n);
    printed(r, "09:15:03  CHANGED   WEB  10.1.7.114       no connection opens: dropped in silence "
               "(likely), for 1 min 5 s  #17\n");
    r->sink->ops->remind(r->sink, &n, AT(9, 25, 3));
    printed(r, "09:25:03  STILL     WEB  10.1.7.114       no connection opens: dropped in silence "
               "(likely), for 11 min 5 s  #17\n");
    end(&n, RESOLUTION_RECOVERED, AT(9, 25, 35), "works again");
    r->sink->ops->alert(r->sink, &n);
    printed(r, "09:25:35  RESOLVED  WEB  10.1.7.114       works again, after 11 min 37 s  #17\n");
}

static void wide_alerts_and_other_ends(void **state)
{
    struct run *r = *state;
    begin(r);
    struct notice n = web_alert();
    n.id = 18;
    n.code = NOTICE_DNS_UNPROTECTED;
    n.cause = CAUSE_SILENT_DROP;
    n.scope = SCOPE_SITE;
    strcpy(n.message, "212 of 214 clients: nothing answers on UDP 53 or UDP 443");
    r->sink->ops->alert(r->sink, &n);
    printed(r, "2024-08-27 UTC\n"
               "09:14:03  ALERT     DNS  SITE (IPv4)      212 of 214 clients: nothing answers on "
               "UDP 53 or UDP 443: dropped in silence (likely), since 09:13:58  #18\n");
    n = web_alert();
    end(&n, RESOLUTION_FOLDED, AT(9, 14, 9), "goes on as part of alert 18, SITE (IPv4)");
    r->sink->ops->alert(r->sink, &n);
    end(&n, RESOLUTION_CLIENT_GONE, AT(9, 24, 9), "the client has gone silent");
    r->sink->ops->alert(r->sink, &n);
    end(&n, RESOLUTION_SUSPENDED, AT(9, 24, 10) + 86400 * NS_PER_SEC, "not judged any more");
    r->sink->ops->alert(r->sink, &n);
    printed(r, "09:14:09  FOLDED    WEB  10.1.7.114       goes on as part of alert 18, SITE "
               "(IPv4), after 11 s  #17\n"
               "09:24:09  GONE      WEB  10.1.7.114       the client has gone silent, after 10 min "
               "11 s  #17\n"
               "2024-08-28 UTC\n"
               "09:24:10  UNKNOWN   WEB  10.1.7.114       not judged any more, after 24 h 10 min  "
               "#17\n");
}

static void a_terminal_wraps_and_colours(void **state)
{
    struct run *r = *state;
    r->options.colour = r->options.out_terminal = true;
    r->columns = 80;
    begin(r);
    struct notice n = web_alert();
    r->sink->ops->alert(r->sink, &n);
    printed(r, "2024-08-27 UTC\n"
               "09:14:03  \033[31mALERT\033[0m     WEB  10.1.7.114       blocked near the client: "
               "connections\n"
               "          are reset: reset by a box close to the client (likely), since 09:13:58  "
               "#17\n");
    end(&n, RESOLUTION_RECOVERED, AT(9, 14, 9), "works again");
    r->sink->ops->alert(r->sink, &n);
    printed(r, "09:14:09  \033[32mRESOLVED\033[0m  WEB  10.1.7.114       works again, after 11 s  "
               "#17\n");
}

static void the_status_line_stays_at_the_bottom(void **state)
{
    struct run *r = *state;
    r->options.status = r->terminal;
    begin(r);
    r->sink->ops->tick(r->sink, &r->moment);
    printed(r, "\reth1 · 15 min 0 s · 1,204,331 packets, 0 dropped · 214 clients: 2 fail, 2 "
               "degraded, 209 protected, 1 can't tell · 0 ale\033[K");
    r->moment.now += NS_PER_SEC / 2; /* no more than once a second */
    r->sink->ops->tick(r->sink, &r->moment);
    printed(r, "");
    struct notice n = web_alert();
    end(&n, RESOLUTION_RECOVERED, AT(9, 15, 0), "works again");
    r->sink->ops->alert(r->sink, &n); /* wiped before a line … */
    printed(r, "\r\033[K2024-08-27 UTC\n"
               "09:15:00  RESOLVED  WEB  10.1.7.114       works again, after 1 min 2 s  #17\n");
    r->moment.now = AT(9, 15, 1); /* … and back after it */
    r->moment.clients[STATUS_PROTECTED] = r->moment.clients[STATUS_UNDETERMINED] = 0;
    r->moment.clients[STATUS_DEGRADED] = r->moment.clients[STATUS_UNAVAILABLE] = 0;
    r->moment.firing = 1;
    r->stats.capture.kernel_drops = 12;
    r->sink->ops->tick(r->sink, &r->moment);
    printed(r, "\reth1 · 15 min 1 s · 1,204,331 packets, 12 dropped · 1 client: 1 fails · 1 "
               "alert\033[K");
    r->sink->ops->say(r->sink, AT(9, 15, 2), SAY_WARNING, "Interface eth1 is down.");
    printed(r, "\r\033[K09:15:02  roamwatch: Interface eth1 is down.\n");
    r->moment.now = AT(9, 15, 2);
    r->sink->ops->tick(r->sink, &r->moment);
    r->sink->ops->finish(r->sink, NULL);
    fflush(r->terminal);
    assert_non_null(strstr(r->text, "alert\033[K\r\033[K"));
}

static void no_status_line_where_there_is_no_terminal(void **state)
{
    struct run *r = *state;
    begin(r);
    r->sink->ops->tick(r->sink, &r->moment);
    r->sink->ops->finish(r->sink, NULL);
    printed(r, "");
}

static void hostile_text_is_escaped(void **state)
{
    struct run *r = *state;
    r->options.status = r->terminal;
    r->options.source = "eth\033[2J";
    begin(r);
    struct notice n = web_alert();
    strcpy(n.message, "a\033]0;x\007b");
    r->sink->ops->alert(r->sink, &n);
    r->sink->ops->say(r->sink, AT(9, 15, 2), SAY_ERROR, "The file x\033c is full.");
    fflush(r->terminal);
    assert_null(strchr(r->text, '\033'));
    assert_null(strchr(r->text, '\007'));
    r->sink->ops->tick(r->sink, &r->moment);
    fflush(r->terminal);
    assert_null(strstr(r->text, "\033[2J"));
}

static void quiet_and_without_a_screen(void **state)
{
    struct run *r = *state;
    r->options.quiet = true;
    r->options.out = NULL;
    begin(r);
    const struct notice n = web_alert();
    r->sink->ops->alert(r->sink, &n);
    r->sink->ops->say(r->sink, AT(9, 15, 2), SAY_NEWS, "News.");
    r->sink->ops->say(r->sink, AT(9, 15, 2), SAY_ERROR, "An error.");
    printed(r, "09:15:02  roamwatch: An error.\n");
}

/* --- what is seen ---------------------------------------------------------------------------- */

static struct moment moment_at(const struct sights *sights, unsigned seconds)
{
    static const struct stats stats;
    return (struct moment){
        .now = AT(9, 0, (int)seconds), .started = AT(9, 0, 0), .stats = &stats, .sights = sights};
}

static const struct sights whole = {.frames = 60000,
                                    .ip = 59000,
                                    .sent = 400,
                                    .received = 390,
                                    .vlans = 2,
                                    .vlan = {12, 20},
                                    .linktype = 1};

static void says_what_it_sees_once(void **state)
{
    (void)state;
    char text[SIGHTS_TEXT];
    struct sights_teller teller = {0};
    enum say kind = SAY_ERROR;
    struct moment m = moment_at(&whole, 19);
    m.clients[STATUS_PROTECTED] = 214;
    m.learnt = 3;
    assert_false(sights_tell(&teller, &m, &kind, text));
    m.now = AT(9, 0, 20);
    assert_true(sights_tell(&teller, &m, &kind, text));
    assert_int_equal(kind, SAY_NEWS);
    assert_string_equal(text, "Seen so far: both directions: yes; VLANs 12, 20; 214 clients; 3 SWG "
                              "addresses learnt; 3,000 packets a second.");
    m.now = AT(9, 0, 59);
    assert_false(sights_tell(&teller, &m, &kind, text));
}

static void names_the_likely_mistake(void **state)
{
    (void)state;
    static const struct {
        struct sights sights;
        size_t clients;
        const char *says, *advises;
    } cases[] = {
        {{0}, 0, "Nothing is seen: no packet in 50 s.", "the interface the mirror is plugged into"},
        {{.frames = 900, .encrypted = 900, .linktype = 127},
         0,
         "900 frames, none of them readable as IP",
         "encrypted 802.11"},
        {{.frames = 900, .linktype = 1}, 0, "none of them readable as IP", "the right interface"},
        {{.frames = 500, .ip = 500, .sent = 5, .syns = 10},
         4,
         "both directions: no, only what clients send",
         "mirror both directions"},
        {{.frames = 500, .ip = 500, .synacks = 10},
         0,
         "both directions: no, only what clients receive",
         "mirror both directions"},
        {{.frames = 500, .ip = 500, .asked = 10, .answered = 9, .untagged = true},
         0,
         "both directions: yes; 0 clients;",
         "which ports and VLANs are mirrored"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[SIGHTS_TEXT];
        struct sights_teller teller = {0};
        enum say kind = SAY_NEWS;
        struct moment m = moment_at(&cases[i].sights, 49);
        m.clients[STATUS_UNDETERMINED] = cases[i].clients;
        assert_false(sights_tell(&teller, &m, &kind, text));
        m.now = AT(9, 0, 50);
        assert_true(sights_tell(&teller, &m, &kind, text));
        assert_int_equal(kind, SAY_WARNING);
        assert_non_null(strstr(text, cases[i].says));
        assert_non_null(strstr(text, cases[i].advises));
        m.now = AT(9, 5, 0); /* once … */
        assert_false(sights_tell(&teller, &m, &kind, text));
        m.sights = &whole; /* … until it was mended */
        m.clients[STATUS_PROTECTED] = 1;
        assert_true(sights_tell(&teller, &m, &kind, text));
        assert_int_equal(kind, SAY_NEWS);
        assert_false(sights_tell(&teller, &m, &kind, text));
    }
}

static void a_block_of_all_that_is_watched_is_no_one_way_capture(void **state)
{
    (void)state;
    const struct sights s = {.frames = 99, .ip = 99, .sent = 50, .asked = 3, .answered = 3};
    assert_int_equal(sights_directions(&s), DIRECTIONS_BOTH);
}

static void gathers_vlans_and_directions(void **state)
{
    (void)state;
    struct sights s = {0};
    const struct frame frame = {.linktype = 1};
    struct packet packet = {.kind = PACKET_TCP, .vlans = 1, .tcp.flags = TCP_SYN};
    for (uint16_t i = 0; i < 2 * SIGHTS_VLANS; i++) {
        packet.vlan[0] = (uint16_t)(4000 - i % 40);
        sights_frame(&s, &frame, PACKET_OK, &packet);
    }
    assert_int_equal(s.vlans, SIGHTS_VLANS);
    assert_true(s.more_vlans);
    assert_false(s.untagged);
    for (size_t i = 1; i < s.vlans; i++)
        assert_true(s.vlan[i - 1] < s.vlan[i]);
    assert_int_equal(s.syns, 2 * SIGHTS_VLANS);
    assert_int_equal(sights_directions(&s), DIRECTIONS_UP);
    packet.vlans = 0;
    packet.tcp.flags = TCP_SYN | TCP_ACK;
    sights_frame(&s, &frame, PACKET_OK, &packet);
    assert_true(s.untagged);
    assert_int_equal(sights_directions(&s), DIRECTIONS_BOTH);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_alerts_life),
        TEST(wide_alerts_and_other_ends),
        TEST(a_terminal_wraps_and_colours),
        TEST(the_status_line_stays_at_the_bottom),
        TEST(no_status_line_where_there_is_no_terminal),
        TEST(hostile_text_is_escaped),
        TEST(quiet_and_without_a_screen),
        cmocka_unit_test(says_what_it_sees_once),
        cmocka_unit_test(names_the_likely_mistake),
        cmocka_unit_test(a_block_of_all_that_is_watched_is_no_one_way_capture),
        cmocka_unit_test(gathers_vlans_and_directions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
