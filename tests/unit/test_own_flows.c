/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which packets are the sensor's own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "script.h"
#include "sensor/own_flows.h"

static struct own_flow flow_of(const struct script *s, uint8_t protocol)
{
    return (struct own_flow){.protocol = protocol,
                             .local = s->client,
                             .local_port = s->client_port,
                             .remote = s->server,
                             .remote_port = s->server_port};
}

static bool has(const struct own_flows *own, const struct packet *packet)
{
    return own_flows_has(own, packet);
}

static void both_directions_and_no_other(void **state)
{
    struct own_flows own = {0};
    struct script s = script_new();
    struct packet query = script_udp(&s, script_at(0), true);
    struct packet answer = script_udp(&s, script_at(1), false);
    struct packet error = script_icmp(&s, script_at(2), IPPROTO_UDP);
    (void)state;
    assert_false(has(&own, &query));
    const struct own_flow flow = flow_of(&s, IPPROTO_UDP);
    own_flows_add(&own, &flow);
    assert_true(has(&own, &query));
    assert_true(has(&own, &answer));
    assert_true(has(&own, &error));
    struct packet other = script_tcp(&s, script_at(3), true, TCP_SYN, 1, 0, 0);
    assert_false(has(&own, &other)); /* the same ports of another protocol */
    other = query;
    other.src_port++;
    assert_false(has(&own, &other));
    other = query;
    other.dst.bytes[3]++;
    assert_false(has(&own, &other)); /* the port is another program's by now */
    other = query;
    other.src.bytes[3]++;
    assert_false(has(&own, &other));
    other = query;
    other.kind = PACKET_OTHER;
    assert_false(has(&own, &other));
}

static void the_newest_are_remembered(void **state)
{
    struct own_flows own = {0};
    struct script s = script_new();
    (void)state;
    for (unsigned i = 0; i < OWN_FLOWS + 10; i++) {
        struct own_flow flow = flow_of(&s, IPPROTO_UDP);
        flow.local_port = (uint16_t)(40000 + i);
        own_flows_add(&own, &flow);
    }
    for (unsigned i = 0; i < OWN_FLOWS + 10; i++) {
        s.client_port = (uint16_t)(40000 + i);
        const struct packet query = script_udp(&s, script_at(0), true);
        assert_int_equal(has(&own, &query), i >= 10);
    }
}

static void sockets_tell_their_ends(void **state)
{
    struct own_flows own = {0};
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof at;
    const int fd = socket(AF_INET, SOCK_DGRAM, 0);
    (void)state;
    assert_false(own_flows_add_socket(&own, fd)); /* has no port yet */
    assert_false(own_flows_add_socket(&own, -1));
    assert_int_equal(own.count, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof at), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &size), 0);
    assert_true(own_flows_add_socket(&own, fd)); /* its other end may be any */
    struct script s = script_new();
    s.client = (struct addr){.family = ADDR_IPV4, .bytes = {127, 0, 0, 1}};
    s.client_port = ntohs(at.sin_port);
    struct packet query = script_udp(&s, script_at(0), true);
    assert_true(has(&own, &query));
    own = (struct own_flows){0};
    assert_int_equal(connect(fd, (struct sockaddr *)&at, sizeof at), 0);
    assert_true(own_flows_add_socket(&own, fd));
    assert_false(has(&own, &query)); /* it has one, and another */
    s.server = s.client;
    s.server_port = s.client_port;
    query = script_udp(&s, script_at(0), true);
    assert_true(has(&own, &query));
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_directions_and_no_other),
        cmocka_unit_test(the_newest_are_remembered),
        cmocka_unit_test(sockets_tell_their_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
