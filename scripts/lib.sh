# Shared by the scripts: where build products are kept, and installing what is missing.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"

cache=${XDG_CACHE_HOME:-$HOME/.cache}/stocktake
if mkdir -p "$cache" 2>/dev/null && [ -w "$cache" ]; then
  export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$cache/target}
else
  cache=$root/target/cache
  mkdir -p "$cache"
  export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$root/target}
fi
export CARGO_TERM_COLOR=${CARGO_TERM_COLOR:-never}

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }

# Installs Debian packages whose command is missing: need COMMAND PACKAGE …
need() {
  local command=$1
  shift
  command -v "$command" >/dev/null 2>&1 && return
  if [ -z "${apt_updated:-}" ]; then
    as_root apt-get update -qq
    apt_updated=1
  fi
  DEBIAN_FRONTEND=noninteractive as_root apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

step() { printf '\n== %s (%s)\n' "$*" "$(date -u +%H:%M:%S)"; }
