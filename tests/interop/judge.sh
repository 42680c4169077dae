# What becomes of a row once everything of it is in a folder: the daemon's log (guest.log), what the simulator
# said (said) and the traces. $here is the folder of this file; $allowed what the row lets the daemon say, $proof what it has to.

# What programs say of each other when a row ends.
quiet="pppd may have shutdown|short read \(-1\): Input/output error|unexpected termination of pppd|received unknown vendor ID|plugin '.*': failed to load|CTRL: PTY read or GRE write failed|Error code is 0|replay . failed 0|^Xfrm|OpenSSL config file|kernel option flags: Inappropriate ioctl|handle_control: bad control packet|Non-zero Async Control Character Maps"

# Wireshark knows no AVP of Microsoft, and says so; and a busy guest sends packets of ESP in another order than it numbers them.
# Linux sends a TCP checksum of zero as ffff, the other zero; of any other wrong one there is "Bad checksum", too.
foreign='^(Vendor-Specific AVP data|Wrong Sequence Number for SPI|TCP Checksum 0xffff instead of 0x0000|wrong checksum: TCP$)'

# What a log must not hold. That one end wants something that the other does not have is no complaint.
complaints() {
    grep -E -i 'bad |\<error|fail|unsupported|malformed|discard|timeout|timed out|unrecognized|unknown|unexpected|lost|short|disagree|mismatch|cannot|could.?n.t|denied|corrupt' "$1" |
        grep -E -v -i "Protocol-Reject for '(IPv6 Control Protocol|Compression Control Protocol)'|IPX|$quiet|${allowed:-^\$}" | head -n 3
}

# clean_traces FOLDER: tshark finds nothing wrong, and decrypts.
clean_traces() {
    find "$1" -name '*.pcap' -print0 | sort -z |
        ALLOW="$foreign" VERDICTS='' xargs -0 sh "$here/../oracle/check-trace.sh" >"$1/tshark" 2>&1
}

# passes FOLDER GUEST STATUS: whether the row does, of which the guest ended with one exit status and the simulation
# with the other; says why not.
passes() {
    if [ "$2" -ne 0 ]; then
        echo "the guest: $(grep -m 1 '^guest: ' "$1/guest.log")"
    elif [ "$3" -ne 0 ]; then
        { grep -E '✗|FAIL|vpnsim:' "$1/said" || cat "$1/said"; } | sed 's/^ *//; q'
    elif [ -n "$(complaints "$1/guest.log")" ]; then
        echo "the daemon's log: $(complaints "$1/guest.log" | head -n 1)"
    elif [ -n "${proof:-}" ] && ! grep -q -E "$proof" "$1/guest.log"; then
        echo "the daemon's log lacks: $proof"
    elif ! clean_traces "$1"; then
        echo "tshark: $(sed -n 2p "$1/tshark" | sed 's/^ *//')"
    else
        return 0
    fi
    return 1
}
