# What the tests share that run in a network namespace of their own, with a TAP device of their own, so that
# nothing of the machine is touched and nothing stays. Exit status 77: not permitted here.
LC_ALL=C
export LC_ALL

skip() {
    echo "skipped: $*"
    exit 77
}

# enter_namespace "TOOL..." "OPTION OF UNSHARE..." SCRIPT ARGUMENT...: begins the script again, inside.
enter_namespace() {
    [ "${VPNSIM_INTEROP_INSIDE:-}" != yes ] || return 0
    for tool in ip ping unshare $1; do
        command -v "$tool" >/dev/null || skip "there is no $tool"
    done
    [ -c /dev/net/tun ] || skip "there is no /dev/net/tun"
    own="--net $2"
    [ "$(id -u)" -eq 0 ] || own="$own --user --map-root-user"
    shift 2
    # shellcheck disable=SC2086 # several words
    unshare $own ip tuntap add dev probe0 mode tap 2>/dev/null || skip "no network namespace with a TAP device is permitted here"
    VPNSIM_INTEROP_INSIDE=yes
    export VPNSIM_INTEROP_INSIDE
    # shellcheck disable=SC2086
    exec unshare $own sh "$@"
}

# A folder to work in, and an end of what the case has started.
begin_case() {
    work=$(mktemp -d) || exit 2
    processes=""
    trap finish_case EXIT
    trap 'exit 130' INT TERM
    cd "$work" || exit 2
}

finish_case() {
    for process in $processes; do
        kill "$process" 2>/dev/null
    done
    rm -rf --one-file-system "$work"
}

background() {
    "$@" >>log 2>>log.err &
    processes="$processes $!"
}

# The real machine: 192.0.2.2 behind a TAP device, its router is simulated.
machine() {
    ip link set lo up
    ip tuntap add dev tap0 mode tap
    ip addr add 192.0.2.2/24 dev tap0
    ip link set tap0 up
    ip route add default via 192.0.2.1
}
