#!/bin/sh
# daemons.sh VPNSIM PEER FOLDER [--list FILE | ROW...]: the simulation against the daemons of a Linux guest, one row
# of the table a case. A row passes when data crosses in both directions, the daemon's own log shows no
# complaint and tshark finds nothing wrong in the traces. Below FOLDER each row leaves its traces, what
# the simulator said, and the log of the daemon. With ROWs, those whose names hold one of these words; with a FILE,
# those that it names. Exit status: 0 all passed, 1 one failed, 3 a local failure, 77 the guest cannot be had here.
set -u
vpnsim=$1
peer=$2
folder=$3
shift 3
list=
[ "${1:-}" != --list ] || {
    list=$2
    shift 2
}
rows=$*
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
. "$here/judge.sh"
mkdir -p "$folder/rows"
folder=$(CDPATH='' cd -- "$folder" && pwd)
guest="$folder/guest"
jobs="$guest/system/jobs"
job=0
certified=
port=30100
guest_process=""
passed=0
failed=0
skipped=0

stop_guest() {
    [ -z "$guest_process" ] || kill -9 "-$guest_process" 2>/dev/null
    guest_process=""
}
trap stop_guest EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# ---- The guest ----

# The two UDP ports of the wire between both: two that nobody has, and that no other run thinks of at this moment.
choose_ports() {
    local_port=${VPNSIM_INTEROP_PORT:-$((20000 + $$ % 6000 * 2))}
    while grep -q -i ":$(printf '%04x' $local_port) \|:$(printf '%04x' $((local_port + 1))) " /proc/net/udp; do
        local_port=$((local_port + 2))
    done
    remote_port=$((local_port + 1))
}

cannot() {
    echo "daemons.sh: skipped: $*" >&2
    exit 77
}

start_guest() {
    sh "$here/guest/build.sh" "$guest" || cannot "Debian's packages for the guest cannot be downloaded"
    cp "$peer" "$guest/system/bin/peer"
    rm -rf "$jobs"
    mkdir -p "$jobs"
    # A line on the guest's serial port is the number of a job.
    rm -f "$folder/bell"
    mkfifo "$folder/bell" || exit 3
    exec 5<>"$folder/bell"
    # The guest's processes are of one group, so that all can be ended.
    setsid "$guest/linux" mem=128M rootfstype=hostfs "rootflags=$guest/system" rw init=/init.sh con=null \
        con0=null,fd:1 ssl0=fd:5,null "eth0=ucast,02:00:00:00:00:02,127.0.0.1,$remote_port,$local_port" \
        "umid=vpnsim-$$" </dev/null >"$guest/console" 2>&1 4>&- &
    guest_process=$!
    await "$jobs/ready" 120 && return
    ! ended || cannot "User-mode Linux does not run here: $(grep . "$guest/console" | tail -n 1)"
    echo "daemons.sh: the guest does not start; see $guest/console" >&2
    exit 3
}

# Whether the guest has come to an end by itself. A process that nobody has waited for has no file any more.
ended() { [ ! -e "/proc/$guest_process/exe" ]; }

# await FILE SECONDS: until there is something in it.
await() {
    left=$(($2 * 10))
    while [ ! -s "$1" ]; do
        left=$((left - 1))
        [ $left -gt 0 ] && ! ended || return 1
        sleep 0.1
    done
}

# certify LINE...: the guest has the certificates that a row's lines speak of. They take longer to make than the guest
# to start, and few rows want them.
certify() {
    case "$certified$*" in
    yes*) return ;;
    *authby=rsasig* | *tls=* | */etc/ppp/*.pem*) ;;
    *) return ;;
    esac
    certified=yes
    "$vpnsim" certificates -c works -o "$guest/system/certificates" "$here/client.xml" >/dev/null || exit 3
    "$vpnsim" certificates -c works -o "$guest/system/certificates" "$here/gateway.xml" >/dev/null || exit 3
    cp "$guest/system/certificates/"*.pem "$guest/system/etc/ppp/"
}

# job SECONDS LINE...: the guest runs the lines; false when they fail or take too long.
job() {
    seconds=$1
    shift
    job=$((job + 1))
    {
        cat "$here/guest/row.sh"
        printf '%s\n' "$@"
    } >"$jobs/job-$job"
    echo $job >&5
    if ! await "$jobs/status-$job" "$seconds"; then
        echo "guest: is not done within $seconds s" >>"$jobs/output"
        cp "$jobs/output" "$guest/late"
        stop_guest
        start_guest
        cp "$guest/late" "$jobs/output"
        return 1
    fi
    [ "$(cat "$jobs/status-$job")" -eq 0 ]
}

# ---- The table ----

tell() {
    took=$(($(date +%s) - began))
    printf '%-8s %-46s %3s s  %s\n' "$1" "$2" "$took" "${3:-}"
    printf '| %s | %s | %s |\n' "$2" "$1" "${3:-}" >>"$folder/table"
    case $1 in
    PASS) passed=$((passed + 1)) ;;
    FAIL) failed=$((failed + 1)) ;;
    *) skipped=$((skipped + 1)) ;;
    esac
}

wanted() {
    [ -z "$list" ] || {
        grep -q -x "$1" "$list"
        return
    }
    [ -n "$rows" ] || return 0
    for word in $rows; do
        case $1 in
        *"$word"*) return 0 ;;
        esac
    done
    return 1
}

skip_row() {
    began=$(date +%s)
    wanted "$1" && tell SKIP "$1" "$2"
}

# conclude NAME: the guest has done its part, with $guest_status, and the simulation may go on for a while.
conclude() {
    row=$1
    cp "$jobs/output" "$here_row/guest.log"
    [ $guest_status -eq 0 ] || kill $simulation 2>/dev/null
    wait $simulation
    status=$?
    job 60 finish
    cat "$jobs/output" >>"$here_row/guest.log"
    if reason=$(passes "$here_row" $guest_status $status); then
        tell PASS "$row" "${note:-}"
    else
        tell FAIL "$row" "$reason"
    fi
}

# Runs a scenario; a process of its own has to call this.
simulate() {
    LC_ALL=C.UTF-8 exec "$vpnsim" run -o "$here_row" -p "local=127.0.0.1:$local_port" -p "remote=127.0.0.1:$remote_port" "$@" \
        >"$here_row/said" 2>&1
}

begin() {
    wanted "$1" || return 1
    began=$(date +%s)
    # The guest remembers the connections of the last row.
    port=$((port + 1))
    here_row="$folder/rows/$1"
    rm -rf "$here_row"
    mkdir -p "$here_row"
}

# The simulation calls the guest. client_row TUNNEL NAME CASE "OPTION LINES OF PPPD" ARGUMENT...
client_row() {
    begin "$2" || return 0
    tunnel=$1
    name=$2
    case=$3
    options=$4
    shift 4
    certify "${settings:-}" "$options"
    if ! job 60 "port=$port" "${settings:-}" "${tunnel}_server <<'OPTIONS'" "$options" OPTIONS "${during:-}"; then
        tell FAIL "$name" "the guest: $(tail -n 1 "$jobs/output")"
        return
    fi
    simulate -c "$case" -p "type=$tunnel" -p "port=$port" "$@" "$here/${scenario:-client}.xml" &
    simulation=$!
    guest_status=0
    conclude "$name"
}

# The guest calls the simulation. server_row TUNNEL NAME CASE "OPTION LINES OF PPPD" ARGUMENT...
server_row() {
    begin "$2" || return 0
    tunnel=$1
    name=$2
    case=$3
    options=$4
    shift 4
    certify "${settings:-}" "$options"
    simulate -c "$case" "$@" "$here/server.xml" &
    simulation=$!
    job "${patience:-120}" "${settings:-}" "${tunnel}_client ${guest_case:-$case} <<'OPTIONS'" "$options" OPTIONS
    guest_status=$?
    conclude "$name"
}

# An IPsec tunnel. gateway_row NAME CASE initiates|answers ARGUMENT...; $settings: ike and esp as strongSwan writes them;
# $meanwhile: what the guest does once the tunnel stands; $scenario: another than gateway.
gateway_row() {
    begin "$1" || return 0
    name=$1
    what=$2
    direction="-p first=500ms -p ready=ping.reply"
    guest_part=gateway_is_asked
    if [ "$3" = answers ]; then
        direction=
        guest_part=gateway_asks
    fi
    shift 3
    certify "$settings"
    if ! job 120 "port=$port" "$settings" gateway; then
        tell FAIL "$name" "the guest: $(tail -n 1 "$jobs/output")"
        return
    fi
    # shellcheck disable=SC2086 # several words
    simulate -c "$what" -p "port=$port" $direction "$@" "$here/${scenario:-gateway}.xml" &
    simulation=$!
    job 150 "$settings" $guest_part "${meanwhile:-}"
    guest_status=$?
    conclude "$name"
}

# Two tables at the same time would be of one guest.
exec 4>"$folder/lock"
flock 4
: >"$folder/table"
choose_ports
start_guest
. "$here/rows-pptp.sh"
. "$here/rows-l2tp.sh"
. "$here/rows-l2tp-ipsec.sh"
. "$here/rows-ipsec.sh"
. "$here/rows-qemu.sh"
echo "$passed passed, $failed failed, $skipped skipped; the traces are in $folder/rows"
[ -z "$list" ] || [ $((passed + failed + skipped)) -eq "$(grep -c . "$list")" ] || {
    echo "daemons.sh: $list names rows that there are not" >&2
    exit 3
}
[ $failed -eq 0 ]
