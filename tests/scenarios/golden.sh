#!/bin/sh
# golden.sh --check VPNSIM | --update VPNSIM
#
# Runs the scenarios of captures/reference-traces.txt and compares the traces named there with the
# committed ones, byte for byte; --update writes them again instead.
set -eu
cd -- "$(dirname -- "$0")/../.."
mode=$1
vpnsim=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM

failed=0
compared=0
while read -r scenario traces; do
    case $scenario in "" | "#"*) continue ;; esac
    name=$(basename "$scenario" .xml)
    "$vpnsim" run -q -o "$work" "$scenario" >"$work/summary" 2>&1 || {
        cat "$work/summary"
        echo "$scenario: does not run"
        exit 1
    }
    for trace in $traces; do
        new=$work/$name/captures/$trace
        old=captures/$name/$trace
        compared=$((compared + 1))
        if [ "$mode" = --update ]; then
            mkdir -p "captures/$name"
            cp "$new" "$old"
            echo "wrote $old"
        elif ! cmp "$old" "$new"; then
            echo "$old differs from what $scenario gives now; if that is wanted: ./dev golden"
            failed=1
        fi
    done
done <captures/reference-traces.txt
echo "$compared reference traces"
[ $compared -gt 0 ] || failed=1
exit $failed
