#!/bin/sh
# command.sh VPNSIM CASE: runs one case of the command line's tests.
set -u
vpnsim=$1
scenarios=$(CDPATH='' cd -- "$(dirname -- "$0")/scenarios" && pwd)
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT INT TERM
cd "$work" || exit 2
LC_ALL=C
export LC_ALL

die() {
    echo "$*"
    for file in stdout stderr; do
        [ -f $file ] && sed "s/^/  $file: /" $file
    done
    exit 1
}

# run STATUS ARGUMENT...: runs the command and demands its exit status.
run() {
    wanted=$1
    shift
    "$vpnsim" "$@" >stdout 2>stderr
    status=$?
    [ $status -eq "$wanted" ] || die "vpnsim $*: exit status $status, not $wanted"
}

# complains STATUS MESSAGE ARGUMENT...: the command must say just this one line on standard error.
complains() {
    message=$2
    wanted=$1
    shift 2
    run "$wanted" "$@"
    printf '%s\n' "$message" | cmp -s - stderr || die "vpnsim $*: expected: $message"
    [ ! -s stdout ] || [ "${STDOUT_ALLOWED:-}" ] || die "vpnsim $*: says something on standard output"
}

says() { grep -q -e "$1" stdout || die "standard output lacks: $1"; }
silent() { [ ! -s stderr ] || die "something on standard error"; }
no_output() { [ ! -e out ] || die "something was left in out/: $(find out)"; }

case_usage() {
    complains 2 'vpnsim: no command is given; see "vpnsim --help"'
    complains 2 'vpnsim: unknown command "walk"; see "vpnsim --help"' walk
    complains 2 'vpnsim: unknown option "--walk"; see "vpnsim --help"' --walk
    complains 2 'vpnsim: run: no scenario is named; see "vpnsim run --help"' run
    complains 2 'vpnsim: run: unknown option "--slow"; see "vpnsim run --help"' run --slow x.xml
    complains 2 'vpnsim: run: "x" is no number of jobs: 1 to 256 is expected; see "vpnsim run --help"' run -j x y.xml
    complains 2 'vpnsim: check: no scenario is named; see "vpnsim check --help"' check
    complains 2 'vpnsim: "reference" takes no arguments' reference x
    complains 2 'vpnsim: list: too many arguments; see "vpnsim list --help"' list a b
    no_output
}

case_help() {
    for command in "--help" "run --help" "check --help" "list --help" "certificates --help" "-h"; do
        # shellcheck disable=SC2086 # two words
        run 0 $command
        silent
        says '^usage: vpnsim'
    done
    run 0 --help
    says '^exit status: 0 all expectations hold, 1 one failed'
    run 0 run --help
    says '^  vpnsim run '
    run 0 --version
    says '^vpnsim [0-9]*\.[0-9]*\.[0-9]*$'
    "$vpnsim" --help >/dev/full 2>stderr
    [ $? -eq 3 ] || die "help on a full device: exit status"
    printf 'vpnsim: standard output: No space left on device\n' | cmp -s - stderr || die "help on a full device"
}

case_missing() {
    complains 2 'vpnsim: nowhere.xml: No such file or directory' run nowhere.xml
    complains 2 'vpnsim: nowhere.xml: No such file or directory' check nowhere.xml
    complains 2 'vpnsim: nowhere: No such file or directory' list nowhere
    mkdir empty
    complains 2 'vpnsim: empty: there is no scenario in this folder' run empty
    complains 2 'vpnsim: empty: there is no scenario in this folder' check empty
    complains 2 'vpnsim: empty: there is no scenario in this folder' list empty
    no_output
}

case_invalid() {
    complains 2 "$scenarios/invalid.xml:10: there is no machine \"c\"" run "$scenarios/invalid.xml"
    complains 2 "$scenarios/invalid.xml:10: there is no machine \"c\"" check "$scenarios/invalid.xml"
    # Nothing runs when one of several is wrong.
    complains 2 "$scenarios/invalid.xml:10: there is no machine \"c\"" run "$scenarios/folder" "$scenarios/invalid.xml"
    run 2 run -p no-such=1 "$scenarios/folder/holds.xml"
    [ "$(wc -l <stderr)" -eq 1 ] || die "an unknown parameter: not one line"
    grep -q 'no-such' stderr || die "an unknown parameter is not named"
    complains 2 "vpnsim: $scenarios/folder/holds.xml and $scenarios/folder/holds.xml have the same name, holds" \
        run "$scenarios/folder/holds.xml" "$scenarios/folder/holds.xml"
    no_output
}

case_special() {
    mkfifo fifo.xml
    complains 2 'fifo.xml: this scenario cannot be read: it is not a regular file' run fifo.xml
    complains 2 '/dev/zero: this scenario cannot be read: it is not a regular file' check /dev/zero
    ln -s loop.xml loop.xml
    complains 2 'vpnsim: loop.xml: Too many levels of symbolic links' run loop.xml
    sed 's|href="[^"]*"|href="fifo.xml"|' "$scenarios/folder/holds.xml" >includes.xml
    grep -q fifo includes.xml || die "nothing is included"
    run 2 run includes.xml
    grep -q '^includes.xml:[0-9]*: cannot include "fifo.xml": it is not a regular file$' stderr || die "a pipe is included"
    # A file that would not fit into memory is not read to its end.
    truncate -s 100G huge.xml 2>/dev/null || truncate -s 5M huge.xml
    complains 2 'huge.xml: this scenario cannot be read: it is larger than 4 MiB' run huge.xml
    no_output
}

case_provider() {
    STDOUT_ALLOWED=yes
    OPENSSL_MODULES=$PWD/nowhere
    export OPENSSL_MODULES
    run 3 run -q "$scenarios/folder/holds.xml"
    [ "$(wc -l <stderr)" -eq 1 ] || die "a missing provider: not one line"
    grep -q "^vpnsim: holds: OpenSSL's legacy provider .* is missing: " stderr || die "the provider is not named"
    no_output
    # Who only checks needs none.
    run 0 check "$scenarios/folder/holds.xml"
    silent
}

case_check() {
    run 0 check "$scenarios/folder/holds.xml" "$scenarios/fails.xml"
    silent
    says "^$scenarios/folder/holds.xml: valid\$"
    says "^$scenarios/fails.xml: valid\$"
    no_output
}

case_list() {
    run 0 list "$scenarios"
    silent
    says '^  holds .* Two hosts and a wire$'
    says '^  reproducible .* A wire that loses frames$'
    grep -q wire.xml stdout && die "a topology is listed"
    says '/scenarios/folder/$'
}

case_reference() {
    run 0 reference
    silent
    says 'packet.dropped'
    says 'udp-stream'
    "$vpnsim" reference >/dev/full 2>stderr
    [ $? -eq 3 ] || die "reference on a full device: exit status"
    [ "$(wc -l <stderr)" -eq 1 ] || die "reference on a full device: not one line"
}

case_holds() {
    run 0 run "$scenarios/folder/holds.xml"
    silent
    says '^holds: Two hosts and a wire$'
    says ' a: ping hello to 10.0.0.2: 3 of 3 answered$'
    says '^  ok   three requests cross the wire$'
    says '^  wrote out/holds/captures/link-wire.pcap (8 frames)$'
    [ -s out/holds/captures/a-lan.pcap ] || die "no capture of an interface"
    [ "$(wc -l <out/holds/events.jsonl)" -gt 3 ] || die "no events"
    run 0 run -q "$scenarios/folder/holds.xml"
    printf 'ok   holds: 2 of 2 expectations hold\n' | cmp -s - stdout || die "not quiet"
    run 0 run -v "$scenarios/folder/holds.xml"
    says ' a ping.reply name=hello '
}

case_fails() {
    run 1 run --junit results.xml "$scenarios/fails.xml"
    silent
    says '^  FAIL ping hello is answered 2 times$'
    says '^      seen:     answered 3 times; ping.finished was seen once: at 3.*sent=3 received=3$'
    says "^      written:  $scenarios/fails.xml:11\$"
    says '^      seen:     a run with seed 2 wrote the same files$'
    grep -q '<testsuite name="fails" tests="3" failures="2" errors="0">' results.xml || die "JUnit: $(cat results.xml)"
    find . -name '.repeated' | grep . && die "a repeated run was left behind"
    return 0
}

case_reproducible() {
    run 0 run -o one "$scenarios/reproducible.xml"
    run 0 run -o two "$scenarios/reproducible.xml"
    diff -r one two || die "the same seed gives other files"
    run 0 run -s 2 -o three "$scenarios/reproducible.xml"
    cmp -s one/reproducible/events.jsonl three/reproducible/events.jsonl && die "another seed gives the same"
    run 1 run -p loss=0% "$scenarios/reproducible.xml"
    says 'a run with seed 2 wrote the same files'
}

case_several() {
    STDOUT_ALLOWED=yes
    run 1 run -o serial --junit serial.xml "$scenarios/folder" "$scenarios/fails.xml" "$scenarios/reproducible.xml"
    sed 's/serial/OUT/' stdout >serial.stdout
    says '^FAIL 4 scenarios: 3 hold, 1 failed$'
    run 1 run -j 3 -o parallel --junit parallel.xml "$scenarios/folder" "$scenarios/fails.xml" "$scenarios/reproducible.xml"
    sed 's/parallel/OUT/' stdout >parallel.stdout
    diff serial.stdout parallel.stdout || die "-j prints something else"
    diff -r serial parallel || die "-j writes something else"
    cmp serial.xml parallel.xml || die "-j gives other JUnit results"
    [ "$(grep -c '<testsuite ' serial.xml)" -eq 4 ] || die "not one suite a scenario"
}

case_stale() {
    run 0 run "$scenarios/folder/holds.xml"
    echo mine >out/holds/captures/mine.pcap
    sed -e '/point="a:lan"/d' -e "s|\.\./wire.xml|$scenarios/wire.xml|" "$scenarios/folder/holds.xml" >holds.xml
    cp "$scenarios/wire.xml" wire.xml
    sed -i 's|href="[^"]*"|href="wire.xml"|' holds.xml
    run 0 run holds.xml
    [ ! -e out/holds/captures/a-lan.pcap ] || die "a stale capture is left"
    [ -e out/holds/captures/link-wire.pcap ] || die "the new capture is missing"
    [ -e out/holds/captures/mine.pcap ] || die "somebody else's file was removed"
}

case_unwritable() {
    STDOUT_ALLOWED=yes
    echo "not a folder" >file
    complains 3 'vpnsim: holds: file: Not a directory' run -q -o file "$scenarios/folder/holds.xml"
    complains 3 'vpnsim: holds: file: Not a directory' run -o file/below "$scenarios/folder/holds.xml"
    [ "$(cat file)" = "not a folder" ] || die "the file was touched"
    complains 3 'vpnsim: nowhere/results.xml: No such file or directory' run --junit nowhere/results.xml "$scenarios/folder/holds.xml"
    no_output
}

case_full() {
    STDOUT_ALLOWED=yes
    mkdir -p out/holds/captures
    ln -s /dev/full out/holds/captures/a-lan.pcap
    complains 3 'vpnsim: holds: out/holds/captures/a-lan.pcap: No space left on device' run "$scenarios/folder/holds.xml"
    [ "$(find out ! -type d | sort)" = out/holds/captures/a-lan.pcap ] || die "left: $(find out)"
    rm out/holds/captures/a-lan.pcap
    ln -s /dev/full out/holds/events.jsonl
    complains 3 'vpnsim: holds: out/holds/events.jsonl: No space left on device' run -q "$scenarios/folder/holds.xml"
    [ "$(find out ! -type d | sort)" = out/holds/events.jsonl ] || die "left: $(find out)"
    # A disk that fills up in the middle ends the run early.
    mkdir -p out/long
    ln -s /dev/full out/long/events.jsonl
    complains 3 'vpnsim: long: out/long/events.jsonl: No space left on device' run -q "$scenarios/long.xml"
    rm -r out
    complains 3 'vpnsim: /dev/full: No space left on device' run -q --junit /dev/full "$scenarios/folder/holds.xml"
    "$vpnsim" run "$scenarios/folder/holds.xml" >/dev/full 2>stderr
    [ $? -eq 3 ] || die "summary on a full device: exit status"
    printf 'vpnsim: standard output: No space left on device\n' | cmp -s - stderr || die "summary on a full device"
}

# Files that may not grow are like a full disk; nothing is left of any case.
case_limited() {
    sed -e "s|\.\./wire.xml|$scenarios/wire.xml|" -e 's|</scenario>|<case name="one"/><case name="two"/></scenario>|' \
        "$scenarios/folder/holds.xml" >cases.xml
    cp "$scenarios/wire.xml" wire.xml
    sed -i 's|href="[^"]*"|href="wire.xml"|' cases.xml
    run 0 check cases.xml
    for jobs in 1 2; do
        { (ulimit -f 0 && "$vpnsim" run -q -j $jobs cases.xml); echo "status $?"; } 2>&1 | cat >said
        grep -q '^status 3$' said || die "-j $jobs: $(cat said)"
        no_output
    done
    { (ulimit -f 0 && "$vpnsim" run -q -j 1 cases.xml); } 2>&1 | cat >said
    grep -q '^vpnsim: holds/one: out/holds/one/.*: File too large$' said || die "not told: $(cat said)"
}

# Whoever reads the summary goes away: the run ends early, and what is written is whole.
case_unread() {
    { "$vpnsim" run -v "$scenarios/long.xml" 2>stderr; echo $? >status; } | head -n 1 >stdout
    [ "$(cat status)" -eq 141 ] || die "exit status $(cat status), not 141"
    grep -q '^vpnsim: long: interrupted at [0-9.]* s; the files written so far are complete$' stderr ||
        die "no message"
    tail -c 1 out/long/events.jsonl | od -An -c | grep -q '\\n' || die "the event log is cut"
}

# interrupt SIGNAL STATUS ARGUMENT...
interrupt() {
    signal=$1
    wanted=$2
    shift 2
    rm -rf out
    "$vpnsim" run -q "$@" >stdout 2>stderr &
    process=$!
    # Until it writes: the first megabyte has then left the buffer.
    for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
        find out -name link-wire.pcap -size +100k 2>/dev/null | grep -q . && break
        sleep 0.25
    done
    kill -"$signal" $process
    wait $process
    status=$?
    [ $status -eq "$wanted" ] || die "SIG$signal: exit status $status, not $wanted"
    grep -q '^vpnsim: long: interrupted at [0-9.]* s; the files written so far are complete$' stderr ||
        die "SIG$signal: no message"
    tail -c 1 out/long/events.jsonl | od -An -c | grep -q '\\n' || die "the event log is cut"
    if command -v tshark >/dev/null; then
        tshark -n -r out/long/captures/link-wire.pcap -c 10 -T fields -e frame.number >frames 2>errors ||
            die "the capture is not readable: $(cat errors)"
        [ "$(wc -l <frames)" -eq 10 ] || die "the capture has no frames"
    fi
}

case_interrupted() {
    interrupt INT 130 "$scenarios/long.xml"
    [ "$(wc -l <stderr)" -eq 1 ] || die "not one line"
    interrupt TERM 143 "$scenarios/long.xml"
    interrupt TERM 143 -j 2 "$scenarios/long.xml" "$scenarios/folder/holds.xml"
}

# The virtual clock keeps pace with the real one, and changes nothing of what is written.
case_realtime() {
    run 0 run -o virtual "$scenarios/brief.xml"
    before=$(date +%s%N)
    run 0 run --realtime -o real "$scenarios/brief.xml"
    [ $(($(date +%s%N) - before)) -ge 400000000 ] || die "it did not wait"
    diff -r virtual real || die "--realtime writes something else"
}

case_early() {
    run 0 run "$scenarios/early.xml"
    silent
    says '^  2 of 2 expectations hold$'
    grep -q 'too-late' out/early/events.jsonl && die "it went on"
    # The other way round: what never holds takes the whole duration.
    sed -e 's|1000h|5s|' -e 's|replies="1"|replies="0"|' "$scenarios/early.xml" >early.xml
    cp "$scenarios/wire.xml" wire.xml
    run 1 run early.xml
    grep -q 'too-late' out/early/events.jsonl || die "it did not go on"
}

# An action waits for the first event of a name, or for a later one, and for one that never comes for ever.
case_cue() {
    run 0 run "$scenarios/cue.xml"
    silent
    says "ping second to 10.0.0.2: 1 of 1 answered"
    says "ping third to 10.0.0.2: 1 of 1 answered"
    sed 's|on="ping.error"|on="ping.eror"|' "$scenarios/cue.xml" >cue.xml
    cp "$scenarios/wire.xml" wire.xml
    complains 2 'cue.xml:10: there is no event "ping.eror"; did you mean "ping.error"?' run cue.xml
}

# Two runs want the same port; a signal ends the first, whose files are whole.
case_attached() {
    STDOUT_ALLOWED=yes
    run 0 run "$scenarios/attached.xml"
    silent
    says '^  wrote out/attached/captures/link-wire.pcap (1 frames)$'
    "$vpnsim" run -q -o first -p duration=1h "$scenarios/attached.xml" >stdout.first 2>stderr.first &
    process=$!
    for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
        [ -e first/attached/events.jsonl ] && break
        sleep 0.25
    done
    complains 3 "vpnsim: attached: $scenarios/attached.xml:10: cannot use the UDP port 127.0.0.1:47101: Address already in use" \
        run -q "$scenarios/attached.xml"
    sleep 0.5
    kill -INT $process
    wait $process
    status=$?
    [ $status -eq 130 ] || die "exit status $status, not 130"
    grep -q '^vpnsim: attached: interrupted at [0-9.]* s; the files written so far are complete$' stderr.first ||
        die "no message: $(cat stderr.first)"
    tail -c 1 first/attached/events.jsonl | od -An -c | grep -q '\\n' || die "the event log is cut"
    [ "$(wc -c <first/attached/captures/link-wire.pcap)" -gt 24 ] || die "the capture has no frames"
    run 0 run -q -p local=127.0.0.1:47103 "$scenarios/attached.xml"
    run 0 check "$scenarios/attached.xml"
    complains 3 "vpnsim: attached-device: $scenarios/attached-device.xml:5: there is no TAP device no-such-tap: No such device" \
        run "$scenarios/attached-device.xml"
    # The secrets of a real caller are written, too.
    run 1 run -c works -p duration=100ms -p stops=50ms -p away=50ms -p back=50ms -p local=127.0.0.1:47104 -p remote=127.0.0.1:47105 \
        -p authentication=eap-tls "$scenarios/../../../interop/server.xml"
    says 'wireshark/keys.log (keys of 0 TLS sessions)$'
}

case_certificates() {
    STDOUT_ALLOWED=yes
    run 0 certificates -o keys -c good "$scenarios/../../../../scenarios/authentication/eap-tls-certificates.xml"
    silent
    says '^keys/root.pem$'
    says '^keys/alice-key.pem$'
    grep -q '^-----BEGIN CERTIFICATE-----$' keys/alice.pem || die "no certificate"
    grep -q '^-----BEGIN PRIVATE KEY-----$' keys/alice-key.pem || die "no key"
    [ "$(stat -c %a keys/alice-key.pem)" = 600 ] || die "a key that everybody may read"
    run 0 certificates -o again -c good "$scenarios/../../../../scenarios/authentication/eap-tls-certificates.xml"
    diff -r keys again || die "the same seed gives other keys"
    run 0 certificates -s 2 -o other -c good "$scenarios/../../../../scenarios/authentication/eap-tls-certificates.xml"
    cmp -s keys/alice-key.pem other/alice-key.pem && die "another seed gives the same key"
    complains 3 'vpnsim: nowhere/keys: No such file or directory' certificates -o nowhere/keys "$scenarios/folder/holds.xml"
    complains 2 'vpnsim: certificates: one scenario at a time; see "vpnsim certificates --help"' certificates a b
}

"case_$2"
