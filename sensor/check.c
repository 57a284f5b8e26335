/* SPDX-License-Identifier: GPL-2.0-or-later */
/* check: see check.h. */
#include "sensor/check.h"

#include <string.h>

#include "sensor/config_table.h"
#include "sensor/quote.h"

#define INDENT "    "

static void print_list(FILE *out, const char *before, const struct config_list *list)
{
    fprintf(out, INDENT "%s", before);
    for (size_t i = 0; i < list->count; i++)
        fprintf(out, "%s%s", i ? ", " : " ", list->item[i]);
    fputs(list->count ? "\n" : " none\n", out);
}

static bool has_any(const struct config_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        if (strcmp(list->item[i], "any") == 0)
            return true;
    }
    return false;
}

static void print_files(FILE *out, const struct options *options)
{
    char quoted[QUOTE_TEXT];

    if (options->files.count == 0 && options->darts.count == 0)
        fputs(INDENT "no capture: -r is not given\n", out);
    for (size_t i = 0; i < options->files.count; i++) {
        bool input = strcmp(options->files.item[i], "-") == 0;
        fprintf(out, INDENT "the capture %s\n",
                input ? "on standard input" : quote(options->files.item[i], quoted));
    }
    for (size_t i = 0; i < options->darts.count; i++)
        fprintf(out, INDENT "the module's own logs in %s\n", quote(options->darts.item[i], quoted));
    if (options->filter)
        fprintf(out, INDENT "of that only what passes the filter %s\n",
                quote(options->filter, quoted));
}

static void print_watched(FILE *out, const struct config *config)
{
    if (has_any(&config->resolvers))
        fputs(INDENT "DNS to any address, ports 53 and 443\n", out);
    else
        print_list(out, "DNS to these resolvers, ports 53 and 443:", &config->resolvers);
    if (has_any(&config->swg.addresses))
        fputs(INDENT "TCP connections to any address, as to an SWG\n", out);
    else
        print_list(out, "TCP connections to these SWG addresses:", &config->swg.addresses);
    print_list(out, "and to what DNS answers give for these names:", &config->swg.names);
    print_list(out, "and for names that end in:", &config->swg.suffixes);
    fputs(config->capture.control
              ? INDENT "handshakes to other hosts and DNS to other resolvers, to compare with\n"
              : INDENT "nothing else: capture.control is off, so \"the network is down\" can't be "
                       "told apart\n",
          out);
}

static void print_kept(FILE *out, const struct config *config)
{
    char late[SETTING_VALUE];
    char remember[SETTING_VALUE];
    char learn[SETTING_VALUE];

    fprintf(out, INDENT "at most %u DNS exchanges, each for %s\n", config->limits.exchanges,
            setting_duration(config->dns.late, late));
    fprintf(out, INDENT "at most %u connection attempts, each for %s after it ended\n",
            config->limits.attempts, setting_duration(config->tcp.remember, remember));
    fprintf(out, INDENT "at most %u SWG addresses learnt, each for its TTL or %s\n",
            config->limits.learnt, setting_duration(config->swg.learn_for, learn));
    fprintf(out, INDENT "at most %u packets in fragments, each for 30 s\n",
            config->limits.fragments);
    fprintf(out,
            INDENT "at most %u connections of DNS over TCP, each until it is silent for 30 s\n",
            config->limits.streams);
    fprintf(out, INDENT "at most %u clients with the health of their paths\n",
            config->limits.clients);
    fputs(INDENT "addresses, ports, times, DNS names and outcomes; no content of connections\n",
          out);
}

static void print_written(FILE *out, const struct options *options, const struct config *config)
{
    static const char *const exchanges[] = {
        [CONFIG_EXCHANGES_ALL] = "every exchange and attempt",
        [CONFIG_EXCHANGES_FAILED] = "the exchanges and attempts that failed",
        [CONFIG_EXCHANGES_NONE] = "no single exchange or attempt",
    };
    char quoted[QUOTE_TEXT];

    if (options->events_path)
        fprintf(out, INDENT "events (%s, alerts, verdicts, counters) to %s\n",
                exchanges[config->events.exchanges],
                strcmp(options->events_path, "-") == 0 ? "standard output"
                                                       : quote(options->events_path, quoted));
    if (!options->events_path || strcmp(options->events_path, "-") != 0)
        fputs(INDENT "the verdicts to standard output\n", out);
    fprintf(out, INDENT "identities in the module's DNS answers are %s\n",
            options->show_ids ? "printed (--show-ids)" : "masked");
}

static void print_sent(FILE *out, const struct options *options, const struct config *config)
{
    const bool live = options->interfaces.count > 0;
    if (options->resolve == OPTIONS_RESOLVE_OFF ||
        (!live && options->resolve == OPTIONS_RESOLVE_USUAL)) {
        fputs(INDENT "nothing: it opens no connection and looks no name up\n", out);
        return;
    }
    fprintf(out, INDENT "DNS queries for the names above to %s, %s\n",
            config->swg.resolver[0] ? config->swg.resolver : "the system's resolvers",
            live ? "again and again (--no-resolve: none)" : "once before it begins (--resolve)");
}

bool check_print(const struct options *options, const struct config *config, FILE *out)
{
    char quoted[QUOTE_TEXT];

    if (options->config_path)
        fprintf(out, "The configuration %s is good.\n", quote(options->config_path, quoted));
    else
        fputs("The built-in defaults are used: -c is not given.\n", out);
    fputs("\nA run reads\n", out);
    print_files(out, options);
    fputs("\nand looks in it for\n", out);
    print_watched(out, config);
    fputs("\nIt keeps in memory, until it ends,\n", out);
    print_kept(out, config);
    fputs("\nIt writes\n", out);
    print_written(out, options, config);
    fputs("\nIt sends\n", out);
    print_sent(out, options, config);
    return fflush(out) == 0 && !ferror(out);
}
