/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Configuration files of any bytes. What is accepted must survive being printed and read again;
 * what is refused must leave the configuration alone and say why in one line. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "sensor/watchlist.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds)
        abort();
}

/* Loads from a file without a name, by way of /proc. */
static int load(struct config *config, const void *bytes, size_t size, char error[CONFIG_ERROR])
{
    char path[64];
    FILE *file = tmpfile();
    require(file != NULL && fwrite(bytes, 1, size, file) == size && fflush(file) == 0);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fileno(file));
    int status = config_load(config, path, error);
    fclose(file);
    return status;
}

static char *dump(const struct config *config, size_t *size)
{
    char *text = NULL;
    FILE *out = open_memstream(&text, size);
    require(out && config_dump(config, out) && fclose(out) == 0);
    return text;
}

static void check_sentence(const char *error)
{
    require(error[0] != '\0');
    for (; *error; error++)
        require((unsigned char)*error >= ' ' && *error != '\x7f');
}

/* A configuration that was accepted makes a watchlist, whatever it lists. */
static void check_usable(const struct config *config)
{
    static const uint64_t key[2] = {1, 2};
    char error[CONFIG_ERROR];
    struct watchlist *watchlist = watchlist_new(config, key, error);
    require(watchlist != NULL);
    watchlist_free(watchlist);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char error[CONFIG_ERROR] = "";
    struct config config, second;
    size_t before_size, after_size, again_size;
    require(config_defaults(&config) && config_defaults(&second));
    char *before = dump(&config, &before_size);
    int status = load(&config, data, size, error);
    char *after = dump(&config, &after_size);
    if (status == 0) {
        check_usable(&config);
        require(load(&second, after, after_size, error) == 0);
        char *again = dump(&second, &again_size);
        require(strcmp(after, again) == 0);
        free(again);
    } else {
        require(status == EX_CONFIG && strcmp(before, after) == 0);
        check_sentence(error);
    }
    free(before);
    free(after);
    config_free(&config);
    config_free(&second);
    return 0;
}
