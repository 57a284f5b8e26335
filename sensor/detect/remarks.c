/* SPDX-License-Identifier: GPL-2.0-or-later */
/* remarks: see remarks.h. */
#include "sensor/detect/remarks.h"

#include <inttypes.h>
#include <netinet/in.h>

#include "sensor/detect/findings.h"

/* Probes come every few seconds while the module is at work: this long without one is a stop. */
#define BACKED_OFF (120 * NS_PER_SEC)
#define MINUTE     (60 * NS_PER_SEC)

static bool fails(const struct judgement *out)
{
    return out->status > STATUS_PROTECTED;
}

static bool dns(const struct diagnosis *in)
{
    return in->protection == PROTECTION_DNS;
}

/* --- by design, not by fault ------------------------------------------------------------------ */

static void say_local_probes(const struct diagnosis *in, const struct control_view *control,
                             struct judgement *out)
{
    char resolver[ADDR_TEXT];
    if (dns(in) && control->local_probes)
        judgement_note(out,
                       "%" PRIu64 " probe%s to %s: the module's look for a virtual appliance; what "
                       "comes back from there is not judged",
                       control->local_probes, control->local_probes == 1 ? "" : "s",
                       addr_format(&control->local_resolver, resolver));
}

/* Trusted networks, VPN and virtual appliances make the module back off: its probes stop rather
 * than fail (domain fact 3.5). */
static void say_backed_off(const struct diagnosis *in, const struct control_view *control,
                           struct judgement *out)
{
    nstime last = in->client->protection[in->protection].last_sent;
    if (!dns(in) || out->role != ROLE_MODULE || last == NSTIME_NONE ||
        control->newest == NSTIME_NONE || control->newest - last < BACKED_OFF)
        return;
    judgement_note(out,
                   "the module sent nothing more for the last %" PRId64 " min in which the client "
                   "was busy: backed off by design (trusted network, VPN, virtual appliance) or "
                   "switched off",
                   (control->newest - last) / MINUTE);
}

static void say_block_pages(const struct diagnosis *in, struct judgement *out)
{
    if (dns(in) && in->client->block_pages)
        judgement_note(
            out, "%" PRIu64 " answers lead to Cisco's block pages: a policy at work, no fault",
            in->client->block_pages);
}

/* The signature proves the answer genuine, whatever else the capture holds (domain fact 2.4). */
static void say_certificates(const struct diagnosis *in, struct judgement *out)
{
    const struct certificates *certificates = &in->client->protection[PROTECTION_DNS].certificates;
    struct evidence *evidence;
    if (!dns(in))
        return;
    if (certificates->are_signed) {
        evidence = evidence_add(out, "certificate-signed",
                                "a DNSCrypt certificate that Cisco signed: the resolver itself "
                                "answered (%" PRIu64 " in all)",
                                certificates->are_signed);
        evidence_frame(evidence, certificates->signed_frame);
    }
    if (certificates->dated_frame.number)
        judgement_note(out,
                       "the resolvers' certificate in frame %" PRIu64 " is genuine, but was not "
                       "valid at the time of the capture: the clock of the client or of the "
                       "sensor is wrong, or an old answer is given again",
                       (uint64_t)certificates->dated_frame.number);
}

static void say_unencrypted(const struct diagnosis *in, struct judgement *out)
{
    bool plain = false;
    if (!dns(in) || out->status != STATUS_DEGRADED)
        return;
    for (size_t i = 0; i < out->path_count; i++) {
        const struct path_view *path = &out->path[i];
        bool failing = path->status == PATH_FAILING || path->status == PATH_LOSSY;
        if (failing && !(path->transport == IPPROTO_UDP && path->port == 443))
            return;
        plain = plain || (path->status == PATH_OK && path->port == 53);
    }
    if (plain)
        judgement_note(out, "protected all the same, but not encrypted: UDP 443 is shut and UDP 53 "
                            "is open");
}

static void say_shared_address(const struct diagnosis *in, struct judgement *out)
{
    if (in->client->ttls[1])
        judgement_note(out,
                       "packets of this address come with TTL %u and %u: several devices behind "
                       "one address (NAT), and the verdict is for all of them",
                       in->client->ttls[0], in->client->ttls[1]);
}

static void say_log_on(const struct control_view *control, struct judgement *out)
{
    if (control->portal.family != ADDR_NONE && !fails(out))
        judgement_note(out,
                       "a captive portal was in the way at some time: a log-on to the network");
}

static void say_near_server(const struct diagnosis *in, struct judgement *out)
{
    char server[ADDR_TEXT];
    if (!dns(in) && in->client->near_server.family != ADDR_NONE)
        judgement_note(out,
                       "%s answers from too near for a public address: a proxy or WAN optimiser "
                       "opens the connections in its place",
                       addr_format(&in->client->near_server, server));
}

/* The connection worked, so it is no failure of the path; whoever reads it may know the policy. */
static void say_turned_away(const struct diagnosis *in, struct judgement *out)
{
    const struct turned_away *alert = &in->client->turned[TURNED_ALERT];
    const struct turned_away *redirect = &in->client->turned[TURNED_REDIRECT];
    const struct turned_away *refused = &in->client->turned[TURNED_REFUSED];
    char server[ADDR_TEXT], name[16];
    if (dns(in))
        return;
    if (refused->count)
        judgement_note(out,
                       "%" PRIu64 " CONNECT%s answered with HTTP status %u, by %s the last time "
                       "(frame %" PRIu64 "): a policy or a licence, or a proxy in between",
                       refused->count, refused->count == 1 ? " was" : "s were",
                       refused->heard.status, addr_format(&refused->server, server),
                       (uint64_t)refused->frame.number);
    if (redirect->count && out->cause != CAUSE_CAPTIVE_PORTAL)
        judgement_note(out,
                       "%" PRIu64 " CONNECT%s redirected with HTTP status %u, by %s the last time "
                       "(frame %" PRIu64 "): a captive portal wants a log-on",
                       redirect->count, redirect->count == 1 ? " was" : "s were",
                       redirect->heard.status, addr_format(&redirect->server, server),
                       (uint64_t)redirect->frame.number);
    if (alert->count)
        judgement_note(out,
                       "%" PRIu64 " connection%s answered with a TLS alert (%s), by %s the last "
                       "time (frame %" PRIu64 "): something in between expects TLS or inspects it",
                       alert->count, alert->count == 1 ? " was" : "s were",
                       first_bytes_alert_name(alert->heard.description, name),
                       addr_format(&alert->server, server), (uint64_t)alert->frame.number);
}

/* --- the shape of a failure ------------------------------------------------------------------- */

static void say_alike(const struct diagnosis *in, struct judgement *out)
{
    if (!fails(out) || in->clients < 2)
        return;
    if (in->alike > 1)
        judgement_note(out,
                       "%zu of the %zu clients in the capture are %s: look for what they share",
                       in->alike, in->clients, status_name(out->status));
    else
        judgement_note(out, "of the %zu clients in the capture only this one is %s", in->clients,
                       status_name(out->status));
}

static void say_outages(const struct diagnosis *in, struct judgement *out)
{
    const struct outages *o = &in->client->protection[in->protection].outages;
    char shortest[32], longest[32], every[32];
    if (o->count < 2 || out->status == STATUS_UNDETERMINED)
        return;
    const nstime period = (o->newest - o->first) / (o->count - 1);
    judgement_note(out,
                   "it fails again and again: %" PRIu32 " outages that ended by themselves, of %s "
                   "to %s, one about every %s (%" PRId64 " %% of the time)",
                   o->count, duration_text(o->shortest, shortest),
                   duration_text(o->longest, longest), duration_text(period, every),
                   period ? o->total * 100 / (period * o->count) : 0);
}

static void say_other_family(const struct diagnosis *in, struct judgement *out)
{
    const char *family = out->client.family == ADDR_IPV6 ? "IPv4" : "IPv6";
    if (!fails(out) || in->other_family == STATUS_UNDETERMINED)
        return;
    judgement_note(out, "%s of the same host %s", family,
                   in->other_family == STATUS_PROTECTED ? "works: only this family fails"
                                                        : "fails, too");
}

/* --- web protection in stages ----------------------------------------------------------------- */

static void say_stages(const struct diagnosis *in, struct judgement *out)
{
    static const char *const stop[CAUSE_COUNT] = {
        [CAUSE_SILENT_DROP] = "TCP gets no answer",
        [CAUSE_ICMP_REJECT] = "TCP is rejected",
        [CAUSE_MIDDLEBOX_RESET] = "TCP is reset",
        [CAUSE_SERVER_RESET] = "TCP is reset",
        [CAUSE_RESET] = "TCP is reset",
        [CAUSE_KILLED_AFTER_OPEN] = "TCP opens, and the first bytes are cut off",
        [CAUSE_PATH_MTU] = "TCP opens, and the first large packet is lost",
        [CAUSE_STALLED_AFTER_OPEN] = "TCP opens, and the first bytes get no reply",
    };
    if (dns(in) || !fails(out) || !stop[out->cause])
        return;
    judgement_note(out, "where it stops: the name's lookup %s, %s",
                   in->swg.name ? "is answered" : "is not in the capture", stop[out->cause]);
}

/* Direct connections alone prove nothing (domain fact 4.6): they count once the gateway failed. */
static void say_fail_open(const struct diagnosis *in, struct judgement *out)
{
    uint64_t direct = in->client->protection[PROTECTION_WEB].direct;
    if (dns(in) || out->status != STATUS_UNAVAILABLE)
        return;
    if (direct)
        judgement_note(out,
                       "%" PRIu64 " connection%s went directly to the web since: likely the module "
                       "fails open, without web protection",
                       direct, direct == 1 ? "" : "s");
    else
        judgement_note(out, "by default the module fails open meanwhile: web traffic leaves "
                            "without web protection");
}

void remarks_tell(const struct diagnosis *in, struct judgement *out)
{
    struct control_view control = control_of(in->control, &in->client->addr);
    say_stages(in, out);
    say_fail_open(in, out);
    say_alike(in, out);
    say_outages(in, out);
    say_other_family(in, out);
    say_unencrypted(in, out);
    say_near_server(in, out);
    say_turned_away(in, out);
    say_shared_address(in, out);
    say_backed_off(in, &control, out);
    say_block_pages(in, out);
    say_certificates(in, out);
    say_local_probes(in, &control, out);
    say_log_on(&control, out);
}
