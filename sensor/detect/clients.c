/* SPDX-License-Identifier: GPL-2.0-or-later */
/* clients: the table of clients; what one client does is in client.c. */
#include "sensor/detect/clients.h"

#include <stdlib.h>

#include "decoders/hash.h"

#define CLIENTS_BUCKETS_MIN 64u

TAILQ_HEAD(client_list, client);
LIST_HEAD(mac_list, client);

struct clients {
    uint64_t key[2];
    size_t max, count, buckets; /* buckets: a power of two */
    struct client **by_addr;
    struct mac_list *by_mac; /* doubly linked: behind a router all have its one address */
    struct client_list age, alert;
    uint64_t evicted;
};

static size_t bucket(const struct clients *clients, const void *bytes, size_t length)
{
    return (size_t)hash_bytes(clients->key, bytes, length) & (clients->buckets - 1);
}

static size_t bucket_of(const struct clients *clients, const struct client *client)
{
    return bucket(clients, &client->addr, sizeof client->addr);
}

static size_t bucket_of_mac(const struct clients *clients, const struct client *client)
{
    return bucket(clients, client->mac, sizeof client->mac);
}

struct clients *clients_new(const struct config *config, const uint64_t key[2])
{
    struct clients *clients = calloc(1, sizeof *clients);
    if (!clients)
        return NULL;
    memcpy(clients->key, key, sizeof clients->key);
    clients->max = config->limits.clients;
    TAILQ_INIT(&clients->age);
    TAILQ_INIT(&clients->alert);
    return clients;
}

static void client_free(struct client *client)
{
    for (int p = 0; p < PROTECTION_COUNT; p++) {
        for (unsigned i = 0; i < client->protection[p].paths; i++)
            path_free(&client->protection[p].path[i]);
        free(client->protection[p].path);
    }
    free(client);
}

void clients_free(struct clients *clients)
{
    if (!clients)
        return;
    struct client *client = TAILQ_FIRST(&clients->age);
    while (client) {
        struct client *next = TAILQ_NEXT(client, by_age);
        client_free(client);
        client = next;
    }
    free(clients->by_addr);
    free(clients->by_mac);
    free(clients);
}

struct client *clients_find(const struct clients *clients, const struct addr *addr)
{
    if (!clients->count)
        return NULL;
    struct client *client = clients->by_addr[bucket(clients, addr, sizeof *addr)];
    while (client && !addr_equal(&client->addr, addr))
        client = client->next_same_hash;
    return client;
}

static void link_client(struct clients *clients, struct client *client)
{
    struct client **head = &clients->by_addr[bucket_of(clients, client)];
    client->next_same_hash = *head;
    *head = client;
    if (client->has_mac)
        LIST_INSERT_HEAD(&clients->by_mac[bucket_of_mac(clients, client)], client, by_mac);
}

/* The buckets grow with the clients, so that a small capture costs little. */
static bool grow(struct clients *clients)
{
    size_t buckets = clients->buckets ? clients->buckets * 2 : CLIENTS_BUCKETS_MIN;
    struct client **by_addr = calloc(buckets, sizeof *by_addr);
    struct mac_list *by_mac = calloc(buckets, sizeof *by_mac);
    if (!by_addr || !by_mac) {
        free(by_addr);
        free(by_mac);
        return false;
    }
    free(clients->by_addr);
    free(clients->by_mac);
    clients->by_addr = by_addr;
    clients->by_mac = by_mac;
    clients->buckets = buckets;
    struct client *client;
    TAILQ_FOREACH(client, &clients->age, by_age)
    link_client(clients, client);
    return true;
}

static struct client *create(struct clients *clients, const struct addr *addr, const uint8_t *mac)
{
    if (clients_full(clients) || (clients->count == clients->buckets && !grow(clients)))
        return NULL;
    struct client *client = calloc(1, sizeof *client);
    if (!client)
        return NULL;
    client->addr = *addr;
    client->has_mac = mac != NULL;
    if (mac)
        memcpy(client->mac, mac, sizeof client->mac);
    client->newest_sample = NSTIME_NONE;
    for (int p = 0; p < PROTECTION_COUNT; p++) {
        client->protection[p].last_sent = NSTIME_NONE;
        client->protection[p].control_ok = NSTIME_NONE;
        client->protection[p].lookups.last_sent = NSTIME_NONE;
    }
    link_client(clients, client);
    clients->count++;
    TAILQ_INSERT_TAIL(&clients->age, client, by_age);
    return client;
}

struct client *clients_see(struct clients *clients, const struct addr *addr, const uint8_t mac[6],
                           nstime now)
{
    struct client *client = clients_find(clients, addr);
    if (!client)
        client = create(clients, addr, mac);
    if (!client)
        return NULL;
    client->last_seen = now;
    TAILQ_REMOVE(&clients->age, client, by_age);
    TAILQ_INSERT_TAIL(&clients->age, client, by_age);
    if (client->alerting) {
        TAILQ_REMOVE(&clients->alert, client, by_alert);
        TAILQ_INSERT_TAIL(&clients->alert, client, by_alert);
    }
    return client;
}

bool clients_full(const struct clients *clients)
{
    return clients->count >= clients->max;
}

struct client *clients_oldest(const struct clients *clients)
{
    return TAILQ_FIRST(&clients->age);
}

static void unlink_client(struct clients *clients, struct client *client)
{
    struct client **at = &clients->by_addr[bucket_of(clients, client)];
    while (*at != client)
        at = &(*at)->next_same_hash;
    *at = client->next_same_hash;
    if (client->has_mac)
        LIST_REMOVE(client, by_mac);
}

void clients_drop(struct clients *clients, struct client *client)
{
    clients->evicted++;
    clients_forget(clients, client);
}

void clients_forget(struct clients *clients, struct client *client)
{
    clients_set_alerting(clients, client, false);
    unlink_client(clients, client);
    TAILQ_REMOVE(&clients->age, client, by_age);
    clients->count--;
    client_free(client);
}

size_t clients_count(const struct clients *clients)
{
    return clients->count;
}

uint64_t clients_evicted(const struct clients *clients)
{
    return clients->evicted;
}

static int by_address(const void *a, const void *b)
{
    const struct client *const *left = a, *const *right = b;
    return addr_compare(&(*left)->addr, &(*right)->addr);
}

struct client **clients_sorted(const struct clients *clients)
{
    struct client **sorted = clients->count ? calloc(clients->count, sizeof *sorted) : NULL;
    if (!sorted)
        return NULL;
    size_t n = 0;
    struct client *client;
    TAILQ_FOREACH(client, &clients->age, by_age)
    sorted[n++] = client;
    qsort(sorted, n, sizeof *sorted, by_address);
    return sorted;
}

size_t clients_tied(const struct clients *clients, const struct client *client,
                    const struct client *out[CLIENTS_TIED])
{
    if (!client->has_mac)
        return 0;
    size_t count = 0, ipv4 = 0, walked = 0;
    const struct client *other;
    LIST_FOREACH(other, &clients->by_mac[bucket_of_mac(clients, client)], by_mac)
    {
        if (memcmp(other->mac, client->mac, sizeof client->mac) != 0)
            continue;
        if (++walked > CLIENTS_TIED)
            return 0;
        ipv4 += other->addr.family == ADDR_IPV4;
        if (other->addr.family != client->addr.family)
            out[count++] = other;
    }
    return ipv4 == 1 ? count : 0;
}

bool clients_other_family_works(const struct clients *clients, const struct client *client,
                                enum protection protection)
{
    const struct client *tied[CLIENTS_TIED];
    size_t count = clients_tied(clients, client, tied);
    for (size_t i = 0; i < count; i++)
        if (tied[i]->protection[protection].works)
            return true;
    return false;
}

void clients_gap(struct clients *clients, nstime now)
{
    struct client *client;
    TAILQ_FOREACH(client, &clients->age, by_age)
    {
        client->last_seen = now;
        client_gap(client, now);
    }
}

void clients_set_alerting(struct clients *clients, struct client *client, bool alerting)
{
    if (client->alerting == alerting)
        return;
    client->alerting = alerting;
    if (alerting)
        TAILQ_INSERT_TAIL(&clients->alert, client, by_alert);
    else
        TAILQ_REMOVE(&clients->alert, client, by_alert);
}

struct client *clients_first_alerting(const struct clients *clients)
{
    return TAILQ_FIRST(&clients->alert);
}
