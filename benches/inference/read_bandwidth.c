// The machine's memory read bandwidth: each thread sums its own part of a buffer far larger than the caches.
//
// usage: read_bandwidth THREADS   prints GB/s (10^9 bytes), the best of several passes

#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { PASSES = 8 };
static const size_t part_bytes = (size_t) 512 << 20;

typedef struct {
    uint64_t *         words;
    pthread_barrier_t *barrier;
    uint64_t           sum;
} part_t;

static double seconds(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec + time.tv_nsec / 1e9;
}

static void *read_part(void *argument) {
    part_t *part = argument;
    // Written by the thread that reads it, so that the pages are there and near.
    memset(part->words, 1, part_bytes);
    for (int pass = 0; pass < PASSES; pass++) {
        pthread_barrier_wait(part->barrier);
        uint64_t sums[16] = { 0 };
        for (size_t i = 0; i < part_bytes / 8; i += 16) {
            for (int k = 0; k < 16; k++) {
                sums[k] += part->words[i + k];
            }
        }
        for (int k = 0; k < 16; k++) {
            part->sum += sums[k];
        }
        pthread_barrier_wait(part->barrier);
    }
    return NULL;
}

int main(int argc, char **argv) {
    int               threads = argc > 1 ? atoi(argv[1]) : 1;
    pthread_barrier_t barrier;
    pthread_barrier_init(&barrier, NULL, threads + 1);
    part_t *   parts   = calloc(threads, sizeof *parts);
    pthread_t *handles = calloc(threads, sizeof *handles);
    for (int i = 0; i < threads; i++) {
        parts[i] = (part_t){ aligned_alloc(4096, part_bytes), &barrier, 0 };
        pthread_create(&handles[i], NULL, read_part, &parts[i]);
    }
    double best = 1e9;
    for (int pass = 0; pass < PASSES; pass++) {
        pthread_barrier_wait(&barrier);
        double start = seconds();
        pthread_barrier_wait(&barrier);
        double taken = seconds() - start;
        best         = taken < best ? taken : best;
    }
    uint64_t sum = 0;
    for (int i = 0; i < threads; i++) {
        pthread_join(handles[i], NULL);
        sum += parts[i].sum;
    }
    // The sum is used, or the compiler would leave the reading out.
    fprintf(stderr, "sum %llu\n", (unsigned long long) sum);
    printf("%.1f\n", (double) threads * part_bytes / best / 1e9);
    return 0;
}
