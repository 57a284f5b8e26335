/* SPDX-License-Identifier: GPL-2.0-or-later */
/* folder: see folder.h. */
#include "sensor/dart/folder.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Folders that are still to be looked into, instead of a recursion as deep as a stranger likes. */
#define WAITING 256

struct walk {
    struct dart_folder *folder;
    struct {
        char *path;
        unsigned depth;
    } waiting[WAITING];
    size_t count;
    unsigned entries;
    bool no_memory;
};

static char *join(const char *folder, const char *name)
{
    const size_t length = strlen(folder) + strlen(name) + 2;
    char *path = malloc(length);
    if (path)
        snprintf(path, length, "%s/%s", folder, name);
    return path;
}

static void take_entry(struct walk *w, const char *folder, const char *name, unsigned depth)
{
    struct stat st;
    char *path = join(folder, name);
    if (!path) {
        w->no_memory = true;
        return;
    }
    const bool there = lstat(path, &st) == 0;
    if (there && S_ISDIR(st.st_mode) && w->count < WAITING && depth < DART_DEPTH) {
        w->waiting[w->count].path = path;
        w->waiting[w->count++].depth = depth + 1;
        return;
    }
    if (there && S_ISREG(st.st_mode) && dart_wanted(name) && w->folder->count < DART_FILES) {
        w->folder->path[w->folder->count++] = path;
        return;
    }
    w->folder->more += there && (S_ISDIR(st.st_mode) || (S_ISREG(st.st_mode) && dart_wanted(name)));
    free(path);
}

static void look_into(struct walk *w, const char *path, unsigned depth)
{
    DIR *dir = opendir(path);
    const struct dirent *entry;
    if (!dir) {
        w->folder->more++;
        return;
    }
    while (w->entries < DART_ENTRIES && (entry = readdir(dir))) {
        w->entries++;
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            take_entry(w, path, entry->d_name, depth);
    }
    if (w->entries == DART_ENTRIES)
        w->folder->more++;
    closedir(dir);
}

static int by_name(const void *one, const void *other)
{
    return strcmp(*(char *const *)one, *(char *const *)other);
}

bool dart_folder_list(struct dart_folder *folder, const char *path)
{
    struct walk walk = {.folder = folder};
    *folder = (struct dart_folder){0};
    look_into(&walk, path, 0);
    while (walk.count > 0) {
        char *next = walk.waiting[--walk.count].path;
        look_into(&walk, next, walk.waiting[walk.count].depth);
        free(next);
    }
    qsort(folder->path, folder->count, sizeof *folder->path, by_name);
    return !walk.no_memory;
}

void dart_folder_free(struct dart_folder *folder)
{
    for (size_t i = 0; i < folder->count; i++)
        free(folder->path[i]);
    folder->count = 0;
}
