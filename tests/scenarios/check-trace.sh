#!/bin/sh
# check-trace.sh TRACE...
#
# Lets tshark dissect each trace in two passes (as the Wireshark window does) and fails on anything a
# reader would stumble over: malformed or short frames, a wrong IP, TCP, UDP, ICMP or GRE checksum,
# expert errors, expert warnings that are not listed below, reassembly errors, a truncated file.
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
# MANY_TRACES_LIBRARY=FILE, what is built of many_traces.c, spares tshark most of its starts.
set -u
[ $# -gt 0 ] || {
    echo "usage: check-trace.sh TRACE..." >&2
    exit 2
}
command -v tshark >/dev/null || {
    echo "check-trace.sh: tshark is not installed" >&2
    exit 2
}
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT INT TERM
# Nobody's own settings decide: this is a link to those of the trace.
WIRESHARK_CONFIG_DIR=$work/profile
HOME=$work
# Nothing is captured: no program need be asked what it could.
WIRESHARK_EXTCAP_DIR=$work
export WIRESHARK_CONFIG_DIR HOME WIRESHARK_EXTCAP_DIR

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

# Severities of Wireshark 4: 6291456 is a warning, 8388608 an error.
problems() {
    awk -F '\t' -v allow="${ALLOW:-}" -v wanted="${MALFORMED:-}" -v count="$work/malformed" \
        -v read="$work/readable" '
    function has(list, value) { return list ~ ("(^|\037)" value "(\037|$)") }
    function bad(text) { printf "  frame %s: %s\n", $1, text; found = 1 }
    BEGIN {
        # True statements about simulated loss and refusal, not about an encoding.
        good = "^(Connection reset|This frame is a \\(suspected\\)|Previous segment|ACKed segment that wasn|" \
            "TCP [Zz]ero [Ww]indow|TCP window specified|A new tcp session is started|No response seen|D-SACK|" \
            "Vulnerable to MITM attacks)"
        split("IP TCP UDP ICMP GRE", layer, " ")
    }
    # An encrypted message of IKE that has come before shows as malformed: the vector is that behind it.
    has($18, 1) && seen[$19]++ { next }
    {
        closed = ""
        if ($15 != "" && $16 == "") closed = "ESP is not decrypted"
        else if (has($17, 1)) closed = "the ICV of ESP is bad"
        else if (has($18, 1) && $20 == "") closed = "IKE is not decrypted"
        if (closed != "" && $2 !~ /:icmpv?6?:ip/) bad(closed)
        else if ($15 != "" || has($18, 1)) print >>read
        malformed = $2 ~ /_ws\.malformed/ || $6 ~ /(^|\037)Malformed Packet/
        if (malformed && wanted != "") print >>count
        else if ($2 ~ /_ws\.malformed/) bad("malformed: " $2)
        if ($2 ~ /_ws\.short/ || $5 + 0 < $4 + 0) bad("cut short: " $5 " of " $4 " octets")
        if ($2 ~ /_ws\.unreassembled/) bad("unreassembled fragment")
        # What an ICMP error quotes is cut off, and its TCP or UDP checksum is that of the whole.
        quoted = $2 ~ /:icmp:ip:/
        # Transport mode over UDP: the addresses that a checksum was made with are others behind a NAT.
        translated = $2 ~ /:udpencap:esp:(tcp|udp)/
        n = split($3, severity, "\037"); split($6, message, "\037")
        for (i = 1; i <= n; i++) {
            if (severity[i] + 0 < 6291456 || (allow != "" && message[i] ~ allow)) continue
            if (severity[i] + 0 < 8388608 && message[i] ~ good) continue
            if (malformed && wanted != "" && message[i] ~ /^Malformed Packet/) continue
            if ((quoted || translated) && message[i] ~ /^Bad checksum/) continue
            bad("expert: " message[i])
        }
        for (i = 7; i <= 11; i++) {
            wrong = "wrong checksum: " layer[i - 6]
            if (has($i, 0) && !((quoted || translated) && (i == 8 || i == 9)) && !(allow != "" && wrong ~ allow))
                bad(wrong)
        }
        if ($2 ~ /^eth/ && $14 ~ /Encrypted Handshake Message/) bad("TLS is not decrypted")
        if ($12 $13 != "") bad("reassembly error: " $12 $13)
    }
    END { exit found }'
}

mkdir "$work/nothing"
: >"$work/malformed"
: >"$work/readable"

# profile_of TRACE: the settings of Wireshark beside it, and its keys.
profile_of() {
    beside=${1%/captures/*}/wireshark
    case $beside in /*) ;; *) beside=$PWD/$beside ;; esac
    [ -f "$beside/preferences" ] || [ -f "$beside/keys.log" ] || beside=$work/nothing
    echo "$beside"
}

# Lists the traces with their settings and numbers, in $work/whole and $work/apart.
enlist() {
    number=0
    : >"$work/whole"
    : >"$work/apart"
    for trace; do
        number=$((number + 1))
        profile=$(profile_of "$trace")
        list=whole
        [ -z "${INCOMPLETE:-}" ] || ! printf '%s\n' "$trace" | grep -Eq "$INCOMPLETE" || list=apart
        printf '%s\t%s\t%s\n' "$profile" "$trace" "$work/$number" >>"$work/$list"
    done
}

# dissect LIST [OPTION...]: what tshark says of the traces in the list, with one process for all where
# the library is there that makes it possible (many_traces.c).
dissect() {
    list=$1
    shift
    # Wireshark 4.0 restores Van Jacobson's headers wrongly: it counts the TCP header of a whole
    # segment as data when the next one's sequence number is told by the length of the last.
    set -- -2 -n -o "tls.keylog_file:$WIRESHARK_CONFIG_DIR/keys.log" --disable-protocol vjc "$@" \
        -o ip.check_checksum:TRUE -o tcp.check_checksum:TRUE \
        -o udp.check_checksum:TRUE -T fields -E separator=/t -E aggregator="$(printf '\037')" \
        -e frame.number -e frame.protocols -e _ws.expert.severity -e frame.len -e frame.cap_len \
        -e _ws.expert.message -e ip.checksum.status -e tcp.checksum.status -e udp.checksum.status \
        -e icmp.checksum.status -e gre.checksum.status -e ip.fragment.error -e tcp.segment.error \
        -e _ws.col.Info -e esp.spi -e esp.decrypted_data -e esp.icv_bad -e isakmp.flag_e -e udp.payload \
        -e isakmp.typepayload
    [ -s "$list" ] || return 0
    if [ -n "${MANY_TRACES_LIBRARY:-}" ]; then
        MANY_TRACES=$list LD_PRELOAD=$MANY_TRACES_LIBRARY tshark "$@" -r "each of them" 2>"$work/errors" || cat "$work/errors"
        return
    fi
    while IFS=$(printf '\t') read -r profile trace output; do
        ln -sfn "$profile" "$WIRESHARK_CONFIG_DIR"
        tshark "$@" -r "$trace" >"$output" 2>"$output.errors" </dev/null
        echo $? >"$output.status"
    done <"$list"
}

# judge TRACE OUTPUT: whether it is good.
judge() {
    status=$(cat "$2.status" 2>/dev/null)
    if [ "$status" != 0 ] || grep -Evq 'Running as user "root"|could be dangerous|^$' "$2.errors"; then
        echo "$1: tshark complains (exit status ${status:-unknown}):"
        cat "$2.errors"
        return 1
    fi
    here=$(wc -l <"$2")
    frames=$((frames + here))
    problems <"$2" >"$work/found" || {
        echo "$1:"
        head -n 40 "$work/found"
        return 1
    }
}

failed=0
frames=0
enlist "$@"
verdict=$(verdict_file "$@")
[ -z "$verdict" ] || [ ! -f "$verdict" ] || exit 0
dissect "$work/whole"
dissect "$work/apart" --disable-protocol mp
number=0
for trace; do
    number=$((number + 1))
    judge "$trace" "$work/$number" || failed=1
done
[ "$(wc -l <"$work/malformed")" -eq "${MALFORMED:-0}" ] || {
    echo "$(wc -l <"$work/malformed") malformed frames, expected ${MALFORMED:-0}"
    failed=1
}
[ -z "${READABLE:-}" ] || [ "$(wc -l <"$work/readable")" -eq "$READABLE" ] || {
    echo "$(wc -l <"$work/readable") frames that were encrypted are readable, expected $READABLE"
    failed=1
}
# One silent place may be the point of a scenario; silence everywhere is no trace at all.
[ $frames -gt 0 ] || {
    echo "no frames in any of: $*"
    failed=1
}
[ $failed -ne 0 ] || [ -z "$verdict" ] || : >"$verdict"
exit $failed
