/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The control group: what works besides, and what genuine packets look like. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include <netinet/in.h>

#include "play.h"

static struct addr addr(const char *text)
{
    struct addr a;
    assert_true(addr_parse(text, &a));
    return a;
}

static struct control_view view(struct play *play)
{
    return control_of(play->control, &play->client->addr);
}

static void connections_and_their_round_trips(void **state)
{
    struct play *play = *state;
    assert_true(view(play).last_ok == NSTIME_NONE);
    play_control(play, 1, 24, true);
    play_control(play, 2, 9, true);
    play_control(play, 3, 0, false);
    struct control_view v = view(play);
    assert_int_equal(v.tried, 3);
    assert_int_equal(v.opened, 2);
    assert_true(v.last_ok == play_at(2));
    assert_true(v.rtt_min == 9 * NS_PER_MS);
    assert_true(v.rtt_max == 24 * NS_PER_MS);
}

static void a_proxy_nearby_is_no_baseline(void **state)
{
    struct play *play = *state;
    play_genuine(play, PLAY_SWG, 0.4, 64); /* no hop away, and public */
    struct addr swg = addr(PLAY_SWG);
    assert_true(control_baseline(play->control, &swg).rtt == NSTIME_NONE);
    play_genuine(play, PLAY_SWG, 12, 52);
    assert_true(control_baseline(play->control, &swg).rtt == 12 * NS_PER_MS);
    assert_int_equal(control_baseline(play->control, &swg).ttl, 52);
}

static void a_network_shares_its_round_trip(void **state)
{
    struct play *play = *state;
    play_genuine(play, "18.135.112.7", 12, 52);
    struct addr same = addr(PLAY_SWG), other = addr("18.135.113.200");
    assert_true(control_baseline(play->control, &same).rtt == NSTIME_NONE);
    assert_true(control_baseline_net(play->control, &same).rtt == 12 * NS_PER_MS);
    assert_true(control_baseline_net(play->control, &other).rtt == NSTIME_NONE);
}

static void other_resolvers(void **state)
{
    struct play *play = *state;
    struct exchange exchange = {
        .outcome = OUTCOME_ANSWERED,
        .flow = {.client = play->client->addr, .server = addr("192.168.0.65")},
        .sent = play_at(1),
        .answer_frame = {.number = 2}};
    control_exchange(play->control, &exchange);
    exchange.outcome = OUTCOME_UNANSWERED;
    exchange.answer_frame.number = 0;
    control_exchange(play->control, &exchange);
    struct control_view v = view(play);
    assert_int_equal(v.asked, 2);
    assert_int_equal(v.answered, 1);
    assert_true(addr_equal(&v.resolver, &exchange.flow.server));
}

static void alive_for_a_minute_by_family(void **state)
{
    struct play *play = *state;
    assert_false(control_alive(play->control, ADDR_IPV4, play_at(0)));
    play_control(play, 0, 12, true);
    assert_true(control_alive(play->control, ADDR_IPV4, play_at(60)));
    assert_false(control_alive(play->control, ADDR_IPV4, play_at(61)));
    assert_false(control_alive(play->control, ADDR_IPV6, play_at(1)));
}

static void alive_from_the_syn_ack_on(void **state)
{
    struct play *play = *state;
    struct packet packet = {.kind = PACKET_TCP,
                            .time = play_at(1),
                            .src = addr("93.184.216.34"),
                            .dst = play->client->addr,
                            .tcp = {.flags = TCP_SYN | TCP_ACK}};
    control_packet(play->control, &packet); /* to a host that asked for nothing */
    assert_false(control_alive(play->control, ADDR_IPV4, play_at(1)));
    control_started(play->control, &play->client->addr);
    control_packet(play->control, &packet);
    assert_true(control_alive(play->control, ADDR_IPV4, play_at(1)));
    assert_true(view(play).last_ok == play_at(1));
}

static void hops_by_the_nearest_initial_ttl(void **state)
{
    (void)state;
    assert_int_equal(hops_of_ttl(64), 0);
    assert_int_equal(hops_of_ttl(52), 12);
    assert_int_equal(hops_of_ttl(128), 0);
    assert_int_equal(hops_of_ttl(115), 13);
    assert_int_equal(hops_of_ttl(255), 0);
    assert_int_equal(hops_of_ttl(240), 15);
}

static unsigned missing(const struct play *play)
{
    const struct loss_count count = loss_since(control_loss(play->control), NSTIME_NONE);
    return loss_permille(&count, 1);
}

static void what_is_missing_from_the_capture(void **state)
{
    struct play *play = *state;
    for (int i = 0; i < 30; i++)
        control_answer(play->control, play_at(i), true, false); /* queries before the beginning */
    assert_int_equal(missing(play), 0);
    for (int i = 0; i < 100; i++)
        control_answer(play->control, play_at(30), i < 3, false);
    assert_int_equal(missing(play), 30);
    control_answer(play->control, play_at(31), false, true); /* one came after its answer */
    assert_int_equal(missing(play), 0);                      /* two are chance */
}

static void which_directions_the_capture_shows(void **state)
{
    struct play *play = *state;
    play_control(play, 1, 12, true); /* the host is known from here on */
    struct packet packet = {.kind = PACKET_TCP,
                            .src = play->client->addr,
                            .dst = addr("93.184.216.34"),
                            .tcp = {.flags = TCP_ACK}};
    control_packet(play->control, &packet);
    packet.tcp.flags = TCP_SYN;
    control_packet(play->control, &packet);
    assert_int_equal(view(play).acknowledging, 1);
    assert_int_equal(view(play).received, 0);
    packet.src = packet.dst;
    packet.dst = play->client->addr;
    control_packet(play->control, &packet);
    assert_int_equal(view(play).received, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PLAY_TEST(connections_and_their_round_trips),  PLAY_TEST(a_proxy_nearby_is_no_baseline),
        PLAY_TEST(a_network_shares_its_round_trip),    PLAY_TEST(other_resolvers),
        PLAY_TEST(alive_for_a_minute_by_family),       PLAY_TEST(alive_from_the_syn_ack_on),
        PLAY_TEST(hops_by_the_nearest_initial_ttl),    PLAY_TEST(what_is_missing_from_the_capture),
        PLAY_TEST(which_directions_the_capture_shows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
