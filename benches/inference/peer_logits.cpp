// What the peer makes of forced tokens: loads a model with llama.cpp, runs the given ids, and prints for each
// position the ids and values of the largest logits, as `stocktake bench inference --forced-tokens` does.
// A file that ends in .txt or .md is text, of which the first tokens are printed and nothing is run.
//
// usage: peer_logits MODEL.gguf IDS.json|TEXT.md [--context N] [--threads N] [--batch N] [--repack 0|1] [--flash 0|1]
//        peer_logits MODEL.gguf TEXT.md [--tokens N]
// The context decides between longrope's factors: llama.cpp takes the long ones when it is larger than the
// trained length, however short the text.

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <map>
#include <numeric>
#include <string>
#include <vector>

#include "llama.h"

static std::vector<llama_token> read_ids(const char * path) {
    std::ifstream file(path);
    std::vector<llama_token> ids;
    for (int c; (c = file.get()) != EOF;) {
        if (isdigit(c)) {
            file.unget();
            llama_token id;
            file >> id;
            ids.push_back(id);
        }
    }
    return ids;
}

static void print_rows(const char * name, const std::vector<std::string> & rows, const char * end) {
    printf("\"%s\":[", name);
    for (size_t i = 0; i < rows.size(); i++) {
        printf("%s%s", i ? "," : "", rows[i].c_str());
    }
    printf("]%s", end);
}

// Prints the ids of a text's first tokens.
static int print_tokens(const llama_model * model, const char * path, int count) {
    std::ifstream      file(path);
    const std::string  text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    std::vector<llama_token> ids(text.size() + 8);
    ids.resize(std::max(0, llama_tokenize(llama_model_get_vocab(model), text.c_str(), (int) text.size(), ids.data(),
                                          (int) ids.size(), true, false)));
    for (int i = 0; i < std::min(count, (int) ids.size()); i++) {
        printf("%s%d", i ? "," : "[", ids[i]);
    }
    printf("]\n");
    return 0;
}

static bool ends_with(const std::string & text, const std::string & end) {
    return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

int main(int argc, char ** argv) {
    if (argc < 3) {
        fprintf(stderr, "usage: peer_logits MODEL.gguf IDS.json [--context N] [--threads N] [--batch N] [--repack 0|1] [--flash 0|1]\n");
        return 2;
    }
    const bool                     is_text = ends_with(argv[2], ".txt") || ends_with(argv[2], ".md");
    const std::vector<llama_token> ids     = is_text ? std::vector<llama_token>() : read_ids(argv[2]);
    std::map<std::string, int> option = { { "--context", (int) ids.size() }, { "--threads", 2 }, { "--batch", 512 },
                                          { "--repack", 1 },                 { "--flash", 1 },   { "--tokens", 128 } };
    for (int i = 3; i + 1 < argc; i += 2) {
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
    model_params.vocab_only         = is_text;
    llama_model * model             = llama_model_load_from_file(argv[1], model_params);
    if (!model) {
        return 1;
    }
    if (is_text) {
        return print_tokens(model, argv[2], option["--tokens"]);
    }
    llama_context_params params = llama_context_default_params();
    params.n_ctx                = option["--context"];
    params.n_batch = params.n_ubatch = option["--batch"];
    params.n_threads = params.n_threads_batch = option["--threads"];
    params.flash_attn_type = option["--flash"] ? LLAMA_FLASH_ATTN_TYPE_ENABLED : LLAMA_FLASH_ATTN_TYPE_DISABLED;
    llama_context * context = llama_init_from_model(model, params);
    if (!context) {
        return 1;
    }

    const int                words = llama_vocab_n_tokens(llama_model_get_vocab(model));
    std::vector<std::string> first, five, values;
    llama_batch              batch = llama_batch_init(option["--batch"], 0, 1);
    for (size_t start = 0; start < ids.size(); start += batch.n_tokens) {
        batch.n_tokens = (int) std::min(ids.size() - start, (size_t) option["--batch"]);
        for (int i = 0; i < batch.n_tokens; i++) {
            batch.token[i]     = ids[start + i];
            batch.pos[i]       = (llama_pos) (start + i);
            batch.n_seq_id[i]  = 1;
            batch.seq_id[i][0] = 0;
            batch.logits[i]    = true;
        }
        if (llama_decode(context, batch) != 0) {
            return 1;
        }
        for (int i = 0; i < batch.n_tokens; i++) {
            const float *    logits = llama_get_logits_ith(context, i);
            std::vector<int> order(words);
            std::iota(order.begin(), order.end(), 0);
            std::partial_sort(order.begin(), order.begin() + 5, order.end(),
                              [&](int a, int b) { return logits[a] != logits[b] ? logits[a] > logits[b] : a < b; });
            std::string names = "[", sizes = "[";
            for (int k = 0; k < 5; k++) {
                char size[32];
                snprintf(size, sizeof size, "%.5f", logits[order[k]]);
                names += (k ? "," : "") + std::to_string(order[k]);
                sizes += (k ? "," : "") + std::string(size);
            }
            first.push_back(std::to_string(order[0]));
            five.push_back(names + "]");
            values.push_back(sizes + "]");
        }
    }
    printf("{");
    print_rows("top1", first, ",");
    print_rows("top5", five, ",");
    print_rows("logits", values, "}\n");
    return 0;
}
