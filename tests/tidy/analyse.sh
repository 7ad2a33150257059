#!/usr/bin/env bash
# Static analysis of everything that is delivered: analyse.sh BUILD_FOLDER JOBS
#
# Most of what clang-tidy costs is reading the same headers again for each file, so it reads eight
# files of a folder as one. Where that is refused (two files may use one name for themselves), each
# file is read alone, and only that says whether something is wrong.
set -euo pipefail
build=$(realpath "$1")
jobs=$2
cd "$(dirname "$0")/../.."

readonly per_unit=8
units=$build/analysed
rm -rf "$units"
mkdir -p "$units"

# Every folder of sources, in units of a few files.
while read -r folder; do
  find "$folder" -maxdepth 1 -name '*.cpp' | sort |
    split --lines "$per_unit" --numeric-suffixes --additional-suffix .list \
      - "$units/${folder//\//_}_"
done < <(find engine server client-cli -name '*.cpp' -printf '%h\n' | sort -u)
for list in "$units"/*.list; do
  sed "s|.*|#include \"$PWD/&\"|" "$list" >"${list%.list}.cpp"
done

flags=(-std=c++20 -D_GLIBCXX_ASSERTIONS -DNDEBUG -DSQLITE_ENABLE_PREUPDATE_HOOK=1 -Wno-unknown-warning-option
  -Iserver -Iengine -Iengine/include -Iclient-cli)
read -r -a httplib < <(pkg-config --cflags cpp-httplib)
flags+=("${httplib[@]}")
for folder in "$build"/schema/embedded_*/; do flags+=("-I$folder"); done
[[ -d ${flags[-1]#-I} ]] || { echo "analyse: $build holds no embedded schema; build first" >&2; exit 2; }

tidy() { clang-tidy --quiet --config-file=.clang-tidy "$@" -- "${flags[@]}" 2> >(grep -v 'warnings\? generated' >&2); }

# The verdict on one unit; what is said about a unit that was refused is said again about its file.
analyse() {
  local said file outcome=0
  said=$(tidy "$1" 2>&1) && return 0
  while read -r file; do
    tidy "$file" || outcome=1
  done <"${1%.cpp}.list"
  [[ $outcome == 1 ]] || echo "analyse: ${1##*/} was read file by file: $(grep -m1 error: <<<"$said")" >&2
  return "$outcome"
}

# A few processes, each with its share of the units.
outcome=0 started=()
for ((share = 0; share < jobs; ++share)); do
  (
    result=0 number=0
    for unit in "$units"/*.cpp; do
      if ((number++ % jobs == share)); then analyse "$unit" || result=1; fi
    done
    exit "$result"
  ) &
  started+=($!)
done
for process in "${started[@]}"; do wait "$process" || outcome=1; done
exit "$outcome"
