#!/usr/bin/env bash
# What `./dev demo` plays: a centre, three unions with four devices and the office, on real records and
# with the real programs, over loopback and a temporary folder. Every claim it prints is checked; the first
# that does not hold ends it with exit 1.
#
#     tests/demo/demo.sh BIN [--keep] [--lang vi|en]
set -euo pipefail

bin=$(cd "$1" && pwd)
shift
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
schema_demo=$(cd "$here/../../schema/demo" && pwd)

keep=no
lang=en
case "${LC_ALL:-${LC_MESSAGES:-${LANG:-}}}" in vi*) lang='vi' ;; esac
while (($#)); do
  case $1 in
    --keep) keep=yes ;;
    --lang) lang=${2:?--lang wants vi or en}; shift ;;
    *) printf 'demo: unknown option %s\n' "$1" >&2; exit 2 ;;
  esac
  shift
done

folder=$(mktemp -d "${TMPDIR:-/tmp}/nhip-demo.XXXXXX")
export NHIPD_DATA=$folder/centre
out=$folder/out.json
server=''  # process id of nhipd serve
port=0
bold='' plain=''
if [[ -t 1 ]]; then bold=$'\e[1m' plain=$'\e[0m'; fi

# What is printed. say EN VI [values…]: one line in the reader's language.
say() {
  local format=$1
  [[ $lang == vi ]] && format=$2
  shift 2
  # shellcheck disable=SC2059  # the formats stand in this file
  printf "  $format\n" "$@"
}
step_number=0
step() {
  step_number=$((step_number + 1))
  if [[ $lang == vi ]]; then printf '\n%s%d. %s%s\n' "$bold" $step_number "$2" "$plain"
  else printf '\n%s%d. %s%s\n' "$bold" $step_number "$1" "$plain"; fi
}
die() {
  printf 'demo: %s\n' "$1" >&2
  [[ -s $folder/err ]] && tail -n 5 "$folder/err" >&2
  [[ -s $folder/serve.log ]] && tail -n 5 "$folder/serve.log" >&2
  exit 1
}

# shellcheck disable=SC2317,SC2329  # called by the trap
clean_up() {
  local status=$?
  if [[ $keep == yes && $status == 0 ]]; then return; fi
  if [[ -n $server ]]; then
    kill -9 "$server" 2>/dev/null || true
    wait "$server" 2>/dev/null || true
  fi
  rm -rf "$folder"
}
trap clean_up EXIT

now_ms() { local t=${EPOCHREALTIME/[.,]/}; printf '%s' $((t / 1000)); }
kilobytes() { printf '%d.%d kB' $(($1 / 1000)) $(($1 % 1000 / 100)); }

# Reading JSON: SQLite does it, with no other tool on the machine.
# json FILE PATH: the value at a path.   json_query SQL: `file(NAME)` stands for a file's text.
json() { json_query "select json_extract(file('$1'), '$2')"; }
json_query() {
  sqlite3 -batch -noheader :memory: "$(sed -E "s/file\(('[^']*')\)/cast(readfile(\1) as text)/g" <<<"$1")"
}

# The programs. device NAME COMMAND…: nhip on that device, its JSON in $out; fails as nhip fails.
device() {
  local name=$1
  shift
  NHIP_REPLICA=$folder/$name.db "$bin/nhip" "$@" --json >"$out" 2>"$folder/err"
}
centre() { "$bin/nhipd" "$@" --json >"$out" 2>"$folder/err"; }

start_server() {
  local tries=0
  rm -f "$folder/port"
  "$bin/nhipd" serve --listen "127.0.0.1:$port" --port-file "$folder/port" >>"$folder/serve.log" 2>&1 &
  server=$!
  until [[ -s $folder/port ]]; do
    kill -0 "$server" 2>/dev/null || die "nhipd serve did not start"
    tries=$((tries + 1))
    ((tries < 400)) || die "nhipd serve was not ready within 10 s"
    sleep 0.025
  done
  port=$(<"$folder/port")
}
stop_server() {
  kill -TERM "$server"
  wait "$server" || die "nhipd serve did not end well"
  server=''
}
kill_server() {
  kill -9 "$server"
  wait "$server" 2>/dev/null || true
  server=''
}

units=(U-01 U-02 U-03)
devices=(U-01-phone U-01-laptop U-02-laptop U-03-phone)
types=(activity survey_response)
declare -A loaded entered money
bytes_moved=0 conflicts_settled=0

# What the centre holds of a type: its number, and for activities the union's money in them.
centre_count() { centre records "$1" --unit "$2" || die "nhipd records failed"; json_query "select count(*) from json_each(file('$out'))"; }
money_in() { json_query "select coalesce(sum(json_extract(value, '\$.funding.union')), 0) from json_each(file('$1'))"; }
# The same of a file with one record a line.
money_in_lines() {
  json_query "select coalesce(sum(json_extract(value, '\$.funding.union')), 0) from
    json_each('[' || replace(rtrim(file('$1'), char(10)), char(10), ',') || ']')"
}

enrol() {
  local name=$1 unit=$2 role=$3 code
  centre enrol --unit "$unit" --role "$role" --label "$name" || die "nhipd enrol failed"
  code=$(json "$out" '$.code')
  device "$name" enrol --server "http://127.0.0.1:$port" --code "$code" --label "$name" || die "nhip enrol failed for $name"
  say "%-12s enrolled for %s as %s" "%-12s ghi danh cho %s, vai trò %s" "$name" "$unit" "$role"
}

# One sync that must end well, and what it moved.
sync() {
  local name=$1
  device "$name" sync || die "nhip sync failed on $name"
  report_sync "$name"
}
report_sync() {
  local name=$1 up down
  up=$(json "$out" '$.bytes_up') down=$(json "$out" '$.bytes_down')
  bytes_moved=$((bytes_moved + up + down))
  say "%-12s sent %3d, received %3d, %s up, %s down, %d ms" \
    "%-12s gửi %3d, nhận %3d, lên %s, xuống %s, %d ms" "$name" "$(json "$out" '$.sent')" \
    "$(json "$out" '$.received')" "$(kilobytes "$up")" "$(kilobytes "$down")" "$(json "$out" '$.duration_ms')"
  [[ $(json "$out" '$.verified') == 1 ]] || die "$name is not the same as the centre after its sync"
}

pending() { device "$1" status || die "nhip status failed"; json "$out" '$.pending'; }

# The records of a type on a device and at the centre must be the same, field by field.
compare_with_centre() {
  local name=$1 unit=$2 type=$3 differing
  device "$name" list "$type" || die "nhip list failed on $name"
  mv "$out" "$folder/device.json"
  centre records "$type" --unit "$unit" || die "nhipd records failed"
  differing=$(json_query "
    with here(r) as (select json_remove(value, '\$._meta') from json_each(file('$folder/device.json'))
                     where json_extract(value, '\$.unit_id') = '$unit'),
         there(r) as (select json_remove(value, '\$._meta') from json_each(file('$out')))
    select (select count(*) from (select r from here except select r from there))
         + (select count(*) from (select r from there except select r from here))")
  [[ $differing == 0 ]] || die "$name and the centre differ in $differing records of type $type"
}

make_centre() {
  local unit type
  step "A centre is made and the records of an older system are loaded" \
    "Lập trung tâm, nạp hồ sơ của hệ thống cũ"
  centre init --from "$schema_demo" || die "nhipd init failed"
  for unit in "${units[@]}"; do
    for type in "${types[@]}"; do loaded[$unit/$type]=$(centre_count "$type" "$unit"); entered[$unit/$type]=0; done
    centre records activity --unit "$unit"
    money[$unit]=$(money_in "$out")
    say "%s: %d activities, %d survey answers" "%s: %d hoạt động, %d phiếu khảo sát" \
      "$unit" "${loaded[$unit/activity]}" "${loaded[$unit/survey_response]}"
  done
  start_server
  say "nhipd listens on http://127.0.0.1:%d" "nhipd đang nghe tại http://127.0.0.1:%d" "$port"
}

enrol_devices() {
  step "Five devices are enrolled, each with a single-use code" "Ghi danh năm thiết bị, mỗi thiết bị một mã dùng một lần"
  enrol U-01-phone U-01 lead
  enrol U-01-laptop U-01 field
  enrol U-02-laptop U-02 field
  enrol U-03-phone U-03 field
  enrol office U-CDN office
  local name
  for name in "${devices[@]}" office; do sync "$name"; done
  device U-01-laptop list activity || die "nhip list failed"
  mapfile -t shared < <(json_query "select json_extract(value, '\$.id') from json_each(file('$out')) limit 3")
  ((${#shared[@]} == 3)) || die "schema/demo gives U-01 fewer than three activities"
}

enter_offline() {
  local name unit type file lines started status
  step "The connection is gone. Work goes on" "Mất kết nối. Công việc vẫn tiếp tục"
  stop_server
  for name in "${devices[@]}"; do
    unit=${name:0:4}
    for type in "${types[@]}"; do
      file=$here/entry/$name.$type.jsonl
      device "$name" import "$type" "$file" || die "nhip import failed on $name"
      lines=$(wc -l <"$file")
      entered[$unit/$type]=$((entered[$unit/$type] + lines))
      if [[ $type == activity ]]; then money[$unit]=$((money[$unit] + $(money_in_lines "$file"))); fi
    done
    say "%-12s entered %2d records, %d operations wait to be sent" "%-12s nhập %2d hồ sơ, %d thao tác chờ gửi" \
      "$name" $(($(wc -l <"$here/entry/$name.activity.jsonl") + $(wc -l <"$here/entry/$name.survey_response.jsonl"))) "$(pending "$name")"
  done
  started=$(now_ms) status=0
  device U-02-laptop sync || status=$?
  [[ $status == 4 ]] || die "a sync without a server ended with $status instead of 4"
  say "U-02-laptop  tried to sync: no connection after %d ms, nothing lost, nothing to repair" \
    "U-02-laptop  thử đồng bộ: không có kết nối sau %d ms, không mất gì, không phải sửa gì" $(($(now_ms) - started))
}

# Two people of U-01 work on one record without knowing of each other; one of them edits another record
# with a tool that has never heard of this engine.
edit_offline() {
  step "Both devices of U-01 edit the same records, offline" "Hai thiết bị của U-01 cùng sửa các hồ sơ khi ngoại tuyến"
  device U-01-phone edit activity "${shared[0]}" 'title=Tết Thiếu nhi 1/6 tại khoa Nhi' || die "nhip edit failed"
  device U-01-laptop edit activity "${shared[0]}" 'title=Tết Thiếu nhi 1/6 tại hội trường' || die "nhip edit failed"
  say "Same field: the title of %s" "Cùng một trường: tiêu đề của %s" "${shared[0]}"
  device U-01-phone edit activity "${shared[1]}" 'place=Sân bệnh viện' || die "nhip edit failed"
  device U-01-laptop edit activity "${shared[1]}" 'note=Có quà cho các cháu' || die "nhip edit failed"
  say "Different fields: place and note of %s" "Khác trường: địa điểm và ghi chú của %s" "${shared[1]}"
  sqlite3 "$folder/U-01-laptop.db" "update activity set note = 'Sửa bằng sqlite3' where id = x'${shared[2]//-/}'"
  say "By plain sqlite3: the note of %s" "Bằng sqlite3 thường: ghi chú của %s" "${shared[2]}"
}

sync_all() {
  local name
  step "The connection is back" "Có kết nối trở lại"
  start_server
  for name in U-01-phone U-01-laptop U-01-phone U-02-laptop office; do sync "$name"; done
}

settle_conflict() {
  local name winner loser id title
  step "The conflict is listed with both values, and a person settles it" "Xung đột được liệt kê với cả hai giá trị, và một người giải quyết"
  device U-01-phone conflicts || die "nhip conflicts failed"
  [[ $(json_query "select count(*) from json_each(file('$out'))") == 1 ]] || die "there should be one open conflict"
  id=$(json "$out" '$[0].id') winner=$(json "$out" '$[0].winner.value') loser=$(json "$out" '$[0].loser.value')
  say "field %s counts now: %s" "trường %s, giá trị đang dùng: %s" "$(json "$out" '$[0].field')" "$winner"
  say "the other value, kept: %s" "giá trị kia, được giữ lại: %s" "$loser"
  case "$winner|$loser" in
    'Tết Thiếu nhi 1/6 tại hội trường|Tết Thiếu nhi 1/6 tại khoa Nhi' | \
    'Tết Thiếu nhi 1/6 tại khoa Nhi|Tết Thiếu nhi 1/6 tại hội trường') ;;
    *) die "the two values of the conflict are not the two that were entered" ;;
  esac
  device U-01-phone resolve "$id" --keep loser || die "nhip resolve failed"
  for name in U-01-phone U-01-laptop; do sync "$name"; done
  for name in U-01-phone U-01-laptop; do
    device "$name" get activity "${shared[0]}" || die "nhip get failed"
    title=$(json "$out" '$.title')
    [[ $title == "$loser" ]] || die "$name does not show the value that was chosen"
    device "$name" conflicts || die "nhip conflicts failed"
    [[ $(json_query "select count(*) from json_each(file('$out'))") == 0 ]] || die "$name still lists the conflict"
    device "$name" get activity "${shared[1]}" || die "nhip get failed"
    [[ $(json "$out" '$.place') == 'Sân bệnh viện' && $(json "$out" '$.note') == 'Có quà cho các cháu' ]] ||
      die "an edit of another field was lost"
  done
  conflicts_settled=1
  say "chosen on the phone, the same on both devices: %s" "chọn trên điện thoại, giống nhau ở cả hai máy: %s" "$loser"
  say "the edits of different fields both stand" "các sửa đổi ở trường khác nhau đều được giữ"
}

# Answers of a whole survey day on one phone: COUNT times those of its entry file, by other people.
import_survey_day() {
  local count=$1 i file=$folder/many.jsonl
  for ((i = 1; i <= count; i++)); do
    sed -E "s/\"respondent_key\":\"([^\"]*)\"/\"respondent_key\":\"\1-$i\"/" "$here/entry/U-03-phone.survey_response.jsonl"
  done >"$file"
  device U-03-phone import survey_response "$file" || die "nhip import failed"
  entered[U-03/survey_response]=$((entered[U-03/survey_response] + $(wc -l <"$file")))
  say "U-03-phone   %d operations wait to be sent" "U-03-phone   %d thao tác chờ gửi" "$(pending U-03-phone)"
}
start_long_sync() {
  NHIP_REPLICA=$folder/U-03-phone.db "$bin/nhip" sync --json >"$folder/sync.json" 2>"$folder/err" &
  sync_process=$!
}

# A program that has ended is still there as a zombie until it is waited for.
is_running() {
  local state
  state=$(sed -E 's/.*\) (.).*/\1/' "/proc/$1/stat" 2>/dev/null) || return 1
  [[ $state != Z ]]
}

# The server stands still for a moment before it is killed: a sync that is not over by then needed more
# of it, so it is hit in the middle and not at its end.
kill_in_the_middle() {
  local status=0 sync_process
  step "The server is killed in the middle of a sync" "Máy chủ bị ngắt đột ngột giữa lúc đồng bộ"
  import_survey_day 40
  start_long_sync
  sleep 0.04
  kill -STOP "$server"
  sleep 0.2
  if ! is_running "$sync_process"; then
    # This machine was faster than the pause. Once more, with a server that stands still from the start.
    wait "$sync_process" || true
    import_survey_day 4
    start_long_sync
    sleep 0.3
  fi
  is_running "$sync_process" || die "the sync ended although the server stood still"
  kill_server
  say "nhipd is gone (kill -9) while U-03-phone is sending" "nhipd bị ngắt (kill -9) khi U-03-phone đang gửi"
  start_server
  say "nhipd is back at the same address" "nhipd chạy lại ở cùng địa chỉ"
  wait "$sync_process" || status=$?
  if [[ $status == 0 ]]; then
    cp "$folder/sync.json" "$out"
    say "the same sync went on by itself:" "chính lần đồng bộ ấy tự tiếp tục:"
    report_sync U-03-phone
  else
    [[ $status == 4 ]] || die "the interrupted sync ended with $status instead of 4"
    say "that sync gave up (exit 4); the next one goes on where it stopped:" \
      "lần đồng bộ ấy dừng (mã 4); lần sau tiếp tục từ chỗ dở:"
    sync U-03-phone
  fi
  [[ $(pending U-03-phone) == 0 ]] || die "something is still waiting on U-03-phone"
}

central_figures() {
  local unit type name count expected wrong=0
  step "The central figures against what was entered" "Số liệu trung tâm so với những gì đã nhập"
  for name in "${devices[@]}" office; do sync "$name"; done
  printf '\n  %-6s %-16s %8s %8s %8s\n' unit type loaded entered centre
  for unit in "${units[@]}"; do
    for type in "${types[@]}"; do
      count=$(centre_count "$type" "$unit")
      expected=$((loaded[$unit/$type] + entered[$unit/$type]))
      printf '  %-6s %-16s %8d %8d %8d' "$unit" "$type" "${loaded[$unit/$type]}" "${entered[$unit/$type]}" "$count"
      if ((count == expected)); then printf '  =\n'; else printf '  expected %d\n' "$expected"; wrong=1; fi
    done
    centre records activity --unit "$unit"
    count=$(money_in "$out")
    printf '  %-6s %-16s %35s' "$unit" funding.union "$count"
    if ((count == money[$unit])); then printf '  =\n'; else printf '  expected %d\n' "${money[$unit]}"; wrong=1; fi
  done
  ((wrong == 0)) || die "the centre's figures are not what was entered"
  printf '\n'
  for name in "${devices[@]}"; do
    for type in "${types[@]}"; do compare_with_centre "$name" "${name:0:4}" "$type"; done
  done
  for unit in "${units[@]}"; do
    for type in "${types[@]}"; do compare_with_centre office "$unit" "$type"; done
  done
  say "Every device holds the same records as the centre, field by field, the office those of all unions." \
    "Mỗi thiết bị giữ đúng các hồ sơ như trung tâm, từng trường một; văn phòng giữ hồ sơ của mọi công đoàn."
  device U-01-laptop get activity "${shared[2]}" || die "nhip get failed"
  [[ $(json "$out" '$.note') == 'Sửa bằng sqlite3' ]] || die "the edit by sqlite3 was lost"
}

main() {
  local started
  started=$(now_ms)
  make_centre
  enrol_devices
  enter_offline
  edit_offline
  sync_all
  settle_conflict
  kill_in_the_middle
  central_figures
  printf '\n'
  say "Done in %d ms: nothing lost, %d conflict settled by a person, %s over the wire." \
    "Xong sau %d ms: không mất gì, %d xung đột do người giải quyết, %s qua đường truyền." \
    $(($(now_ms) - started)) "$conflicts_settled" "$(kilobytes "$bytes_moved")"
  if [[ $keep == yes ]]; then
    disown "$server"
    say "The server stays at http://127.0.0.1:%d, data in %s. To end it: kill %d && rm -r %s" \
      "Máy chủ vẫn chạy tại http://127.0.0.1:%d, dữ liệu ở %s. Để dừng: kill %d && rm -r %s" "$port" "$folder" "$server" "$folder"
  else
    stop_server
  fi
}

declare -a shared  # ids of three activities of U-01 that both its devices hold
main
