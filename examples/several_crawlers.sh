#!/bin/sh
# Several crawlers and a machine that merges what they found; docs/how-to/scaling.md explains it.
#
#   several_crawlers.sh crawl PART STORE FOLDER [OPTION...]  on each crawler: one cycle of its part
#   several_crawlers.sh merge ALL FOLDER                     on one machine: all that is there now
#
# PART is 2/3 for the second of three parts. FOLDER is one that all machines see, or rsync fills.
# Both are for cron; a cycle or a merge that is cut off leaves what was there before.
set -eu

crawl() {
    part=$1 store=$2 folder=$3
    shift 3
    # 3: some sources failed, and everything else is saved.
    newsloom --db "$store" crawl --no-group -q --shard "$part" "$@" || [ $? -eq 3 ]
    copy=$folder/.$(basename "$store").new
    rm -f "$copy"
    newsloom --db "$store" db backup "$copy" >/dev/null
    mv "$copy" "$folder/$(basename "$store")"
}

merge() {
    all=$1 new=$1.new
    set -- "$2"/*.db
    # The last result comes first, so that stories keep their numbers.
    [ ! -e "$all" ] || set -- "$all" "$@"
    rm -f "$new"
    newsloom merge -q "$@" -o "$new"
    mv "$new" "$all"
}

case ${1:-} in
    crawl | merge) command=$1; shift; "$command" "$@" ;;
    *) sed -n '2,8s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
esac
