#!/bin/sh
# check-trace.sh TRACE...
#
# Lets tshark dissect each trace in two passes (as the Wireshark window does) and fails on anything a
# reader would stumble over: malformed or short frames, a wrong IP, TCP, UDP, ICMP or GRE checksum,
# expert errors, expert warnings that are not listed in problems.awk, reassembly errors, a truncated file.
# With the profile beside the traces (NAME/wireshark) no TLS handshake may stay encrypted where addresses
# tell client from server, which the frames of PPP alone do not have; and every ESP packet and encrypted
# IKE message must decrypt, with a good ICV. An IKE message that is there for the second time tshark cannot
# decrypt, and neither can anybody what an ICMP error quotes.
# ALLOW='awk regular expression' accepts further expert messages, and wrong checksums. MALFORMED=N, for scenarios that are
# about malformed packets, wants exactly N malformed frames in all traces together. INCOMPLETE='regular
# expression' names traces that lack fragments of a multilink bundle, because they are of one line or
# because fragments are lost: tshark, which takes both directions for one there, does not put them together.
# READABLE=N wants exactly N frames of ESP and encrypted IKE in all traces together that do decrypt.
# VERDICTS=FOLDER remembers there which octets were found good, so that the same traces of another build
# are not dissected again.
# TSHARK_SERVER_LIBRARY=FILE, what is built of tshark_server.c, spares tshark most of its starts.
#
# check-trace.sh --serve FOLDER
#
# Starts a tshark in the background that serves, from FOLDER, all who have TSHARK_SERVER=FOLDER, until the
# process that called this has ended.
set -u
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
[ $# -gt 0 ] || {
    echo "usage: check-trace.sh TRACE... | --serve FOLDER" >&2
    exit 2
}
command -v tshark >/dev/null || {
    echo "check-trace.sh: tshark is not installed" >&2
    exit 2
}

# run_tshark TRACE [OPTION...]: prints the fields that problems.awk knows by number. The settings of Wireshark
# are those in ./profile, and nobody's own. Nothing is captured: no program need be asked what it could.
run_tshark() {
    trace=$1
    shift
    # Wireshark 4.0 restores Van Jacobson's headers wrongly: it counts the TCP header of a whole
    # segment as data when the next one's sequence number is told by the length of the last.
    exec env WIRESHARK_CONFIG_DIR=profile HOME="$PWD" WIRESHARK_EXTCAP_DIR="$PWD" \
        tshark -2 -n -o tls.keylog_file:profile/keys.log --disable-protocol vjc "$@" \
        -o ip.check_checksum:TRUE -o tcp.check_checksum:TRUE \
        -o udp.check_checksum:TRUE -T fields -E separator=/t -E aggregator="$(printf '\037')" \
        -e frame.number -e frame.protocols -e _ws.expert.severity -e frame.len -e frame.cap_len \
        -e _ws.expert.message -e ip.checksum.status -e tcp.checksum.status -e udp.checksum.status \
        -e icmp.checksum.status -e gre.checksum.status -e ip.fragment.error -e tcp.segment.error \
        -e _ws.col.Info -e esp.spi -e esp.decrypted_data -e esp.icv_bad -e isakmp.flag_e -e udp.payload \
        -e isakmp.typepayload -r "$trace"
}

# serve FOLDER OWNER [OPTION...]: see tshark_server.c.
serve() {
    server=$1
    owner=$2
    shift 2
    rm -rf "$server"
    mkdir -p "$server" && mkfifo "$server/requests" || exit 2
    (
        cd "$server" || exit 2
        TSHARK_OWNER=$owner TSHARK_REQUESTS=requests LD_PRELOAD=$TSHARK_SERVER_LIBRARY
        export TSHARK_OWNER TSHARK_REQUESTS LD_PRELOAD
        run_tshark "that of a request" "$@"
    ) </dev/null >/dev/null 2>"$server/errors" &
}

if [ "$1" = --serve ]; then
    serve "$2" "$PPID"
    # It opens its end when it is ready.
    timeout 60 sh -c ': >"$1"' serve "$2/requests" || {
        echo "check-trace.sh: tshark does not start:" >&2
        cat "$2/errors" >&2
        exit 1
    }
    exit 0
fi

work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# Lists the traces with their settings (those beside them, with their keys) and outputs, in $work/whole and
# $work/apart. Starts no process for each.
enlist() {
    mkdir "$work/nothing"
    : >"$work/whole"
    : >"$work/apart"
    number=0
    for trace; do
        number=$((number + 1))
        case $trace in /*) ;; *) trace=$PWD/$trace ;; esac
        profile=${trace%/captures/*}/wireshark
        [ -f "$profile/preferences" ] || [ -f "$profile/keys.log" ] || profile=$work/nothing
        list=whole
        [ -z "${INCOMPLETE:-}" ] || ! printf '%s\n' "$trace" | grep -Eq "$INCOMPLETE" || list=apart
        printf '%s\t%s\t%s\n' "$profile" "$trace" "$work/$number" >>"$work/$list"
        : >"$work/$number"
    done
}

# verdict_file TRACE...: the file that remembers of these traces, with their keys and what is allowed in them,
# that all is well; none: nothing is remembered.
verdict_file() {
    [ -n "${VERDICTS:-}" ] || return 0
    octets() {
        echo "${ALLOW:-}|${MALFORMED:-}|${READABLE:-}|${INCOMPLETE:-}"
        cat "$@"
        cut -f 1 "$work/whole" "$work/apart" | sort -u | while read -r profile; do
            cat "$profile"/* 2>/dev/null
        done
    }
    echo "$VERDICTS/$(octets "$@" | sha256sum | cut -c1-64)"
}

# dissect LIST [OPTION...]: what tshark says of the traces in the list.
dissect() {
    list=$1
    shift
    [ -s "$list" ] || return 0
    server=${TSHARK_SERVER:-}
    if [ -n "${TSHARK_SERVER_LIBRARY:-}" ] && { [ $# -gt 0 ] || [ ! -p "$server/requests" ]; }; then
        server=$work/server-${list##*/}
        serve "$server" $$ "$@"
    fi
    cut -f 1 "$list" | sort -u | while read -r profile; do
        rm -rf "$work/request"
        mkdir "$work/request"
        ln -s "$profile" "$work/request/profile"
        awk -F '\t' -v profile="$profile" '$1 == profile { print $2 "\t" $3 }' "$list" >"$work/request/traces"
        if [ -n "${TSHARK_SERVER_LIBRARY:-}" ]; then
            ask "$server"
        else
            dissect_each "$@"
        fi
    done
}

# ask SERVER: to fulfil $work/request.
ask() {
    mkfifo "$work/request/done"
    timeout 300 sh -c 'echo "$1" >"$2" && cat "$1/done"' ask "$work/request" "$1/requests" ||
        echo "tshark does not answer" >>"$work/errors"
    [ ! -f "$work/request/errors" ] || cat "$work/request/errors" >>"$work/errors"
}

# dissect_each [OPTION...]: the traces of $work/request, with one start of tshark for each.
dissect_each() {
    while IFS=$(printf '\t') read -r trace output; do
        (cd "$work/request" && run_tshark "$trace" "$@") >"$output" 2>"$output.errors" </dev/null
        echo $? >"$output.status"
    done <"$work/request/traces"
}

# complaints NAMES: what tshark itself says against a trace.
complaints() {
    while IFS=$(printf '\t') read -r output trace; do
        status=unknown
        [ ! -f "$output.status" ] || read -r status <"$output.status"
        [ "$status" != 0 ] || [ -s "$output.errors" ] || continue
        if [ "$status" != 0 ] || grep -aEvq "$harmless" "$output.errors"; then
            echo "$trace: tshark complains (exit status $status):"
            cat "$output.errors" 2>/dev/null
        fi
    done <"$1"
    grep -aEv "$harmless" "$work/errors"
}

harmless='Running as user "root"|could be dangerous|^$'
: >"$work/errors"
enlist "$@"
verdict=$(verdict_file "$@")
[ -z "$verdict" ] || [ ! -f "$verdict" ] || exit 0
dissect "$work/whole"
dissect "$work/apart" --disable-protocol mp
awk -F '\t' '{ print $3 "\t" $2 }' "$work/whole" "$work/apart" >"$work/names"
failed=0
complaints "$work/names" >"$work/complaints"
[ ! -s "$work/complaints" ] || {
    cat "$work/complaints"
    failed=1
}
cut -f 1 "$work/names" | xargs awk -v allow="${ALLOW:-}" -v wanted="${MALFORMED:-}" -v malformed="$work/malformed" \
    -v readable="$work/readable" -v frames="$work/frames" -f "$here/problems.awk" "$work/names" || failed=1

# expect NAME NUMBER TEXT: that so many frames were counted.
expect() {
    read -r counted <"$work/$1"
    [ "$counted" -eq "$2" ] || {
        echo "$counted $3, expected $2"
        failed=1
    }
}
expect malformed "${MALFORMED:-0}" "malformed frames"
[ -z "${READABLE:-}" ] || expect readable "$READABLE" "frames that were encrypted are readable"
# One silent place may be the point of a scenario; silence everywhere is no trace at all.
read -r frames <"$work/frames"
[ "$frames" -gt 0 ] || {
    echo "no frames in any of: $*"
    failed=1
}
[ $failed -ne 0 ] || [ -z "$verdict" ] || : >"$verdict"
exit $failed
