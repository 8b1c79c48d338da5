// How long the peer takes from the start of its process to the first token it has chosen, in milliseconds.
//
// usage: peer_first_token MODEL.gguf [--prompt N] [--context N] [--threads N] [--repack 0|1]

#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <vector>

#include "llama.h"

static double now_ms() {
    timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1e3 + time.tv_nsec / 1e6;
}

int main(int argc, char ** argv) {
    const double start = now_ms();
    if (argc < 2) {
        fprintf(stderr, "usage: peer_first_token MODEL.gguf [--prompt N] [--context N] [--threads N] [--repack 0|1]\n");
        return 2;
    }
    std::map<std::string, int> option = { { "--prompt", 16 }, { "--context", 4096 }, { "--threads", 2 }, { "--repack", 1 } };
    for (int i = 2; i + 1 < argc; i += 2) {
        option.at(argv[i]) = atoi(argv[i + 1]);
    }
    llama_log_set([](ggml_log_level level, const char * text, void *) {
        if (level == GGML_LOG_LEVEL_ERROR) {
            fputs(text, stderr);
        }
    }, nullptr);
    llama_backend_init();
    llama_model_params model_params = llama_model_default_params();
    model_params.use_extra_bufts    = option["--repack"];
    llama_model * model             = llama_model_load_from_file(argv[1], model_params);
    if (!model) {
        return 1;
    }
    llama_context_params params = llama_context_default_params();
    params.n_ctx                = option["--context"];
    params.n_threads = params.n_threads_batch = option["--threads"];
    llama_context * context                   = llama_init_from_model(model, params);
    if (!context) {
        return 1;
    }
    const double loaded = now_ms();

    std::vector<llama_token> prompt(option["--prompt"]);
    for (size_t i = 0; i < prompt.size(); i++) {
        prompt[i] = 300 + (llama_token) i;
    }
    if (llama_decode(context, llama_batch_get_one(prompt.data(), (int) prompt.size())) != 0) {
        return 1;
    }
    llama_sampler *   greedy = llama_sampler_init_greedy();
    const llama_token chosen = llama_sampler_sample(greedy, context, -1);
    const double      end    = now_ms();

    rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    printf("{\"load_ms\":%.1f,\"load_to_first_token_ms\":%.1f,\"token\":%d,\"peak_rss_bytes\":%ld}\n", loaded - start,
           end - start, chosen, usage.ru_maxrss * 1024);
    return 0;
}
