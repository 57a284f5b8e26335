/* SPDX-License-Identifier: GPL-2.0-or-later */
/* config_table: the table itself. The texts are what conf/roamwatch.yaml says of each key. */
#include "sensor/config_table.h"

#include "decoders/reassembler.h"
#include "sensor/alert_match.h"
#include "sensor/segment_item.h"
#include "sensor/watch_item.h"

#define US NS_PER_US
#define MS NS_PER_MS
#define S  NS_PER_SEC
#define M  (60 * S)
#define H  (60 * M)
#define D  (24 * H)

#define AT(member) offsetof(struct config, member)

#define DURATION(part, name, low, high, text, say)                                                 \
    {                                                                                              \
        .section = #part, .key = #name, .type = SETTING_DURATION, .offset = AT(part.name),         \
        .min = (low), .max = (high), .preset = (text), .about = (say)                              \
    }
#define COUNT(part, name, low, high, text, say)                                                    \
    {                                                                                              \
        .section = #part, .key = #name, .type = SETTING_COUNT, .offset = AT(part.name),            \
        .min = (low), .max = (high), .preset = (text), .about = (say)                              \
    }
#define SWITCH(part, name, text, say)                                                              \
    {                                                                                              \
        .section = #part, .key = #name, .type = SETTING_SWITCH, .offset = AT(part.name),           \
        .preset = (text), .about = (say)                                                           \
    }
#define CHOICE(part, name, list, text, say)                                                        \
    {                                                                                              \
        .section = #part, .key = #name, .type = SETTING_CHOICE, .offset = AT(part.name),           \
        .words = (list), .preset = (text), .about = (say)                                          \
    }
#define LIST(part, name, member, kinds, text, say)                                                 \
    {                                                                                              \
        .section = (part), .key = (name), .type = SETTING_LIST, .offset = AT(member),              \
        .accept = (kinds), .preset = (text), .about = (say)                                        \
    }

#define TEXT_PRESET(part, name, kind, text, say)                                                   \
    {                                                                                              \
        .section = #part, .key = #name, .type = SETTING_TEXT, .offset = AT(part.name),             \
        .accept = (kind), .preset = (text), .about = (say)                                         \
    }
#define TEXT(part, name, kind, say) TEXT_PRESET(part, name, kind, "", say)

static const char *const checksums_words[] = {"count", "strict", "off", NULL};
static const char *const exchanges_words[] = {"all", "failed", "none", NULL};
static const char *const facility_words[] = {"user",   "daemon", "local0", "local1",
                                             "local2", "local3", "local4", "local5",
                                             "local6", "local7", NULL};
static const char *const timestamps_words[] = {"host", "adapter", NULL};

static bool check_segment(const char *text, char error[WATCH_ERROR_TEXT], size_t *at)
{
    struct segment_item item;
    (void)at;
    return segment_item_parse(text, &item, error);
}

static bool check_match(const char *text, char error[WATCH_ERROR_TEXT], size_t *at)
{
    struct alert_match match;
    return alert_match_parse(text, &match, error, at);
}

/* Tables hold this much at most: some gigabytes, beyond which a wrong digit is likelier than a
 * wish. */
#define LIMIT_MIN 16
#define LIMIT_MAX 4194304

const struct setting config_settings[] = {
    LIST("", "resolvers", resolvers, WATCH_ACCEPT_ADDRESS,
         "208.67.222.222 208.67.220.220 2620:119:53::53 2620:119:35::35 64:ff9b::d043:dede "
         "64:ff9b::d043:dcdc",
         "Resolvers to watch, on ports 53 and 443, UDP and TCP: addresses, prefixes or \"any\". "
         "The last two are the IPv4 ones as seen behind NAT64. -R replaces the list."),

    {.section = "",
     .key = "segments",
     .type = SETTING_LIST,
     .offset = AT(segments),
     .check = check_segment,
     .max = CONFIG_SEGMENTS_MAX,
     .preset = "",
     .about =
         "The parts of the network, at most 1024: networks or VLANs, with a name or without, such "
         "as \"office=10.1.0.0/16\", \"10.2.0.0/16\" or \"guests=vlan 12\". Clients of one part "
         "that fail alike share an alert. A client in several belongs to the smallest network, "
         "else to its VLAN."},

    LIST("swg", "addresses", swg.addresses, WATCH_ACCEPT_ADDRESS, "146.112.255.50",
         "Addresses or prefixes of the SWG, watched on any TCP port besides those learnt from DNS; "
         "or \"any\". -s adds to the list."),
    LIST("swg", "names", swg.names, WATCH_ACCEPT_NAME,
         "swg-url-proxy-https-sse.sigproxy.qq.opendns.com "
         "swg-url-proxy-https.sigproxy.qq.opendns.com proxy.sig.umbrella.com",
         "Host names of the SWG: the addresses that DNS answers give for them are learnt. -s adds "
         "to the list."),
    LIST("swg", "suffixes", swg.suffixes, WATCH_ACCEPT_SUFFIX,
         ".sigproxy.qq.opendns.com .sseproxy.qq.opendns.com .sigproxy.aws.umbrella.com",
         "Every name that ends so is a name of the SWG too. Each begins with a dot."),
    DURATION(swg, learn_for, S, 30 * D, "1h",
             "How long a learnt address or name is watched after it was last named or used, where "
             "the TTL of the answer is shorter."),
    DURATION(swg, lookup_deadline, 100 * MS, 10 * M, "10s",
             "A lookup of an SWG name fails when no server has given an address within this time."),
    TEXT(swg, resolver, TEXT_ENDPOINT,
         "Where the sensor looks up the SWG names itself: a resolver's address, with a port or "
         "without; nothing: the system's resolvers."),
    DURATION(swg, lookup_min, S, D, "1m",
             "A name is not looked up more often than this, however short its TTL."),
    DURATION(swg, lookup_max, S, 30 * D, "1h",
             "A name is looked up at least this often, however long its TTL. At least lookup_min."),

    SWITCH(capture, control, "on",
           "Also follow the handshakes to other hosts and the DNS to other resolvers, to tell "
           "\"the resolvers are blocked\" from \"the network is down\"."),

    CHOICE(
        capture, checksums, checksums_words, "count",
        "What a wrong IP, UDP or TCP checksum does: count, which judges the packet all the same, "
        "for on the machine that sends the network card writes them after the capture; strict, "
        "which leaves it out as malformed; or off, which looks at none."),
    COUNT(capture, buffer, 256, 2097151, "16384",
          "Live: the kernel's buffer for each interface, in KiB."),
    COUNT(capture, snap_length, 128, 262144, "4096",
          "Live: bytes of each frame that are looked at, from its beginning."),
    SWITCH(capture, promiscuous, "on",
           "Live: see frames that are meant for others, as a mirror port needs."),
    CHOICE(capture, timestamps, timestamps_words, "host",
           "Live: whose clock stamps the frames: host or, where it has one that is kept in step "
           "with the system's, adapter."),
    DURATION(capture, reorder, 50 * MS, 2 * S, "50ms",
             "Live: how long a frame may take from the wire to the sensor. The frames of a tap's "
             "two ports are put in order within this time, and a deadline is judged this much "
             "later."),

    DURATION(dns, deadline, 100 * MS, 10 * M, "5s",
             "A query without an answer for this long is unanswered."),
    DURATION(dns, late, 100 * MS, 10 * M, "30s",
             "An answer between the deadline and this counts as late; after it, it is not matched "
             "any more. At least the deadline."),
    DURATION(dns, early, 0, 5 * S, "100ms",
             "An answer that stands before its query in the capture by up to this much is matched: "
             "captures may swap neighbouring frames. At most the deadline."),
    TEXT_PRESET(dns, provider_key, TEXT_KEY,
                "B735:1140:206F:225D:3E2B:D822:D7FD:691E:A1C3:3CC8:D666:8D0C:BE04:BFAB:CA43:FB79",
                "The public key with which the resolvers' operator signs their DNSCrypt "
                "certificates: a certificate in a DNS answer that it signed proves the answer "
                "genuine. Empty: none is checked."),

    DURATION(
        tcp, deadline, 100 * MS, 10 * M, "5s",
        "A connection attempt without a reply for this long is unanswered; an opened one whose "
        "first data gets no answer for this long is stalled."),
    DURATION(tcp, give_up, 100 * MS, 10 * M, "30s",
             "A SYN-ACK still opens an attempt this long after its newest SYN. At least the "
             "deadline."),
    DURATION(tcp, abort, 0, 10 * M, "3s",
             "A client that resets its own SYN within this time aborted the attempt, which is no "
             "failure; one that hangs up this soon after its first data waited for no answer. At "
             "most the deadline."),
    DURATION(
        tcp, race, 0, 10 * M, "1s",
        "A SYN that is never repeated, while the client opened another SWG connection within "
        "this time, lost a race between addresses, which is no failure. At most the deadline."),
    DURATION(tcp, connect_gap, 0, M, "3s",
             "Attempts between the same two sockets with gaps up to this are one connect: Windows "
             "tries a refused one three times."),
    DURATION(tcp, remember, S, 10 * M, "1m",
             "How long a finished attempt is remembered, so that the copies a mirror port makes do "
             "not count twice."),

    DURATION(clock, backstep, 100 * MS, D, "5s",
             "A step back of the packets' time by more than this, which the next packet confirms, "
             "is a gap: what was open is not judged."),

    COUNT(health, break_samples, 1, 64, "2", "Failed samples in a row that make a path failing."),
    COUNT(health, lossy_break_samples, 1, 64, "5",
          "The same for a path that is lossy. At least break_samples, at most window_samples."),
    COUNT(health, window_samples, 2, 64, "50", "Samples of a path that are weighed for loss."),
    DURATION(health, window_time, S, D, "10m", "Samples older than this are not weighed for loss."),
    COUNT(health, lossy_samples, 1, 64, "10",
          "With fewer samples a path is not judged lossy. At most window_samples."),
    COUNT(health, lossy_failed, 1, 64, "4",
          "A lossy path has at least this many failed samples. At most lossy_samples."),
    COUNT(health, lossy_percent, 1, 100, "20",
          "A path is lossy from this share of failed samples on, in percent."),
    COUNT(health, lossy_clear_percent, 0, 100, "10",
          "A lossy path is lossy until its share of failed samples is under this, in percent. At "
          "most lossy_percent."),
    DURATION(health, stale, S, D, "10m",
             "A path is not judged any more when its newest sample is this much older than the "
             "client's newest."),
    COUNT(health, failed_samples, 1, 1000, "3",
          "A protection fails only with this many failed samples over all its paths."),
    DURATION(health, silence_span, 0, H, "3s",
             "Silence must span this time between the first and the last packet sent before a "
             "protection fails: a blip of half a second hits a whole round of probes."),
    COUNT(health, other_names, 1, 64, "3",
          "Silence on names that are not the module's own counts from this many distinct names "
          "on."),
    COUNT(health, forwarder_names, 2, 1000, "50",
          "A client that asks for this many distinct names and sends no probe is a forwarder: a "
          "DNS server or a virtual appliance."),
    COUNT(health, dnscrypt_queries, 1, 1000, "5",
          "Encrypted queries without an answer that make a path failing for encryption, while its "
          "plain probes are answered."),
    DURATION(health, dnscrypt_span, 0, H, "5s", "They must span at least this time."),
    DURATION(health, forget, M, 30 * D, "30m",
             "Live: what is known of a client is dropped after it was silent for this long, for "
             "its address may be another's by then."),
    COUNT(health, capture_loss_permille, 0, 1000, "10",
          "Where more packets than this, in thousandths, are missing from the capture itself, "
          "silence is not judged."),

    COUNT(diagnose, reset_delay_divisor, 2, 100, "3",
          "A reset was written near the client if it came faster than the smallest genuine round "
          "trip divided by this."),
    COUNT(diagnose, near_hops, 0, 16, "2",
          "A reset from a public address that is this few hops away was written near the client."),
    COUNT(diagnose, hop_difference, 1, 64, "3",
          "A reset that is this many hops off the genuine packets of its address was written by "
          "somebody else."),

    DURATION(
        alerts, blind_after, 0, D, "5m",
        "Live, sensor-blind fires where no packet at all came for this long, though there were "
        "some before; 0s: never. Shorter than client_gone, for a blind sensor knows of nobody "
        "that he is gone."),
    DURATION(alerts, client_gone, S, D, "10m",
             "The alerts of a client that was silent for this long resolve as client-gone."),
    COUNT(alerts, scope_clients, 2, 1000000, "5",
          "One alert stands for a whole segment or the site when at least this many of its clients "
          "fail alike, until fewer than half as many do."),
    COUNT(
        alerts, scope_percent, 1, 100, "50",
        "They must also be this share of its active clients, in percent; until under half of it."),
    DURATION(alerts, scope_window, 10 * S, H, "1m",
             "A client is active for this long after its newest packet."),
    {.section = "alerts",
     .key = "ignore",
     .type = SETTING_LIST,
     .offset = AT(alerts.ignore),
     .check = check_match,
     .max = CONFIG_MATCHES_MAX,
     .preset = "",
     .about =
         "Alerts that nobody wants to hear of, at most 256 items such as \"net=10.9.0.0/16 "
         "cause=late-answers,packet-loss until=2027-01-31\". Parts are net=, vlan=, role= (module, "
         "forwarder), cause= and until= (the last day, UTC); all parts of an item must hold, of a "
         "part's values one. Verdicts are told all the same, and what is hidden is counted; an "
         "alert that fires already goes on to its end."},
    {.section = "alerts",
     .key = "only",
     .type = SETTING_LIST,
     .offset = AT(alerts.only),
     .check = check_match,
     .max = CONFIG_MATCHES_MAX,
     .preset = "",
     .about = "Where any item is given whose last day is not over: only these alerts, written the "
              "same way. What ignore names is hidden all the same."},
    DURATION(alerts, remind, 0, D, "10m",
             "Live, an alert that lasts is told again on the screen and in the logs after this "
             "long, then after twice as long, and so on; 0s: never. Events hold no reminders."),
    DURATION(alerts, remind_most, S, 30 * D, "1d", "The longest time between two reminders."),

    CHOICE(events, exchanges, exchanges_words, "failed",
           "Which dns and tcp events are written: all, failed (which includes late, and not "
           "undetermined) or none."),
    COUNT(events, rotate_size, 0, 1048576, "100",
          "Live, a FILE of -o that would outgrow this many MiB becomes FILE.1, FILE.1 becomes "
          "FILE.2, and so on; 0: never. SIGHUP opens FILE again for who moves it himself."),
    COUNT(events, rotate_keep, 1, 1000, "10", "Old files kept; the oldest goes."),

    DURATION(events, stats_interval, 0, D, "1m",
             "Live: how often the counters are written; 0s: only at the end."),

    COUNT(console, detail, 0, 1000, "5",
          "Clients shown in full on the screen, the worst first; the rest get a line each."),

    SWITCH(syslog, enabled, "off",
           "Live: send alerts, reminders and news of the sensor to syslog, as RFC 5424 with "
           "structured data. rsyslog reads that from /dev/log with "
           "SysSock.UseSpecialParser=\"off\", syslog-ng with flags(syslog-protocol)."),
    CHOICE(syslog, facility, facility_words, "daemon", "user, daemon, or local0 to local7."),
    TEXT_PRESET(syslog, socket, TEXT_ANY, "/dev/log", "The local socket to send to."),

    SWITCH(journal, enabled, "off",
           "Live: send the same to systemd's journal, with fields such as ROAMWATCH_ALERT_ID; "
           "journalctl ROAMWATCH_ALERT_STATE=firing finds them."),
    TEXT_PRESET(journal, socket, TEXT_ANY, "/run/systemd/journal/socket",
                "The journal's native socket."),

    TEXT(state, file, TEXT_ANY,
         "Live: where alerts that fire are kept over a restart, so that they go on with their id "
         "and their beginning. Nothing: \"alerts\" in the state directory that systemd gives; "
         "without one nothing is kept."),

    TEXT(privileges, user, TEXT_ANY,
         "Live: the user to become where the start was made as root. Nothing: roamwatch where "
         "there is such a user, else nobody. \"root\": none, only the capabilities are dropped."),

    COUNT(limits, exchanges, LIMIT_MIN, LIMIT_MAX, "131072", "DNS exchanges open at once."),
    COUNT(limits, attempts, LIMIT_MIN, LIMIT_MAX, "131072",
          "Connection attempts open or remembered at once."),
    COUNT(limits, clients, LIMIT_MIN, LIMIT_MAX, "131072", "Clients known at once."),
    COUNT(limits, control, LIMIT_MIN, LIMIT_MAX, "65536",
          "Exchanges and attempts of the control group, each."),
    COUNT(limits, lookups, LIMIT_MIN, LIMIT_MAX, "16384", "Lookups of SWG names open at once."),
    COUNT(limits, learnt, LIMIT_MIN, LIMIT_MAX, "4096",
          "SWG addresses learnt from DNS, and likewise names."),
    COUNT(limits, fragments, LIMIT_MIN, REASSEMBLER_DATAGRAMS, "1024",
          "Packets that came in fragments and are waited for; each takes up to 30 kB."),
    COUNT(limits, streams, LIMIT_MIN, REASSEMBLER_STREAMS, "256",
          "Connections of DNS over TCP that are read at once; each takes up to 200 kB."),
    COUNT(limits, paths, 1, 64, "64", "Paths of one client and protection."),
};
const size_t config_setting_count = sizeof config_settings / sizeof *config_settings;
_Static_assert(sizeof config_settings / sizeof *config_settings <= CONFIG_SETTINGS_MAX, "raise it");

const struct section config_sections[] = {
    {"swg", "The secure web gateway (SWG): what belongs to it, and how it is learnt."},
    {"capture", "How interfaces are read, and what is followed besides the watched addresses."},
    {"dns", "DNS queries to the resolvers; times run from the query."},
    {"tcp", "TCP connections to the SWG and the resolvers; times run from the SYN, the open or the "
            "first data."},
    {"clock", "Time, which in a replay is the packets' own."},
    {"health", "From outcomes to the health of a path and a protection."},
    {"diagnose", "Where a reset came from."},
    {"alerts", "When alerts widen and when they end."},
    {"events", "The JSON lines of -o."},
    {"console", "The screen."},
    {"syslog", "Alerts to syslog."},
    {"journal", "Alerts to the journal of systemd."},
    {"state", "What outlives a restart."},
    {"privileges", "Whom the process runs as."},
    {"limits", "The most that each table holds. Where one is full the oldest entry goes, and is "
               "counted as evicted."},
};
const size_t config_section_count = sizeof config_sections / sizeof *config_sections;
_Static_assert(sizeof config_sections / sizeof *config_sections <= CONFIG_SECTIONS_MAX, "raise it");

const struct setting_rule config_rules[] = {
    {"swg", "lookup_min", "lookup_max"},
    {"dns", "deadline", "late"},
    {"dns", "early", "deadline"},
    {"tcp", "deadline", "give_up"},
    {"tcp", "abort", "deadline"},
    {"tcp", "race", "deadline"},
    {"health", "break_samples", "lossy_break_samples"},
    {"health", "lossy_break_samples", "window_samples"},
    {"health", "lossy_samples", "window_samples"},
    {"health", "lossy_failed", "lossy_samples"},
    {"health", "lossy_clear_percent", "lossy_percent"},
    {"alerts", "remind", "remind_most"},
};
const size_t config_rule_count = sizeof config_rules / sizeof *config_rules;

const struct setting *setting_find(const char *section, const char *key)
{
    for (size_t i = 0; i < config_setting_count; i++) {
        const struct setting *s = &config_settings[i];
        if (strcmp(s->section, section) == 0 && strcmp(s->key, key) == 0)
            return s;
    }
    return NULL;
}
