# "Connect a real client or server" of README.md, as it stands there, with QEMU; daemons.sh reads this last.

# The indented block of the page that holds the text.
readme_block() {
    awk -v text="$1" '/^    /{ block = block substr($0, 5) "\n"; next }
        index(block, text) { exit }
        { block = "" }
        END { printf "%s", block }' "$here/../../README.md"
}

# Starts the virtual machine with the page's own command, at the ports of this table. Its console is guest.log.
start_machine() {
    rm -f "$folder/keys"
    mkfifo "$folder/keys" || exit 3
    exec 6<>"$folder/keys"
    readme_block qemu-system-x86_64 | sed -e '/^\.\/dev machine$/d' -e "s,build/machine,$folder/machine,g" \
        -e "s,5001,$local_port,g" -e "s,5002,$remote_port,g" >"$here_row/qemu"
    # Of the group that is ended with this table.
    setsid sh "$here_row/qemu" <&6 >"$here_row/guest.log" 2>&1 4>&- 5>&- &
    guest_process=$!
    on_console '# ' 300
}

# on_console TEXT SECONDS: until the machine prints it.
on_console() {
    left=$2
    until grep -q "$1" "$here_row/guest.log"; do
        left=$((left - 1))
        [ $left -gt 0 ] && ! ended || return 1
        sleep 1
    done
}

# machine_row NAME SCENARIO TEXT ARGUMENT...: types the block with the text while the scenario runs.
machine_row() {
    begin "$1" || return 0
    name=$1
    scenario=$2
    text=$3
    shift 3
    command -v qemu-system-x86_64 >/dev/null || {
        tell SKIP "$name" "QEMU is not installed"
        return
    }
    sh "$here/guest/machine.sh" "$folder/machine" 2>"$here_row/guest.log" || {
        tell SKIP "$name" "$(tail -n 1 "$here_row/guest.log")"
        return
    }
    # The other guest has the same port.
    stop_guest
    guest_status=0
    start_machine || guest_status=1
    simulate -p duration=200s "$@" "$here/../../scenarios/attach/$scenario.xml" &
    simulation=$!
    {
        readme_block "$text"
        echo 'cat /var/log/messages'
    } >&6
    wait $simulation
    status=$?
    echo exit >&6
    on_console 'Power down' 60 || guest_status=1
    stop_guest
    [ $guest_status -eq 0 ] || echo "guest: the virtual machine does not start or end" >>"$here_row/guest.log"
    if reason=$(passes "$here_row" $guest_status $status); then
        tell PASS "$name"
    else
        tell FAIL "$name" "$reason"
    fi
}

machine_row qemu-client-calls attach-real-client 'poff -a'
machine_row qemu-server-answers attach-real-server localip -p at=30s
