/* SPDX-License-Identifier: GPL-2.0-or-later */
/* resolve: see resolve.h. c-ares sends, waits and repeats; its answers are read by our own decoder,
 * which also gives the TTL of every record and the names on the way. */
#include "sensor/resolve.h"

#ifdef HAVE_LIBCARES

#include <ares.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <unistd.h>

#include "decoders/lookups.h"
#include "sensor/endpoint.h"
#include "sensor/lookup_plan.h"
#include "sensor/watch_item.h"

#define CLASS_IN 1
#define FAMILIES 2
/* Lookups under way at once: a long list of names is no reason to flood anybody's resolver. */
#define BUSY_MAX     16
#define TIMEOUT_MS   2000
#define TRIES        2
#define SERVERS_TOLD 3
#define SOCKETS      32

/* The stub on this host asks on from a socket that is not ours, so its packets would be taken for a
 * client's: whom it asks is asked directly. */
#define STUB      "127.0.0.53"
#define STUB_ASKS "/run/systemd/resolve/resolv.conf"

struct name {
    struct resolve *resolve;
    char *text;
    bool told; /* that it can't be looked up */
    struct lookup_plan plan[FAMILIES];
};

/* What a callback of c-ares gets: which name, which family. */
struct question {
    struct name *name;
    unsigned family;
};

struct resolve_socket {
    struct resolve *resolve;
    int fd;
    bool open;
};

struct resolve {
    struct resolve_options options;
    struct lookup_bounds bounds;
    ares_channel channel;
    bool library;
    size_t names;
    struct name *name;
    struct question (*question)[FAMILIES];
    unsigned busy;
    struct resolve_socket socket[SOCKETS];
    struct loop_timer timer;
    struct resolve_counts counts;
    struct lesson lesson;       /* scratch: too large for the stack of a callback */
    struct dns_message message; /* likewise */
    char servers[CONFIG_ERROR / 2];
};

static const uint16_t type_of[FAMILIES] = {DNS_A, DNS_AAAA};

bool resolve_available(void)
{
    return true;
}

/* --- what an answer says --------------------------------------------------------------------- */

/* Puts its addresses on the watchlist. The shortest TTL of them; false where it has none. */
static bool learn(struct resolve *r, const char *name, uint32_t *ttl)
{
    const struct lesson *lesson = &r->lesson;
    const nstime now = r->options.now(r->options.context);
    const struct frame_ref none = {0};
    *ttl = UINT32_MAX;
    for (size_t i = 0; i < lesson->addresses; i++) {
        if (lesson->address[i].ttl < *ttl)
            *ttl = lesson->address[i].ttl;
        if (watchlist_learn(r->options.watchlist, now, name, &lesson->address[i].addr,
                            lesson->address[i].ttl, none))
            r->counts.learnt++;
    }
    for (size_t i = 0; i < lesson->names; i++) {
        if (lesson->name[i].ttl < *ttl)
            *ttl = lesson->name[i].ttl;
        watchlist_learn_name(r->options.watchlist, now, lesson->name[i].name.text,
                             lesson->name[i].ttl);
    }
    return lesson->addresses > 0;
}

static bool read_answer(struct resolve *r, const char *name, const unsigned char *bytes, int length)
{
    if (!bytes || length <= 0 ||
        !dns_decode(cursor_make(bytes, (size_t)length), (size_t)length, &r->message) ||
        strcmp(r->message.name.text, name) != 0)
        return false;
    lookups_lesson(&r->message, &r->lesson);
    return true;
}

static bool any(const struct name *name, bool (*holds)(const struct lookup_plan *))
{
    for (unsigned f = 0; f < FAMILIES; f++)
        if (holds(&name->plan[f]))
            return true;
    return false;
}

static bool is_known(const struct lookup_plan *plan)
{
    return plan->known;
}

static bool is_open(const struct lookup_plan *plan)
{
    return plan->busy || !plan->ended;
}

/* Once per trouble, and when both families have failed: many a name has only one. */
static void tell(struct resolve *r, struct name *name, const char *why)
{
    char sentence[CONFIG_ERROR];
    const bool known = any(name, is_known);
    if (known == !name->told || (!known && any(name, is_open)))
        return;
    name->told = !known;
    if (known)
        snprintf(sentence, sizeof sentence, "%s can be looked up again.", name->text);
    else
        snprintf(sentence, sizeof sentence,
                 "%s can't be looked up with %s: %s. It is tried again, at longer and longer "
                 "intervals; answers to clients teach its addresses too.",
                 name->text, r->servers, why);
    r->options.tell(r->options.context, sentence);
}

static void schedule(struct resolve *r);

static void on_answer(void *context, int status, int timeouts, unsigned char *bytes, int length)
{
    const struct question *question = context;
    struct name *name = question->name;
    struct resolve *r = name->resolve;
    struct lookup_plan *plan = &name->plan[question->family];
    const char *why = ares_strerror(status);
    uint32_t ttl;
    (void)timeouts;
    if (status == ARES_EDESTRUCTION)
        return;
    r->busy--;
    const bool read = (status == ARES_SUCCESS || status == ARES_ENODATA) &&
                      read_answer(r, name->text, bytes, length);
    if (read && learn(r, name->text, &ttl)) {
        r->counts.answered++;
        lookup_plan_answered(plan, &r->bounds, loop_now(), ttl);
    } else if (status == ARES_ENODATA || read) {
        r->counts.answered++;
        why = "it has no address";
        lookup_plan_empty(plan, &r->bounds, loop_now());
    } else {
        r->counts.failed++;
        if (status == ARES_SUCCESS)
            why = "the answer makes no sense";
        lookup_plan_failed(plan, &r->bounds, loop_now());
    }
    tell(r, name, why);
    schedule(r);
}

/* --- the loop -------------------------------------------------------------------------------- */

static nstime next_lookup(const struct resolve *r)
{
    nstime next = NSTIME_NEVER;
    if (r->busy >= BUSY_MAX)
        return next;
    for (size_t i = 0; i < r->names; i++)
        for (unsigned f = 0; f < FAMILIES; f++) {
            const nstime due = lookup_plan_due(&r->name[i].plan[f]);
            if (due < next)
                next = due;
        }
    return next;
}

/* The earlier of our next lookup and c-ares's next repetition. */
static void schedule(struct resolve *r)
{
    struct timeval span;
    nstime next = next_lookup(r);
    if (r->busy > 0 && ares_timeout(r->channel, NULL, &span)) {
        const nstime due =
            loop_now() + (nstime)span.tv_sec * NS_PER_SEC + (nstime)span.tv_usec * NS_PER_US;
        if (due < next)
            next = due;
    }
    if (next == NSTIME_NEVER)
        loop_disarm(&r->timer);
    else
        loop_arm(r->options.loop, &r->timer, next);
}

static void ask_what_is_due(struct resolve *r, nstime now)
{
    for (size_t i = 0; i < r->names; i++)
        for (unsigned f = 0; f < FAMILIES && r->busy < BUSY_MAX; f++) {
            struct name *name = &r->name[i];
            if (lookup_plan_due(&name->plan[f]) > now)
                continue;
            lookup_plan_asked(&name->plan[f]);
            r->counts.asked++;
            r->busy++;
            ares_query(r->channel, name->text, CLASS_IN, type_of[f], on_answer, &r->question[i][f]);
        }
}

static void on_timer(void *context)
{
    struct resolve *r = context;
    ares_process_fd(r->channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD); /* what timed out */
    ask_what_is_due(r, loop_now());
    schedule(r);
}

static void on_socket(void *context, uint32_t events);

/* c-ares opens a socket a server for a round of lookups and closes it after. Its packets are the
 * sensor's own from the first on: this is called before anything is sent. */
static void on_state(void *context, ares_socket_t fd, int readable, int writable)
{
    struct resolve *r = context;
    const uint32_t events = (readable ? EPOLLIN : 0u) | (writable ? EPOLLOUT : 0u);
    struct resolve_socket *free_one = NULL, *known = NULL;
    for (size_t i = 0; i < SOCKETS; i++) {
        if (r->socket[i].open && r->socket[i].fd == fd)
            known = &r->socket[i];
        else if (!r->socket[i].open)
            free_one = &r->socket[i];
    }
    if (known && events == 0) {
        loop_remove(r->options.loop, fd);
        known->open = false;
    } else if (known) {
        loop_modify(r->options.loop, fd, events);
    } else if (events && free_one) {
        /* What can't be waited for times out, and is told as that. */
        *free_one = (struct resolve_socket){.resolve = r, .fd = fd};
        free_one->open = loop_add(r->options.loop, fd, events, on_socket, free_one);
        own_flows_add_socket(r->options.own, fd);
    }
}

static void on_socket(void *context, uint32_t events)
{
    const struct resolve_socket *socket = context;
    struct resolve *r = socket->resolve;
    const ares_socket_t fd = socket->fd;
    const bool broken = events & (EPOLLERR | EPOLLHUP);
    ares_process_fd(r->channel, broken || events & EPOLLIN ? fd : ARES_SOCKET_BAD,
                    broken || events & EPOLLOUT ? fd : ARES_SOCKET_BAD);
    schedule(r);
}

/* --- beginning and end ----------------------------------------------------------------------- */

static const char *describe_servers(struct resolve *r)
{
    struct ares_addr_port_node *servers = NULL;
    size_t length = 0, count = 0;
    r->servers[0] = '\0';
    if (ares_get_servers_ports(r->channel, &servers) != ARES_SUCCESS)
        return r->servers;
    for (const struct ares_addr_port_node *s = servers; s && count < SERVERS_TOLD; s = s->next) {
        char text[ENDPOINT_TEXT];
        const struct addr addr = s->family == AF_INET ? addr_ipv4((const uint8_t *)&s->addr.addr4)
                                                      : addr_ipv6((const uint8_t *)&s->addr.addr6);
        const uint16_t port = s->udp_port == 53 ? 0 : (uint16_t)s->udp_port;
        length += (size_t)snprintf(r->servers + length, sizeof r->servers - length, "%s%s",
                                   count++ ? ", " : "", endpoint_format(&addr, port, text));
    }
    ares_free_data(servers);
    return r->servers;
}

/* path: instead of /etc/resolv.conf; NULL. */
static int open_channel(struct resolve *r, const char *path)
{
    char copy[sizeof STUB_ASKS];
    int mask = ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_SOCK_STATE_CB;
    struct ares_options options = {.flags = ARES_FLAG_NOSEARCH | ARES_FLAG_NOALIASES,
                                   .timeout = TIMEOUT_MS,
                                   .tries = TRIES,
                                   .sock_state_cb = on_state,
                                   .sock_state_cb_data = r};
    if (path) {
        snprintf(copy, sizeof copy, "%s", path);
        options.resolvconf_path = copy;
        mask |= ARES_OPT_RESOLVCONF;
    }
    return ares_init_options(&r->channel, &options, mask);
}

/* The resolver of the configuration, or the system's; and those behind the stub. */
static int choose_servers(struct resolve *r)
{
    const char *wanted = r->options.config->swg.resolver;
    int status = open_channel(r, NULL);
    if (status == ARES_SUCCESS && wanted[0])
        status = ares_set_servers_ports_csv(r->channel, wanted);
    if (status != ARES_SUCCESS)
        return status;
    if (!wanted[0] && strcmp(describe_servers(r), STUB) == 0 && access(STUB_ASKS, R_OK) == 0) {
        ares_destroy(r->channel);
        r->channel = NULL;
        status = open_channel(r, STUB_ASKS);
    }
    if (status == ARES_SUCCESS)
        describe_servers(r);
    return status;
}

static bool copy_names(struct resolve *r)
{
    const struct config_list *names = &r->options.config->swg.names;
    struct watch_item item;
    char ignored[WATCH_ERROR_TEXT];
    r->name = calloc(names->count + 1, sizeof *r->name);
    r->question = calloc(names->count + 1, sizeof *r->question);
    if (!r->name || !r->question)
        return false;
    for (size_t i = 0; i < names->count; i++) {
        if (!watch_item_parse(names->item[i], WATCH_ACCEPT_NAME, &item, ignored))
            continue; /* the watchlist has refused it before */
        struct name *name = &r->name[r->names];
        name->resolve = r;
        name->text = strdup(item.name);
        if (!name->text)
            return false;
        for (unsigned f = 0; f < FAMILIES; f++)
            r->question[r->names][f] = (struct question){.name = name, .family = f};
        r->names++;
    }
    return true;
}

struct resolve *resolve_new(const struct resolve_options *options, char error[CONFIG_ERROR])
{
    struct resolve *r = calloc(1, sizeof *r);
    int status = ARES_ENOMEM;
    if (r) {
        r->options = *options;
        r->bounds = (struct lookup_bounds){.min = options->config->swg.lookup_min,
                                           .max = options->config->swg.lookup_max};
        r->timer = (struct loop_timer){.fn = on_timer, .context = r};
        r->library = ares_library_init(ARES_LIB_INIT_ALL) == ARES_SUCCESS;
        if (r->library && copy_names(r))
            status = choose_servers(r);
    }
    if (status == ARES_SUCCESS)
        return r;
    snprintf(error, CONFIG_ERROR,
             "The SWG names can't be looked up: %s. Give a resolver with swg.resolver, or turn the "
             "lookups off with --no-resolve.",
             ares_strerror(status));
    resolve_free(r);
    return NULL;
}

void resolve_free(struct resolve *r)
{
    if (!r)
        return;
    loop_disarm(&r->timer);
    if (r->channel)
        ares_destroy(r->channel); /* takes its sockets out of the loop */
    if (r->library)
        ares_library_cleanup();
    for (size_t i = 0; i < r->names; i++)
        free(r->name[i].text);
    free(r->name);
    free(r->question);
    free(r);
}

char *resolve_describe(const struct resolve *r, char out[CONFIG_ERROR])
{
    snprintf(out, CONFIG_ERROR, "Looks up %zu name%s with %s", r->names, r->names == 1 ? "" : "s",
             r->servers[0] ? r->servers : "no resolver");
    return out;
}

void resolve_start(struct resolve *r)
{
    schedule(r);
}

void resolve_retry(struct resolve *r)
{
    for (size_t i = 0; i < r->names; i++)
        for (unsigned f = 0; f < FAMILIES; f++)
            lookup_plan_retry(&r->name[i].plan[f], loop_now());
    schedule(r);
}

bool resolve_settled(const struct resolve *r)
{
    for (size_t i = 0; i < r->names; i++)
        if (any(&r->name[i], is_open))
            return false;
    return true;
}

struct resolve_counts resolve_counts(const struct resolve *r)
{
    return r->counts;
}

#else

bool resolve_available(void)
{
    return false;
}

struct resolve *resolve_new(const struct resolve_options *options, char error[CONFIG_ERROR])
{
    (void)options;
    snprintf(error, CONFIG_ERROR,
             "The SWG names are not looked up, for this was built without c-ares; answers to "
             "clients teach their addresses.");
    return NULL;
}

void resolve_free(struct resolve *resolve)
{
    (void)resolve;
}

char *resolve_describe(const struct resolve *resolve, char out[CONFIG_ERROR])
{
    (void)resolve;
    snprintf(out, CONFIG_ERROR, "Looks no name up");
    return out;
}

void resolve_start(struct resolve *resolve)
{
    (void)resolve;
}

void resolve_retry(struct resolve *resolve)
{
    (void)resolve;
}

bool resolve_settled(const struct resolve *resolve)
{
    (void)resolve;
    return true;
}

struct resolve_counts resolve_counts(const struct resolve *resolve)
{
    (void)resolve;
    return (struct resolve_counts){0};
}

#endif
