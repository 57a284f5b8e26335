/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of clients: its bound, its order, roles, and a host's two families. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "play.h"

static const uint8_t mac_a[6] = {2, 0, 0, 0, 0, 1}, mac_b[6] = {2, 0, 0, 0, 0, 2};

static struct client *see(struct play *play, const char *text, const uint8_t *mac, double second)
{
    struct addr addr;
    assert_true(addr_parse(text, &addr));
    return clients_see(play->clients, &addr, mac, play_at(second));
}

static void the_table_is_bounded(void **state)
{
    struct play *play = *state;
    clients_free(play->clients);
    play->config.limits.clients = 100;
    const uint64_t key[2] = {7, 8};
    play->clients = clients_new(&play->config, key);
    for (uint8_t i = 0; i < 100; i++) {
        const uint8_t bytes[4] = {10, 0, 0, i};
        struct addr addr = addr_ipv4(bytes);
        assert_non_null(clients_see(play->clients, &addr, NULL, play_at(i)));
    }
    assert_true(clients_full(play->clients));
    assert_null(see(play, "10.0.1.1", NULL, 100));
    assert_non_null(see(play, "10.0.0.0", NULL, 101)); /* seen again: no longer the oldest */
    struct client *oldest = clients_oldest(play->clients);
    assert_int_equal(oldest->addr.bytes[3], 1);
    clients_drop(play->clients, oldest);
    assert_non_null(see(play, "10.0.1.1", NULL, 102));
    assert_int_equal(clients_count(play->clients), 100);
    assert_int_equal(clients_evicted(play->clients), 1);
}

static void sorted_by_address(void **state)
{
    struct play *play = *state;
    see(play, "2001:db8::1", NULL, 1);
    see(play, "10.0.0.9", NULL, 2);
    see(play, "10.0.0.10", NULL, 3);
    struct client **sorted = clients_sorted(play->clients);
    assert_non_null(sorted);
    assert_int_equal(sorted[0]->addr.bytes[3], 9);
    assert_int_equal(sorted[1]->addr.bytes[3], 10);
    assert_true(sorted[2] == play->client);
    assert_int_equal(sorted[3]->addr.family, ADDR_IPV6);
    free(sorted);
}

static void two_families_of_one_host(void **state)
{
    struct play *play = *state;
    struct client *four = see(play, "10.0.0.1", mac_a, 1);
    struct client *six = see(play, "2001:db8::1", mac_a, 1);
    assert_false(clients_other_family_works(play->clients, six, PROTECTION_WEB));
    four->protection[PROTECTION_WEB].works = true;
    assert_true(clients_other_family_works(play->clients, six, PROTECTION_WEB));
    assert_false(clients_other_family_works(play->clients, six, PROTECTION_DNS));
    assert_false(clients_other_family_works(play->clients, four, PROTECTION_WEB));
    see(play, "10.0.0.2", mac_b, 1);
    assert_true(clients_other_family_works(play->clients, six, PROTECTION_WEB));
    see(play, "10.0.0.3", mac_a, 1); /* a router's: it ties nothing together */
    assert_false(clients_other_family_works(play->clients, six, PROTECTION_WEB));
}

static void roles_follow_from_what_is_sent(void **state)
{
    struct play *play = *state;
    char name[32];
    play_other(play, PLAY_RESOLVER, 53, 0, "example.com", OUTCOME_ANSWERED);
    assert_int_equal(client_role(play->client, &play->config), ROLE_OTHER);
    for (int i = 0; i < 200; i++) {
        snprintf(name, sizeof name, "host-%d.example.com", i);
        play_other(play, PLAY_RESOLVER, 53, i, name, OUTCOME_ANSWERED);
    }
    assert_int_equal(client_role(play->client, &play->config), ROLE_FORWARDER);
    play_dns(play, PLAY_RESOLVER, 53, 300, OUTCOME_ANSWERED);
    assert_int_equal(client_role(play->client, &play->config), ROLE_MODULE);
}

static void paths_are_bounded(void **state)
{
    struct play *play = *state;
    char server[32];
    play->config.limits.paths = 8;
    for (int i = 1; i <= 20; i++) {
        snprintf(server, sizeof server, "18.135.112.%d", i);
        play_web(play, server, i, OUTCOME_OPENED, NULL);
    }
    const struct protection_state *web = &play->client->protection[PROTECTION_WEB];
    assert_int_equal(web->paths, 8);
    assert_int_equal(web->paths_dropped, 12);
    for (unsigned i = 0; i < web->paths; i++)
        assert_true(web->path[i].server.bytes[3] > 12); /* the newest are kept */
}

static void those_with_an_alert_in_order(void **state)
{
    struct play *play = *state;
    struct client *a = see(play, "10.0.0.1", NULL, 1), *b = see(play, "10.0.0.2", NULL, 2);
    assert_null(clients_first_alerting(play->clients));
    clients_set_alerting(play->clients, a, true);
    clients_set_alerting(play->clients, b, true);
    assert_true(clients_first_alerting(play->clients) == a);
    see(play, "10.0.0.1", NULL, 3);
    assert_true(clients_first_alerting(play->clients) == b);
    clients_drop(play->clients, b);
    assert_true(clients_first_alerting(play->clients) == a);
    clients_set_alerting(play->clients, a, false);
    assert_null(clients_first_alerting(play->clients));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PLAY_TEST(the_table_is_bounded),     PLAY_TEST(sorted_by_address),
        PLAY_TEST(two_families_of_one_host), PLAY_TEST(roles_follow_from_what_is_sent),
        PLAY_TEST(paths_are_bounded),        PLAY_TEST(those_with_an_alert_in_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
