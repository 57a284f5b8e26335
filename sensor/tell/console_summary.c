/* SPDX-License-Identifier: GPL-2.0-or-later */
/* console_summary: everything around the clients in full: the files, the count of clients, a line
 * for each of the others, what was over by the end, what could not be read, and what to make of a
 * capture that holds nothing of interest. */
#include <string.h>

#include "console_parts.h"

#define FILE_INDENT 4

/* The name stands as it is, for people copy it; what follows wraps. */
static void print_file(struct screen *s, const struct view *view, const struct capture_file *file)
{
    char text[6 * WORDS_TEXT], date[WORDS_TEXT], first[WORDS_TEXT], last[WORDS_TEXT];
    char zone[WORDS_TEXT], amount[WORDS_TEXT];
    int length = 0;
    if (file->first != NSTIME_NONE)
        length = snprintf(text, sizeof text, " · %s %s to %s %s",
                          words_date(file->first, view->zone, date),
                          words_clock(file->first, view->zone, first),
                          view_time(view, file->last, last), words_zone(view->zone, zone));
    snprintf(text + length, sizeof text - (size_t)length, " · %s",
             file->packets == 0 ? "no packets"
                                : words_amount(file->packets, "packet", "packets", amount));
    screen_text(s, strcmp(file->name, "-") == 0 ? "standard input" : file->name);
    screen_words(s, FILE_INDENT, text);
    if (view->summary->file_count > 1)
        return;
    snprintf(text, sizeof text, ", %s watched",
             words_count(view->summary->stats->capture.watched, amount));
    screen_words(s, FILE_INDENT, text);
}

void console_files(struct screen *s, const struct view *view)
{
    const struct summary *summary = view->summary;
    const struct stats *stats = summary->stats;
    char text[WORDS_TEXT];
    for (size_t i = 0; i < summary->file_count; i++) {
        print_file(s, view, &summary->file[i]);
        screen_newline(s);
        if (summary->file[i].damage) {
            screen_to(s, 2);
            screen_text(s, "Damaged: ");
            screen_words(s, 11, summary->file[i].damage);
            screen_newline(s);
        }
    }
    if (summary->file_count > 1) {
        screen_text(s, "together ");
        screen_text(s, words_amount(stats->capture.packets, "packet", "packets", text));
        screen_text(s, ", ");
        screen_text(s, words_count(stats->capture.watched, text));
        screen_text(s, " watched");
        screen_newline(s);
    }
}

void console_totals(struct screen *s, const struct keep *k)
{
    static const char *const words[RANK_COUNT][2] = {
        [RANK_FAILING] = {" fails", " fail"},
        [RANK_DEGRADED] = {" is degraded", " are degraded"},
        [RANK_UNDETERMINED] = {" can't be judged", " can't be judged"},
    };
    uint64_t count[RANK_COUNT] = {0};
    char number[WORDS_TEXT];
    for (size_t i = 0; i < k->brief_count; i++)
        count[k->brief[i].rank]++;

    screen_text(s, words_count(count[RANK_FAILING], number));
    screen_text(s, " of ");
    screen_text(s, words_amount(k->brief_count, "client", "clients", number));
    screen_text(s, words[RANK_FAILING][count[RANK_FAILING] != 1]);
    for (size_t rank = RANK_DEGRADED; rank < RANK_PROTECTED; rank++) {
        if (count[rank] == 0)
            continue;
        screen_text(s, ", ");
        screen_text(s, words_count(count[rank], number));
        screen_text(s, words[rank][count[rank] != 1]);
    }
    screen_newline(s);
}

static void brief_protection(struct screen *s, const struct view *view,
                             const struct protection_brief *p)
{
    char time[WORDS_TEXT];
    const char *why = words_cause(p->cause) ? words_cause(p->cause) : words_reason(p->reason);
    screen_coloured(s, status_colour(p->status), words_status(p->status));
    if (p->status == STATUS_PROTECTED)
        return;
    if (p->first_bad != NSTIME_NONE && p->status != STATUS_UNDETERMINED) {
        screen_text(s, p->last_good == NSTIME_NONE ? " at least since " : " since ");
        screen_text(s, view_time(view, p->first_bad, time));
    }
    if (why) {
        screen_text(s, ": ");
        screen_text(s, why);
    }
    if (confidence_name(p->confidence)) {
        screen_text(s, " (");
        screen_text(s, confidence_name(p->confidence));
        screen_text(s, ")");
    }
}

void console_briefs(struct screen *s, const struct view *view, const struct keep *k, size_t from)
{
    static const char *const labels[PROTECTION_COUNT] = {"DNS ", "web "};
    static const char *const roles[ROLE_COUNT] = {[ROLE_OTHER] = " · no roaming module",
                                                  [ROLE_MODULE] = "",
                                                  [ROLE_FORWARDER] = " · a DNS server"};
    char address[ADDR_TEXT];
    size_t columns = 0;
    for (size_t i = from; i < k->brief_count; i++) {
        const size_t length = strlen(addr_format(&k->brief[i].client, address));
        columns = length > columns ? length : columns;
    }
    for (size_t i = from; i < k->brief_count; i++) {
        const struct protection_brief *protection = k->brief[i].protection;
        screen_text(s, addr_format(&k->brief[i].client, address));
        screen_to(s, (unsigned)columns + 2);
        for (size_t p = 0; p < PROTECTION_COUNT; p++) {
            if (!protection[p].given)
                continue;
            if (p > 0 && protection[p - 1].given)
                screen_text(s, " · ");
            screen_text(s, labels[p]);
            brief_protection(s, view, &protection[p]);
        }
        screen_text(s, roles[k->brief[i].role]);
        screen_newline(s);
    }
}

static void print_over(struct screen *s, const struct view *view, const struct over *over)
{
    static const char *const codes[NOTICE_CODE_COUNT] = {
        [NOTICE_DNS_UNPROTECTED] = "DNS unprotected",
        [NOTICE_DNS_DEGRADED] = "DNS degraded",
        [NOTICE_WEB_UNAVAILABLE] = "web unavailable",
        [NOTICE_WEB_DEGRADED] = "web degraded",
        [NOTICE_SENSOR_BLIND] = "no packet at all",
        [NOTICE_CAPTURE_GAP] = "capture interrupted",
        [NOTICE_CAPTURE_LOSS] = "packets missing from the capture",
    };
    /* What did not recover is not over: nobody looks at it any more. */
    static const char *const left[RESOLUTION_COUNT][2] = {
        [RESOLUTION_CLIENT_GONE] = {"the client fell silent", "all of them fell silent"},
        [RESOLUTION_SUSPENDED] = {"the capture was interrupted", "the capture was interrupted"},
    };
    char since[WORDS_TEXT], until[WORDS_TEXT], span[WORDS_TEXT], number[WORDS_TEXT];
    char text[640], why[128] = "", clients[3 * WORDS_TEXT] = "";
    const char *cause = words_cause(over->cause);
    const char *confidence = confidence_name(over->confidence);
    view_time(view, over->since, since);
    view_time(view, over->until, until);
    if (cause && confidence)
        snprintf(why, sizeof why, ": %s (%s)", cause, confidence);
    if (over->wide)
        snprintf(clients, sizeof clients, "%llu of %s: ", (unsigned long long)over->count,
                 words_amount(over->of, "client", "clients", number));
    if (left[over->resolution][over->wide])
        snprintf(text, sizeof text, "%s%s since %s, not followed after %s (%s)%s", clients,
                 codes[over->code], since, until, left[over->resolution][over->wide], why);
    else if (over->until <= over->since) /* the clock was set back */
        snprintf(text, sizeof text, "%s at %s, to %s", codes[over->code], since, until);
    else
        snprintf(text, sizeof text, "%s%s from %s to %s (%s)%s", clients, codes[over->code], since,
                 until, words_span(over->until - over->since, span), why);
    screen_to(s, 2);
    screen_text(s, over->who);
    screen_to(s, 19);
    screen_words(s, 19, text);
    screen_newline(s);
}

void console_over(struct screen *s, const struct view *view, const struct keep *k)
{
    char number[WORDS_TEXT];
    const size_t shown = k->over_count < KEEP_OVER ? k->over_count : KEEP_OVER;
    if (k->over_count == 0)
        return;
    screen_newline(s);
    screen_text(s, "Over by the end");
    screen_newline(s);
    for (size_t i = 0; i < shown; i++)
        print_over(s, view, &k->over[i]);
    if (shown < k->over_count) {
        screen_to(s, 2);
        screen_text(s, "… and ");
        screen_text(s, words_count(k->over_count - shown, number));
        screen_text(s, " more; -o lists them all");
        screen_newline(s);
    }
}

#define UNDECODED_SHOWN 4

/* What was not seen, one after the other on a line. */
struct lacks {
    struct screen *screen;
    bool any;
};

static void print_lack(struct lacks *lacks, const char *text)
{
    if (lacks->any) {
        screen_text(lacks->screen, ",");
    } else {
        screen_newline(lacks->screen);
        screen_text(lacks->screen, "Not everything was seen:");
    }
    lacks->any = true;
    char spaced[2 * WORDS_TEXT + 2];
    snprintf(spaced, sizeof spaced, " %s", text);
    screen_words(lacks->screen, 2, spaced);
}

static void print_undecoded(struct lacks *lacks, const struct undecoded *undecoded)
{
    char text[2 * WORDS_TEXT];
    uint64_t rest = undecoded->others;
    for (size_t i = 0; i < undecoded->kinds; i++) {
        if (i < UNDECODED_SHOWN)
            print_lack(lacks,
                       words_undecoded(undecoded->kind[i].what, undecoded->kind[i].frames, text));
        else
            rest += undecoded->kind[i].frames;
    }
    if (rest)
        print_lack(lacks, words_amount(rest, "frame of another kind that can't be decoded",
                                       "frames of other kinds that can't be decoded", text));
}

static void print_lacking(struct screen *s, unsigned permille)
{
    char text[256];
    if (permille == 0)
        return;
    screen_newline(s);
    snprintf(text, sizeof text,
             "The capture itself lacks about %u.%u %% of the packets: answers without their "
             "queries, connections without their SYN-ACK, or drops. The network need not have lost "
             "them.",
             permille / 10, permille % 10);
    screen_words(s, 2, text);
    screen_newline(s);
}

/* One plain line, and only where there is something to say: a verdict from half the packets must
 * not look like one from all of them. */
void console_unread(struct screen *s, const struct view *view)
{
    const struct stats *stats = view->summary->stats;
    const struct {
        uint64_t count;
        const char *one, *many;
    } counts[] = {
        {stats->capture.truncated, "frame cut short by the snap length",
         "frames cut short by the snap length"},
        {stats->capture.malformed, "malformed frame", "malformed frames"},
        {stats->capture.kernel_drops, "packet dropped for want of buffer space",
         "packets dropped for want of buffer space"},
        {stats->capture.interface_drops, "packet dropped by the interface",
         "packets dropped by the interface"},
        {stats->tables.evicted, "entry pushed out of a full table (raise the limits)",
         "entries pushed out of full tables (raise the limits)"},
    };
    struct lacks lacks = {.screen = s};
    char text[WORDS_TEXT];
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        if (counts[i].count > 0)
            print_lack(&lacks, words_amount(counts[i].count, counts[i].one, counts[i].many, text));
    }
    if (view->summary->undecoded)
        print_undecoded(&lacks, view->summary->undecoded);
    if (lacks.any)
        screen_newline(s);
    print_lacking(s, view->summary->lacking);
}

/* Where nothing was seen, what could not be opened is the first reason to name. */
static void print_closed(struct screen *s, const struct undecoded *undecoded)
{
    static const char *const remedies[UNSUPPORTED_KINDS] = {
        [UNSUPPORTED_LINK_TYPE] =
            "can't be decoded: capture on an Ethernet or Wi-Fi adapter instead.",
        [UNSUPPORTED_ENCRYPTED] =
            "can't be opened without the network's keys: capture on the laptop itself.",
        [UNSUPPORTED_ETHERTYPE] = "can't be decoded: capture where they are unpacked.",
        [UNSUPPORTED_PPP_PROTOCOL] = "can't be decoded: capture behind the PPP link.",
        [UNSUPPORTED_IP_PROTOCOL] = "can't be decoded: capture at the tunnel's end.",
    };
    char text[4 * WORDS_TEXT], what[2 * WORDS_TEXT];
    for (size_t i = 0; i < undecoded->kinds && i < UNDECODED_SHOWN; i++) {
        struct unsupported kind = undecoded->kind[i].what;
        if (!remedies[kind.kind])
            continue;
        snprintf(text, sizeof text, "%s %s", words_undecoded(kind, undecoded->kind[i].frames, what),
                 remedies[kind.kind]);
        screen_words(s, 0, text);
        screen_newline(s);
    }
}

void console_nothing(struct screen *s, const struct view *view, bool quiet)
{
    static const char *const reasons[] = {
        "captured on another interface than the one the traffic leaves by (a VPN adapter, the "
        "wrong Wi-Fi or Ethernet card)",
        "a capture filter kept it out; for this question capture without one",
        "encrypted Wi-Fi (802.11 frames): capture on the laptop itself, on the adapter as it "
        "sees its own traffic",
        "it runs inside a tunnel (VPN, GRE, VXLAN): capture inside it",
        "there was only other traffic: the module was off, idle, or uses another resolver or SWG "
        "(name it with -R or -s)",
    };
    const struct summary *summary = view->summary;
    if (!quiet)
        screen_newline(s);
    if (summary->stats->capture.packets == 0)
        screen_words(s, 0, "No verdict: there is no packet to judge.");
    else
        screen_words(s, 0,
                     "No verdict: the capture holds no query and no connection to one of Cisco's "
                     "resolvers or secure web gateways (SWG). That alone is no fault.");
    screen_newline(s);
    if (quiet)
        return;
    if (summary->undecoded)
        print_closed(s, summary->undecoded);
    if (summary->stats->dns.responses > 0) {
        screen_words(s, 0,
                     "Answers of the resolvers are there, their queries are not: the capture shows "
                     "one direction only. Mirror both, or capture on the laptop itself.");
        screen_newline(s);
    }
    screen_text(s, "Likely reasons:");
    screen_newline(s);
    for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++) {
        screen_to(s, 2);
        screen_text(s, "· ");
        screen_words(s, 4, reasons[i]);
        screen_newline(s);
    }
}

void console_hidden(struct screen *s, const struct view *view)
{
    char text[2 * WORDS_TEXT], amount[WORDS_TEXT];
    if (view->summary->hidden == 0)
        return;
    snprintf(text, sizeof text, "%s hidden, as alerts.ignore and alerts.only ask.",
             words_amount(view->summary->hidden, "alert was", "alerts were", amount));
    screen_newline(s);
    screen_words(s, 0, text);
    screen_newline(s);
}
