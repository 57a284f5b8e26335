/* SPDX-License-Identifier: GPL-2.0-or-later */
/* rule_table: every rule of the diagnosis, to be read from top to bottom by whoever knows networks:
 *
 *     what it concludes,
 *     what must be seen for it to hold (its tell),
 *     what it is told apart from, and by what,
 *     where that is known from.
 *
 * The first rule that holds decides. What stands behind the words is code: health.c and diagnose.c
 * for the reasons, rules_*.c for the causes, resets.c for the tells of a reset. */
#include "sensor/detect/rule_table.h"

#include "sensor/detect/rule_saw.h"
#include "sensor/detect/rules.h"

/* What is not there can't be judged; and silence proves nothing where the capture, or the network
 * by design, can't show an answer. */
const struct reason_rule reason_rules[] = {
    {
        .text.name = "no-traffic",
        .text.tell = "not one query or connection attempt of this protection came to an end on a "
                     "path that is in use",
        .text.apart = "a protection that fails: its client keeps asking, while one that is off, on "
                      "a trusted network or behind a VPN stops",
        .text.source = "Cisco documents 225206 and 222351 (domain facts 3.5, 4.2)",
        .reason = REASON_NO_TRAFFIC,
        .saw = saw_traffic,
    },
    {
        .text.name = "too-few-samples",
        .text.tell = "something failed, but fewer times than health.failed_samples, or in silence "
                     "alone and for a shorter time than health.silence_span",
        .text.apart = "a fault, which lasts: the client tries again within seconds",
        .text.source =
            "Cisco document 222351 (a failing client tries for ever, every 15 s: domain fact 2.1)",
        .reason = REASON_TOO_FEW_SAMPLES,
        .saw = saw_samples,
    },
    {
        .text.name = "end-of-capture",
        .text.tell = "what came to an end does not settle it, and more was still within its "
                     "deadline when the capture ended",
        .text.apart = "an unanswered query: there the whole deadline is in the capture",
        .text.source = "RFC 6298 section 2 (a SYN is repeated after a second and more); domain "
                       "fact 2.1 (the client waits five seconds for an answer)",
        .reason = REASON_END_OF_CAPTURE,
        .saw = saw_end,
    },
    {
        .text.name = "one-way-capture",
        .text.tell =
            "every failure is silence, and packets are missing from the capture that must have "
            "existed: answers are there without their queries, connections go on though the far "
            "side is never seen, or the client acknowledges packets that are not there. For DNS "
            "alone: its own resolver is never heard though connections open, or encrypted queries "
            "go on, which need an answer to begin",
        .text.apart = "a silent drop: there the client's other traffic is seen in both directions",
        .text.source = "RFC 9293 section 3.4 (what is acknowledged was received); DNSCrypt "
                       "protocol, version 2 (no query without a certificate)",
        .reason = REASON_ONE_WAY_CAPTURE,
        .saw = saw_directions,
    },
    {
        .text.name = "no-route",
        .text.tell =
            "every failure is silence, nothing ever came to this client from the internet "
            "in this address family, and the same host's other family hears from there, or a "
            "router says that it knows no route for IPv6",
        .text.apart =
            "a block of this family: there something else of the family still comes through",
        .text.source = "RFC 8305 section 1 (a family that leads nowhere); domain fact 3.2",
        .reason = REASON_NO_ROUTE,
        .saw = saw_route,
    },
    {
        .text.name = "capture-loss",
        .text.tell = "every failure is silence, and more than health.capture_loss_permille of the "
                     "packets that must have existed are missing from the capture: queries that "
                     "were answered, SYN-ACKs of connections that opened",
        .text.apart = "packet-loss, which befalls the client: there the connections and the "
                      "answers are missed by both ends",
        .text.source = "Paxson, Automated Packet Trace Analysis of TCP Implementations, SIGCOMM "
                       "1997 (what the capture missed and the hosts did not)",
        .reason = REASON_CAPTURE_LOSS,
        .saw = saw_missing,
    },
};
const size_t reason_rule_count = sizeof reason_rules / sizeof *reason_rules;

/* Proof before silence; among proofs, what says most of who is in the way. */
const struct cause_rule cause_rules[] = {
    {
        .text.name = "captive-portal",
        .text.tell = "a name by which systems check for a portal was answered with an address that "
                     "is not public, or a plain CONNECT with an HTTP redirect, and the failures "
                     "are silence or failed look-ups",
        .text.apart =
            "a firewall: a portal holds everything, and lets go once the user has logged on",
        .text.source = "RFC 8952; Cisco document 224842 (domain fact 3.8)",
        .holds = rule_holds_portal,
        .explain = rule_explain_portal,
        .saw = saw_portal,
    },
    {
        .text.name = "name-sinkholed",
        .text.tell = "two look-ups or more of the gateway's name in a row gave an address where it "
                     "can't be (unspecified, loopback, private, shared, link-local or a block "
                     "page), and no connection fails",
        .text.apart = "name-unresolved: there is no address at all",
        .text.source = "RFC 6890, RFC 1918, RFC 6598; domain facts 1.12 and 6 p",
        .holds = rule_holds_sinkhole,
        .explain = rule_explain_sinkhole,
        .saw = saw_sinkhole,
    },
    {
        .text.name = "network-down",
        .text.tell = "three other public hosts were tried in vain and nothing answered for ten "
                     "seconds, no proxy is in use, nothing else worked meanwhile, and the failures "
                     "are silence or failed look-ups",
        .text.apart = "a block on the way to Cisco's cloud: there something else works",
        .text.source = "domain fact 6 a (does other traffic work meanwhile?)",
        .holds = rule_holds_down,
        .explain = rule_explain_down,
        .saw = saw_network,
    },
    {
        .text.name = "name-unresolved",
        .text.tell = "two look-ups or more of the gateway's name in a row gave no address (an "
                     "error, an empty answer or none), and no connection fails",
        .text.apart = "a fault of web protection itself: the name server is to be asked first",
        .text.source = "RFC 1035 section 4.1.1, RFC 2308; domain fact 6 p",
        .holds = rule_holds_lookup,
        .explain = rule_explain_lookup,
        .saw = saw_lookups,
    },
    {
        .text.name = "silent-drop (of encrypted DNS alone)",
        .text.tell = "DNSCrypt queries on UDP 443 go unanswered, plain probes on the same path are "
                     "answered, and no other path fails",
        .text.apart = "a block of port 443, which takes the plain probes as well",
        .text.source = "DNSCrypt protocol, version 2; domain facts 2.5 and 6 h",
        .holds = rule_holds_encryption,
        .explain = rule_explain_encryption,
        .saw = saw_encryption,
    },
    {
        .text.name = "silent-drop (of queries with EDNS alone)",
        .text.tell = "every failed query carried an OPT record (EDNS) and met silence, and not one "
                     "such query was answered, while queries without it are answered on the same "
                     "paths",
        .text.apart = "packet-loss, which takes queries without EDNS as well",
        .text.source = "RFC 6891 section 6.2.6 (middleboxes); domain facts 2.1 and 2.6",
        .holds = rule_holds_edns,
        .explain = rule_explain_edns,
        .saw = saw_edns,
    },
    {
        .text.name = "packet-loss",
        .text.tell = "at least half the failures are silence, and what fails is answered in "
                     "between: its paths are lossy, and none fails for good. Possible where one "
                     "that was lossy fails for good in the end, by no longer a run than the loss "
                     "before it explains (once in a thousand)",
        .text.apart = "a block, which lets nothing through",
        .text.source = "RFC 7680; Cisco document 224671 (domain fact 6 i)",
        .holds = rule_holds_loss,
        .explain = rule_explain_loss,
        .saw = saw_loss,
    },
    {
        .text.name = "foreign-answer",
        .text.tell = "at least one query for the module's own names got an answer without the "
                     "strings that only Cisco's resolvers give; certain where certificates in "
                     "answers are not signed by the key that signed others",
        .text.apart = "resolver-error: there the path to the resolvers is genuine",
        .text.source = "Liu and others, Who Is Answering My Queries, USENIX Security 2018; domain "
                       "facts 2.2 to 2.4",
        .outcome = OUTCOME_FOREIGN,
        .counted = "had a foreign answer",
        .holds = rule_holds_foreign,
        .explain = rule_explain_foreign,
    },
    {
        .text.name = "icmp-reject",
        .text.tell = "at least one query or SYN was met by an ICMP error that quotes it; certain "
                     "where somebody else than the server wrote it",
        .text.apart = "a silent drop: boxes limit the rate of their errors (RFC 1812 section "
                      "4.3.2.8), so that one error weighs more than many silences",
        .text.source = "RFC 792, RFC 1812 section 5.2.7.1, RFC 4443 section 3.1; domain fact 6 b",
        .outcome = OUTCOME_REJECTED,
        .counted = "were met by an ICMP error",
        .holds = rule_holds_reject,
        .explain = rule_explain_reject,
    },
    {
        .text.name = "middlebox-reset, server-reset or reset",
        .text.tell = "at least one connection attempt was reset before it opened. Who wrote the "
                     "resets is weighed by the five tells below: the race, or three: certainly a "
                     "box on the way; two: likely; one: possibly. None, and they are as late and "
                     "as far away as genuine packets: the server. Else it can't be told",
        .text.apart = "a closed port on the server, which is reset as well, but from afar",
        .text.source = "RFC 9293 section 3.10.7.3; Weaver, Sommer, Paxson, Detecting Forged TCP "
                       "Reset Packets, NDSS 2009; domain fact 6.1",
        .outcome = OUTCOME_RESET,
        .counted = "were reset",
        .holds = rule_holds_reset,
        .explain = rule_explain_reset,
        .by_tells = true,
    },
    {
        .text.name = "killed-after-open",
        .text.tell = "at least one connection opened and was ended by the far side before one byte "
                     "of its own",
        .text.apart = "an idle connection that is closed: there the gateway has spoken before",
        .text.source =
            "RFC 9110 section 9.3.6 (CONNECT, which is no TLS); domain facts 4.4 and 6 j",
        .outcome = OUTCOME_KILLED,
        .counted = "were killed after they had opened",
        .holds = rule_holds_killed,
        .explain = rule_explain_killed,
    },
    {
        .text.name = "resolver-error",
        .text.tell = "at least half the failures are answers with an error code",
        .text.apart =
            "foreign-answer: an error for the module's own names is not given by the resolvers",
        .text.source = "RFC 1035 section 4.1.1, RFC 6895 section 2.3",
        .outcome = OUTCOME_ERROR,
        .counted = "were answered with an error",
        .holds = rule_holds_error,
        .explain = rule_explain_error,
        .saw = saw_half,
    },
    {
        .text.name = "path-mtu",
        .text.tell =
            "at least half the failures are connections that opened, and whose first "
            "full-size segment of data was never acknowledged. Likely where smaller segments were, "
            "or an ICMP error that quotes the segment said \"too big\"; else possible",
        .text.apart = "stalled-after-open: there small segments get nothing back either",
        .text.source = "RFC 2923 section 2.1, RFC 1191, RFC 8201, RFC 5927 section 7; domain fact "
                       "6 m",
        .outcome = OUTCOME_STALLED,
        .counted = "stalled after they had opened",
        .holds = rule_holds_mtu,
        .explain = rule_explain_mtu,
        .saw = saw_mtu,
    },
    {
        .text.name = "stalled-after-open",
        .text.tell = "at least half the failures are connections that opened, and whose first data "
                     "got nothing back",
        .text.apart = "a silent drop of the handshake: the connections opened",
        .text.source = "RFC 9293 section 3.8.1; domain facts 4.4 and 6 j",
        .outcome = OUTCOME_STALLED,
        .counted = "stalled after they had opened",
        .holds = rule_holds_stalled,
        .explain = rule_explain_stalled,
        .saw = saw_half,
    },
    {
        .text.name = "late-answers",
        .text.tell = "at least half the failures were answered, but after the client had given up "
                     "(dns.deadline)",
        .text.apart = "a silent drop: the answers do come",
        .text.source = "Cisco document 222351 (the client waits five seconds: domain fact 2.1)",
        .outcome = OUTCOME_LATE,
        .counted = "were answered too late",
        .holds = rule_holds_late,
        .explain = rule_explain_late,
        .saw = saw_half,
    },
    {
        .text.name = "silent-drop",
        .text.tell = "every failure is silence: no answer, no ICMP error, no reset. Likely where "
                     "something else worked meanwhile, or the client goes through its ports as it "
                     "does when nothing answers; else possible",
        .text.apart =
            "network-down and one-way-capture: the client's other traffic works, and is seen to",
        .text.source = "Cisco documents 222351 and 224762 (domain facts 2.1 and 6 a)",
        .holds = rule_holds_silence,
        .explain = rule_explain_silence,
        .saw = saw_silence,
    },
    {
        .text.name = "unknown",
        .text.tell = "it fails, and no rule above holds",
        .text.apart = "a guess",
        .text.source = "none: what can't be told is not named",
        .explain = rule_explain_unknown,
    },
};
const size_t cause_rule_count = sizeof cause_rules / sizeof *cause_rules;

/* Independent of each other. None alone is required: real hosts close ports in many ways. */
const struct reset_rule reset_rules[] = {
    {
        .text.name = "time",
        .text.tell =
            "at least half the resets came sooner than a third (diagnose.reset_delay_divisor) of "
            "the smallest genuine round trip to the address, to its network, or to any public host",
        .text.apart = "a server, which can't answer faster than its packets travel",
        .text.source = "Cisco document 222351 (0.16 ms from another country); domain fact 6.1 (1)",
        .tell = TELL_TIME,
        .saw = saw_time,
    },
    {
        .text.name = "hops",
        .text.tell = "at least half the resets came from diagnose.hop_difference hops or more off "
                     "genuine packets of the address; where none is known, from diagnose.near_hops "
                     "or fewer for a public address",
        .text.apart = "the server, whose packets all travel as far",
        .text.source = "Weaver, Sommer, Paxson, NDSS 2009; domain fact 6.1 (2)",
        .tell = TELL_HOPS,
        .saw = saw_hops,
    },
    {
        .text.name = "copied fields",
        .text.tell = "at least half the resets carry the SYN's own window, IP id or TTL",
        .text.apart = "a host's own stack, which fills these in by itself",
        .text.source =
            "Cisco document 222351 (window 64240 comes back); domain fact 6.1 (3) and (4)",
        .tell = TELL_COPIED,
        .saw = saw_copied,
    },
    {
        .text.name = "race",
        .text.tell = "a SYN-ACK or data of the server came after a reset: whoever opens a "
                     "connection has not reset it",
        .text.apart = "a server that closes: nothing follows its reset",
        .text.source = "Weaver, Sommer, Paxson, NDSS 2009; domain fact 6.1 (6) and (7)",
        .tell = TELL_RACE,
        .saw = saw_race,
    },
    {
        .text.name = "witness",
        .text.tell = "a box of diagnose.near_hops or fewer met an attempt at the same address with "
                     "an ICMP error",
        .text.apart = "a server alone: here somebody near is seen to reject the address",
        .text.source = "RFC 1812 section 5.2.7.1; domain fact 6.1 (8)",
        .tell = TELL_WITNESS,
        .saw = saw_witness,
    },
};
const size_t reset_rule_count = sizeof reset_rules / sizeof *reset_rules;

_Static_assert(sizeof reason_rules / sizeof *reason_rules +
                       sizeof cause_rules / sizeof *cause_rules +
                       sizeof reset_rules / sizeof *reset_rules <=
                   TRACE_LINES,
               "raise TRACE_LINES");
